"""Pages on which the listing of a vehicle is written. Everything else about it is as with every listing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.listings.resources import OwnListing, OwnListings, acting
from atlasbahamas_plugins.listings.vehicles import services
from atlasbahamas_plugins.listings.vehicles.forms import VehicleForm
from atlasbahamas_plugins.listings.versions.services import text_of
from atlasbahamas_plugins.portfolio.resources import organisation_above

ONE_DAY = timedelta(days=1)


def rent_out(context: OwnListings, request: Any) -> Any:
    """Write the listing of a vehicle."""
    form = VehicleForm(request, price_period="day", gears="automatic", available=request.clock.today() + ONE_DAY)

    def submit() -> Any:
        organisation, now = organisation_above(context).row, request.clock.now()
        listing = services.draft_vehicle(request.db, organisation, form.details(), form.facts(), now=now)
        return done(request, context.node_of(listing), "The listing is written. Look at it, and submit it when it is ready.")

    return form_page(request, form, {"heading": "Rent out a vehicle", "cancel": context.url()}, submit=submit)


def edit(context: OwnListing, request: Any, standing: dict[str, Any]) -> Any:
    """Change what the listing of a vehicle says; `standing` is how it stands in review."""
    vehicle = services.vehicle_of(request.db, context.row)
    facts = {name: getattr(vehicle, name) for name in services.FACTS if name != "settlement_id"}
    form = VehicleForm(request, context.row, keep=vehicle.settlement_id, settlement=str(vehicle.settlement_id), **facts)

    if not form.sent:
        form.title.data, form.description.data = text_of(request.db, context.row)

    def submit() -> Any:
        services.edit_vehicle(request.db, context.row, form.details(), form.facts(), now=request.clock.now(), by=acting(request))
        return done(request, context, "The listing was saved.")

    values = {"heading": "Edit the listing", "cancel": context.url(), "listing": context.row, **standing}
    return form_page(request, form, values, submit=submit)
