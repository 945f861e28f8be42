"""Pages on which many units are changed at once, and changed back."""

from __future__ import annotations

import secrets
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest

from atlasbahamas.errors import Refused
from atlasbahamas.web.formats import money
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.portfolio.bulk import services
from atlasbahamas_plugins.portfolio.bulk.forms import BulkForm
from atlasbahamas_plugins.portfolio.bulk.lists import BulkEditList
from atlasbahamas_plugins.portfolio.bulk.models import FIELDS
from atlasbahamas_plugins.portfolio.bulk.resources import BulkEditNode, BulkEdits
from atlasbahamas_plugins.portfolio.lists import UnitList
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.occupancy import STATES
from atlasbahamas_plugins.portfolio.resources import EDIT, Units, UnitsOfProperty, organisation_above

MOST_TICKED = 300
LET = ("let", "notice")
Listed = list[tuple[Unit, str]]


def bulk_edit(context: Units | UnitsOfProperty, request: Any) -> Any:
    """Change many units of a list, its filters included: asked for, shown, and done when somebody says so."""
    listed = _listed(context, request)
    form = BulkForm(request, target="all")
    form.offer_units([(unit.ref, _in_words(unit, state)) for unit, state in listed])
    shown: dict[str, Any] = {}

    def submit() -> Any:
        changes = form.changes()
        if form.is_decided:
            return _apply(context, request, form, changes)
        units = _targets(form, listed)
        shown.update(planned=services.plan_bulk_edit(units, changes), words=services.sentence(changes))
        form.chosen.data, form.form_key.data = form.written(units), secrets.token_urlsafe(16)
        return {**values, **shown, "form": form}

    values = {"count": len(listed), "fields": FIELDS, "back": _back(context, request), "planned": None}
    values["tickable"] = len(listed) <= MOST_TICKED
    answer = form_page(request, form, values, submit=submit)
    if request.response.status_int == 422:
        # What was chosen on the page before may be old by now: it is chosen anew from what is there.
        form.chosen.data = ""
    return answer


def bulk_edits(context: BulkEdits, request: Any) -> Any:
    """What was changed in bulk."""
    return BulkEditList(request, context.visible(), node=context).answer()


def show_bulk_edit(context: BulkEditNode, request: Any) -> dict[str, Any]:
    """What a bulk edit did to each unit, and what its undo did."""
    edit = context.row
    units = Units(request, organisation_above(context), "units")
    return {
        "edit": edit,
        "looked_at": services.look_at_bulk_edit(request.db, edit, units.visible()),
        "fields": FIELDS,
        "may_undo": services.may_be_undone(edit, now=request.clock.now()),
        "undo_days": services.UNDO_WITHIN.days,
    }


def undo(context: BulkEditNode, request: Any) -> Any:
    """Undo a bulk edit, after asking."""
    units = Units(request, organisation_above(context), "units")
    return confirm_page(
        request,
        context,
        "Undo this? What was changed since keeps what it has.",
        lambda: services.undo_bulk_edit(
            request.db,
            context.row,
            units.visible(),
            person_id=request.identity.person_id,
            now=request.clock.now(),
        ),
        "Undone. Below you see what was put back and what was not.",
    )


def _listed(context: Units | UnitsOfProperty, request: Any) -> Listed:
    """The units of the list with their states. A filter that cannot be read must not turn into all of them."""
    listed = UnitList(request, context.allowed(EDIT), node=context, today=request.clock.today())
    if not listed.valid:
        raise HTTPBadRequest()
    rows = request.db.execute(listed.rows.page(None, most=services.MOST_UNITS + 1)).all()
    return [(row[0], row[1]) for row in rows]


def _targets(form: BulkForm, listed: Listed) -> list[Unit]:
    target, ticked = form.target.data, set(form.units.data)
    if len(listed) > services.MOST_UNITS:
        raise Refused(f"That is more than {services.MOST_UNITS:,} units. Filter the list first.", "target")
    if target == "ticked":
        found = [unit for unit, _ in listed if unit.ref in ticked]
    else:
        states = {"vacant": ("vacant",), "let": LET}.get(target, tuple(STATES))
        found = [unit for unit, state in listed if state in states]
    if not found:
        raise Refused("No unit of this list is that." if target != "ticked" else "Tick at least one unit below.", "target")
    return found


def _apply(context: Units | UnitsOfProperty, request: Any, form: BulkForm, changes: list[services.Change]) -> Any:
    organisation = organisation_above(context)
    edit = services.apply_bulk_edit(
        request.db,
        organisation.row.id,
        context.allowed(EDIT),
        form.chosen_units(),
        changes,
        form_key=str(form.form_key.data),
        person_id=request.identity.person_id,
        now=request.clock.now(),
    )
    node = BulkEdits(request, organisation, "bulk-edits").node_of(edit)
    return done(request, node, f"{edit.units:,} {'unit was' if edit.units == 1 else 'units were'} changed.")


def _in_words(unit: Unit, state: str) -> str:
    return f"{unit.label}, {unit.property.name}: {money(unit.rent_cents)}, {STATES[state].lower()}"


def _back(context: Units | UnitsOfProperty, request: Any) -> str:
    page = context if isinstance(context, Units) else context.__parent__
    assert page is not None
    return page.url(**{name: value for name, value in request.GET.items() if value})
