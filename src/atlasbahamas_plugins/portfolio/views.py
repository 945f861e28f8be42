"""Pages of the portfolio. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.services import organisations_of
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.portfolio import services
from atlasbahamas_plugins.portfolio.forms import HoldForm, LetHomeForm, PropertyForm, UnitForm
from atlasbahamas_plugins.portfolio.lists import PropertyList, UnitList
from atlasbahamas_plugins.portfolio.models import PROPERTY_KINDS, TAX_CLASSES
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY, STATES, TONES, unit_state_of
from atlasbahamas_plugins.portfolio.out_of_service.resources import TimesOutOfService
from atlasbahamas_plugins.portfolio.out_of_service.services import times_out_of_service
from atlasbahamas_plugins.portfolio.owners.services import owners_on
from atlasbahamas_plugins.portfolio.places.services import utilities_on
from atlasbahamas_plugins.portfolio.resources import (
    HoldNode,
    Holds,
    LetHome,
    Properties,
    PropertyNode,
    UnitNode,
    Units,
    UnitsOfProperty,
    organisation_above,
)


def let_home(context: LetHome, request: Any) -> Any:
    """One form from "I have a home to let" to a unit that can be listed."""
    mine = _where_i_may_add(request)
    form = LetHomeForm(request, organisation=mine[0].ref if len(mine) == 1 else "", beds=1, baths=1)
    form.organisation.offer([*((row.ref, row.name) for row in mine), ("", f"{request.identity.name} (new)")])

    def submit() -> Any:
        organisation = next((row for row in mine if row.ref == form.organisation.data), None)
        unit = services.let_a_home(
            request.db,
            organisation,
            request.identity.name,
            request.identity.person_id,
            form.where(),
            form.what(form.label.data or "Home"),
            now=request.clock.now(),
        )
        home_of = unit.property.organisation
        request.session.flash("Your home is in. Next, write its listing.")
        path = ("portfolio", home_of.ref, "properties", unit.property.ref, "units", unit.ref, "")
        return HTTPSeeOther(request.resource_path(request.root, *path))

    return form_page(request, form, {}, submit=submit)


def _where_i_may_add(request: Any) -> list[Organisation]:
    return [
        row
        for row in organisations_of(request.db, request.identity.person_id)
        if any(
            "portfolio:property:edit" in request.grants_of(role)
            for role in services.roles_in(request.db, row, request.identity.person_id)
        )
    ]


def properties(context: Properties, request: Any) -> Any:
    """The organisation's properties."""
    islands = services.island_choices(request.db)
    return PropertyList(request, context.visible(), node=context, islands=islands).answer()


def units(context: Units, request: Any) -> Any:
    """Every unit of the organisation."""
    return UnitList(request, context.visible(), node=context, today=request.clock.today()).answer()


def show_property(context: PropertyNode, request: Any) -> Any:
    """A property, and its units as a list."""
    below = UnitsOfProperty(request, context, "units")
    listed = UnitList(request, below.visible(), node=below, today=request.clock.today())
    row = context.row
    may_see_owners = request.has_permission("portfolio:owner:view", context)
    return listed.answer(
        property=row,
        kind=PROPERTY_KINDS[row.kind],
        tax_class=TAX_CLASSES.get(row.tax_class, ""),
        owners=owners_on(request.db, row, request.clock.today()) if may_see_owners else None,
    )


def add_property(context: Properties, request: Any) -> Any:
    """A new property."""
    form = PropertyForm(request)

    def submit() -> Any:
        row = services.add_property(request.db, organisation_above(context).row, form.details(), now=request.clock.now())
        return done(request, context.node_of(row), "The property was added. Now add its units.")

    return form_page(request, form, {"heading": "Add a property", "cancel": context.url()}, submit=submit)


def edit_property(context: PropertyNode, request: Any) -> Any:
    """Change a property."""
    form = PropertyForm(request, context.row, settlement=context.row.settlement_id)
    if not form.sent:
        form.settlement.data = str(context.row.settlement_id)

    def submit() -> Any:
        services.edit_property(request.db, context.row, form.details())
        return done(request, context, "The property was saved.")

    return form_page(request, form, {"heading": "Edit this property", "cancel": context.url()}, submit=submit)


def add_unit(context: UnitsOfProperty, request: Any) -> Any:
    """A new unit of a property."""
    above = context.__parent__
    assert isinstance(above, PropertyNode)
    form = UnitForm(request, beds=1, baths=1)

    def submit() -> Any:
        row = services.add_unit(request.db, above.row, form.what(form.label.data), now=request.clock.now())
        return done(request, context.node_of(row), "The unit was added.")

    return form_page(request, form, {"heading": "Add a unit", "cancel": above.url()}, submit=submit)


def show_unit(context: UnitNode, request: Any) -> dict[str, Any]:
    """A unit: what it offers, what occupies it, the holds on it, and when it is out of service."""
    today = request.clock.today()
    state = unit_state_of(request.db, request.registry.atlas_points.get(OCCUPANCY), context.row, today)
    return {
        "unit": context.row,
        "state_badge": badge(STATES[state], TONES[state]),
        "holds": services.holds_of(request.db, context.row, today=today),
        "holds_node": Holds(request, context, "holds"),
        "out_of_service": times_out_of_service(request.db, context.row),
        "out_of_service_node": TimesOutOfService(request, context, "out-of-service"),
        "today": today,
        "utilities": utilities_on(request.db, context.row.property.settlement.island_id),
    }


def edit_unit(context: UnitNode, request: Any) -> Any:
    """Change a unit."""
    form = UnitForm(request, context.row)

    def submit() -> Any:
        services.edit_unit(request.db, context.row, form.what(form.label.data))
        return done(request, context, "The unit was saved.")

    return form_page(request, form, {"heading": "Edit this unit", "cancel": context.url()}, submit=submit)


def add_hold(context: Holds, request: Any) -> Any:
    """Hold a unit for somebody."""
    unit = context.__parent__
    assert isinstance(unit, UnitNode)
    form = HoldForm(request)

    def submit() -> Any:
        services.hold_unit(
            request.db,
            unit.row,
            starts=form.starts.data,
            ends=form.ends.data,
            reason=form.reason.data,
            person_id=request.identity.person_id,
            now=request.clock.now(),
        )
        return done(request, unit, "The unit is held.")

    return form_page(request, form, {"heading": "Hold this unit", "cancel": unit.url()}, submit=submit)


def archive_property(context: PropertyNode, request: Any) -> Any:
    """Put a property away, after asking."""
    return confirm_page(
        request,
        context,
        "Archive this property?",
        lambda: services.archive_property(request.db, context.row, now=request.clock.now()),
        "The property is in the archive.",
    )


def restore_property(context: PropertyNode, request: Any) -> Any:
    """Bring a property back."""
    return confirm_page(
        request,
        context,
        "Bring this property back?",
        lambda: services.restore_property(request.db, context.row),
        "The property is back.",
    )


def archive_unit(context: UnitNode, request: Any) -> Any:
    """Put a unit away, after asking."""
    return confirm_page(
        request,
        context,
        "Archive this unit?",
        lambda: services.archive_unit(request.db, context.row, now=request.clock.now()),
        "The unit is in the archive.",
    )


def restore_unit(context: UnitNode, request: Any) -> Any:
    """Bring a unit back."""
    return confirm_page(
        request,
        context,
        "Bring this unit back?",
        lambda: services.restore_unit(request.db, context.row),
        "The unit is back.",
    )


def release_hold(context: HoldNode, request: Any) -> Any:
    """End a hold, after asking."""
    unit = context.above(UnitNode)
    return confirm_page(
        request,
        unit,
        "End this hold?",
        lambda: services.release_hold(request.db, context.row),
        "The unit is free again.",
    )
