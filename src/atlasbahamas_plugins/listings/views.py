"""Pages of the listings. A view parses, calls one service, answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.listings import services
from atlasbahamas_plugins.listings.drawing import draw_home
from atlasbahamas_plugins.listings.forms import ListingForm
from atlasbahamas_plugins.listings.lists import CatalogueList, OwnList, catalogue_filters
from atlasbahamas_plugins.listings.models import CATEGORIES, LIVE_HOME, LIVE_VEHICLE, PERIODS, STATES, TONES, VEHICLE
from atlasbahamas_plugins.listings.resources import Catalogue, OwnListing, OwnListings, PublicListing, acting, units_let_today
from atlasbahamas_plugins.listings.settings import ListingSettings
from atlasbahamas_plugins.listings.vehicles import views as vehicle_views
from atlasbahamas_plugins.listings.vehicles.drawing import draw_vehicle
from atlasbahamas_plugins.listings.vehicles.lists import VehicleList, vehicle_filters
from atlasbahamas_plugins.listings.vehicles.models import GEARS
from atlasbahamas_plugins.listings.vehicles.services import similar_vehicles, vehicle_of
from atlasbahamas_plugins.listings.versions.models import STATES as VERSION_STATES
from atlasbahamas_plugins.listings.versions.models import TONES as VERSION_TONES
from atlasbahamas_plugins.listings.versions.resources import PublicPhotos, version_under
from atlasbahamas_plugins.listings.versions.services import open_of, public_of, sent_back_of, text_of, versions_of
from atlasbahamas_plugins.portfolio.places.services import utilities_on
from atlasbahamas_plugins.portfolio.resources import UnitNode, organisation_above
from atlasbahamas_plugins.portfolio.services import places

ONE_DAY = timedelta(days=1)


def catalogue(context: Catalogue, request: Any) -> Any:
    """Homes to rent, or vehicles: the same page for every visitor."""
    request.share()
    if request.GET.get("category") == VEHICLE:
        filters = request.kept("listings: filters of vehicles", lambda: vehicle_filters(places(request.db)))
        vehicles = VehicleList(request, context.visible().where(LIVE_VEHICLE), node=context, filters=filters)
        return vehicles.answer(periods=PERIODS, vehicles=True, gears=GEARS)
    filters = request.kept("listings: filters of the catalogue", lambda: catalogue_filters(places(request.db)))
    listed = CatalogueList(request, context.visible().where(LIVE_HOME), node=context, filters=filters)
    return listed.answer(periods=PERIODS, vehicles=False)


def show_listing(context: PublicListing, request: Any) -> dict[str, Any]:
    """A listing's own page."""
    request.share()
    shown = subject(context, request)
    return {
        **shown,
        "photos": PublicPhotos(request, context, "photos").photos if context.row.cover else [],
        "category": CATEGORIES[context.row.category],
        "period": PERIODS[context.row.price_period],
        "periods": PERIODS,
        "similar": (similar_vehicles if shown["vehicle"] else services.similar_listings)(request.db, context.row),
    }


def subject(context: PublicListing | OwnListing, request: Any) -> dict[str, Any]:
    """What a listing is of, for its pages: the home or the `vehicle`, where that is, and who supplies a home there."""
    listing = context.row
    if listing.unit is None:
        vehicle = vehicle_of(request.db, listing)
        return {"listing": listing, "vehicle": vehicle, "place": vehicle.settlement, "gears": GEARS}
    place = listing.unit.property.settlement
    return {"listing": listing, "vehicle": None, "place": place, "utilities": _utilities(request, place.island_id)}


def _utilities(request: Any, island_id: int) -> list[tuple[str, list[str]]]:
    return request.kept(f"listings: utilities of island {island_id}", lambda: utilities_on(request.db, island_id))  # type: ignore[no-any-return]


def picture(context: PublicListing | OwnListing, request: Any) -> Response:
    """A drawing of the home or the vehicle, for listings without a photo. It depends on facts only, so it may be kept."""
    unit = context.row.unit
    if unit is None:
        vehicle = vehicle_of(request.db, context.row)
        svg = draw_vehicle(context.row.ref, seats=vehicle.seats, island=vehicle.settlement.island.ref)
    else:
        svg = draw_home(context.row.ref, kind=unit.property.kind, beds=unit.beds, island=unit.property.settlement.island.ref)
    response = Response(body=svg.encode(), content_type="image/svg+xml", charset="UTF-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    request.share()
    return response


def own_listings(context: OwnListings, request: Any) -> Any:
    """The organisation's listings."""
    return OwnList(request, context.visible(), node=context).answer()


def draft(context: UnitNode, request: Any) -> Any:
    """Write the listing of a unit; a unit that has one leads there."""
    own = OwnListings(request, organisation_above(context), "listings")
    current = services.listing_of(request.db, context.row)
    if current is not None and request.method == "GET":
        return HTTPSeeOther(own.node_of(current).url())
    unit = context.row
    last = services.last_listing_of(request.db, unit)
    begun = f"{unit.beds or 'No'} bedroom {'home' if unit.beds else 'studio'} in {unit.property.settlement.name}"[:120]
    form = ListingForm(
        request,
        title=last.title if last else begun,
        description=last.description if last else "",
        price_cents=unit.rent_cents,
        price_period="month",
        category="long_term",
        available=request.clock.today() + ONE_DAY,
    )

    def submit() -> Any:
        now = request.clock.now()
        listing = services.draft_listing(request.db, unit, form.details(), now=now)
        services.begin_with_photos(request.db, [listing], now=now)
        return done(request, own.node_of(listing), "The listing is written. Look at it, and submit it when it is ready.")

    return form_page(request, form, {"heading": "Write the listing", "cancel": context.url()}, submit=submit)


def show_own(context: OwnListing, request: Any) -> dict[str, Any]:
    """A listing as its lister sees it: its state, what can be done, and its versions."""
    return {
        **subject(context, request),
        **standing(context, request),
        "state_badge": badge(STATES[context.row.state], TONES[context.row.state]),
        "category": CATEGORIES[context.row.category],
        "period": PERIODS[context.row.price_period],
    }


def edit(context: OwnListing, request: Any) -> Any:
    """Change what a listing says."""
    if context.row.unit_id is None:
        return vehicle_views.edit(context, request, standing(context, request))
    form = ListingForm(request, context.row)
    if not form.sent:
        form.title.data, form.description.data = text_of(request.db, context.row)

    def submit() -> Any:
        services.edit_listing(request.db, context.row, form.details(), now=request.clock.now(), by=acting(request))
        return done(request, context, "The listing was saved.")

    values = {"heading": "Edit the listing", "cancel": context.url(), "listing": context.row, **standing(context, request)}
    return form_page(request, form, values, submit=submit)


def standing(context: OwnListing, request: Any) -> dict[str, Any]:
    """How a listing stands: its versions, which of them is open, public or sent back, and what is shown of its photos."""
    rows = versions_of(request.db, context.row)
    shown = open_of(rows) or sent_back_of(rows) or public_of(rows) or (rows[0] if rows else None)
    return {
        "versions": [(version_under(context, row), badge(VERSION_STATES[row.state], VERSION_TONES[row.state])) for row in rows],
        "open_version": open_of(rows),
        "sent_back": sent_back_of(rows),
        "shown": version_under(context, shown) if shown else None,
        "reviewed": request.registry.atlas_settings.section(ListingSettings).review,
    }


def resume(context: OwnListing, request: Any) -> Any:
    """Put a paused listing back into the catalogue, after asking."""
    return confirm_page(
        request,
        context,
        "Put this listing back into the catalogue?",
        lambda: services.resume_listing(request.db, context.row, let=units_let_today(request), by=acting(request)),
        "The listing is live again.",
    )


def pause(context: OwnListing, request: Any) -> Any:
    """Take it out of the catalogue for a while, after asking."""
    return confirm_page(
        request,
        context,
        "Pause this listing?",
        lambda: services.pause_listing(request.db, context.row, by=acting(request)),
        "The listing is paused.",
    )


def withdraw(context: OwnListing, request: Any) -> Any:
    """Take it off the market for good, after asking."""
    question = "Withdraw this listing for good?"
    return confirm_page(
        request,
        context,
        question,
        lambda: services.withdraw_listing(request.db, context.row, by=acting(request)),
        "The listing is withdrawn.",
    )
