"""The page on which several units are listed at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound

from atlasbahamas.web.forms import form_page
from atlasbahamas_plugins.listings.resources import OwnListings, keys_sent, units_let_today
from atlasbahamas_plugins.listings.settings import ListingSettings
from atlasbahamas_plugins.listings.several import services
from atlasbahamas_plugins.listings.several.forms import GridForm, grid_form
from atlasbahamas_plugins.listings.several.resources import UnitsToList
from atlasbahamas_plugins.portfolio.lists import UnitList
from atlasbahamas_plugins.portfolio.resources import organisation_above

ONE_DAY = timedelta(days=1)
MOST_SHOWN = 300


def list_several(context: UnitsToList, request: Any) -> Any:
    """Choose units of the list, with its filters; then a grid; then what came of it. Where none of the chosen is there, 404."""
    refs = keys_sent(request, "unit")
    too_many = len(refs) > services.MOST_UNITS
    values: dict[str, Any] = {"too_many": too_many, "most": services.MOST_UNITS, "form": None, "outcome": None}
    if too_many:
        request.response.status_int = 422
    if not refs or too_many:
        return {**values, **_choosing(context, request, refs)}
    units = services.units_in_order(request.db, context.visible(), refs)
    if not units:
        raise HTTPNotFound()
    values["gone"] = len(refs) - len(units)
    form = grid_form(request, units, available=request.clock.today() + ONE_DAY)

    def submit() -> Any:
        outcome = services.list_several(
            request.db,
            form.wanted(),
            let=units_let_today(request),
            with_photos=form.with_photos.data,
            store=request.registry.atlas_store,
            documents=form.documents.data,
            submit=form.what.data == "submit",
            reviewed=request.registry.atlas_settings.section(ListingSettings).review,
            person_id=request.identity.person_id,
            now=request.clock.now(),
        )
        own = OwnListings(request, organisation_above(context), "listings")
        done = [own.node_of(listing) for listing in outcome.listings]
        return {**values, "outcome": outcome, "done": done, "submitted": form.what.data == "submit", "listings": own}

    answer = form_page(request, form, values, submit=submit)
    return answer if answer.get("outcome") else {**answer, **_grid(request, form)}


def _choosing(context: UnitsToList, request: Any, refs: list[str]) -> dict[str, Any]:
    """The units of the list, and why each that cannot be listed cannot. An unreadable filter must not turn into all of them."""
    listed = UnitList(request, context.visible(), node=context, today=request.clock.today())
    if not listed.valid:
        raise HTTPBadRequest()
    units = [row[0] for row in request.db.execute(listed.rows.page(None, most=MOST_SHOWN + 1)).all()]
    shown = units[:MOST_SHOWN]
    reasons = services.reasons_against(request.db, shown, units_let_today(request))
    return {"units": shown, "reasons": reasons, "more": len(units) > MOST_SHOWN, "ticked": set(refs)}


def _grid(request: Any, form: GridForm) -> dict[str, Any]:
    return {"reasons": services.reasons_against(request.db, form.units, units_let_today(request))}
