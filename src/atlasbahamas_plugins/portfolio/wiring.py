"""The only place where the portfolio registers anything."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import USE
from atlasbahamas.web.layout import NavItem, Slot, slot_content
from atlasbahamas_plugins.portfolio import resources, views
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY, HoldSource, OccupancySource

VIEW = resources.VIEW
EDIT = resources.EDIT
HOLD = "portfolio:hold:edit"
FORM = ("GET", "POST")
PARTS = ("several", "out_of_service", "bulk", "contacts", "owners", "places", "limits", "handover")


def _next_steps(request: Any, context: Any) -> str:
    return slot_content(request, "portfolio/next_steps.jinja2", {})


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "portfolio/organisation_card.jinja2", {"node": context})


def includeme(config: Any) -> None:
    """Nodes, pages, the occupancy point with its first source, and what the core's pages show of it."""
    config.add_child(OrganisationNode, "properties", resources.Properties)
    config.add_child(OrganisationNode, "units", resources.Units)
    config.add_child(resources.PropertyNode, "units", resources.UnitsOfProperty)
    config.add_child(resources.UnitNode, "holds", resources.Holds)
    config.add_mount("let", resources.LetHome)
    config.add_gallery(resources.PropertyNode, "photos", resources.PropertyPhotos)
    config.add_gallery(resources.UnitNode, "photos", resources.UnitPhotos)

    config.add_extension_point(OCCUPANCY, OccupancySource)
    config.add_extension_point("slot:unit", Slot)
    config.contribute(OCCUPANCY, HoldSource(), name="holds")
    config.contribute("nav", NavItem("Let your home", "/let/"), name="let", order=50)
    config.contribute("slot:home-next", Slot(_next_steps), name="let", order=50)
    config.contribute("slot:organisation", Slot(_organisation_card), name="units", order=50)

    for part in PARTS:
        config.include(f"atlasbahamas_plugins.portfolio.{part}.wiring")

    page = config.add_view
    page(
        views.let_home,
        context=resources.LetHome,
        permission=USE,
        accept_methods=FORM,
        renderer="portfolio/let.jinja2",
    )
    page(
        views.properties,
        context=resources.Properties,
        permission=VIEW,
        renderer="portfolio/properties.jinja2",
    )
    page(views.units, context=resources.Units, permission=VIEW, renderer="portfolio/units.jinja2")
    page(
        views.show_property,
        context=resources.PropertyNode,
        permission=VIEW,
        renderer="portfolio/property.jinja2",
    )
    page(views.show_unit, context=resources.UnitNode, permission=VIEW, renderer="portfolio/unit.jinja2")
    forms = (
        (views.add_property, resources.Properties, "new", EDIT, "property_form"),
        (views.edit_property, resources.PropertyNode, "edit", EDIT, "property_form"),
        (views.archive_property, resources.PropertyNode, "archive", EDIT, "confirm"),
        (views.restore_property, resources.PropertyNode, "restore", EDIT, "confirm"),
        (views.add_unit, resources.UnitsOfProperty, "new", EDIT, "unit_form"),
        (views.edit_unit, resources.UnitNode, "edit", EDIT, "unit_form"),
        (views.archive_unit, resources.UnitNode, "archive", EDIT, "confirm"),
        (views.restore_unit, resources.UnitNode, "restore", EDIT, "confirm"),
        (views.add_hold, resources.Holds, "new", HOLD, "hold_form"),
        (views.release_hold, resources.HoldNode, "release", HOLD, "confirm"),
    )
    for view, node, name, permission, template in forms:
        page(
            view,
            context=node,
            name=name,
            permission=permission,
            accept_methods=FORM,
            renderer="confirm.jinja2" if template == "confirm" else f"portfolio/{template}.jinja2",
        )
