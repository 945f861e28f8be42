"""Registers the places: what administrators see of them, and the point at which others hear of a new name."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin.resources import Admin
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.portfolio.places import resources, views
from atlasbahamas_plugins.portfolio.places.events import PLACE_RENAMED, PlaceListener
from atlasbahamas_plugins.portfolio.places.resources import EDIT

FORM = ("GET", "POST")


def _admin_card(request: Any, context: Any) -> str:
    return slot_content(request, "portfolio/places_card.jinja2", {"node": context})


def includeme(config: Any) -> None:
    """Islands with their settlements, and utilities, below `/admin/`."""
    config.add_extension_point(PLACE_RENAMED, PlaceListener)
    config.add_child(Admin, "islands", resources.Islands)
    config.add_child(resources.IslandNode, "settlements", resources.Settlements)
    config.add_child(Admin, "utilities", resources.Utilities)
    config.contribute("slot:admin", Slot(_admin_card), name="places", order=60)

    page = config.add_view
    page(views.islands, context=resources.Islands, permission=EDIT, renderer="portfolio/islands.jinja2")
    page(views.show_island, context=resources.IslandNode, permission=EDIT, renderer="portfolio/island.jinja2")
    page(views.settlements, context=resources.Settlements, permission=EDIT)
    page(views.utilities, context=resources.Utilities, permission=EDIT, renderer="portfolio/utilities.jinja2")
    forms = (
        (views.add_island, resources.Islands, "new", "portfolio/island_form"),
        (views.edit_island, resources.IslandNode, "edit", "portfolio/island_form"),
        (views.retire, resources.IslandNode, "retire", "confirm"),
        (views.restore, resources.IslandNode, "restore", "confirm"),
        (views.delete_island, resources.IslandNode, "delete", "confirm"),
        (views.add_settlement, resources.Settlements, "new", "portfolio/settlement_form"),
        (views.edit_settlement, resources.SettlementNode, "edit", "portfolio/settlement_form"),
        (views.retire, resources.SettlementNode, "retire", "confirm"),
        (views.restore, resources.SettlementNode, "restore", "confirm"),
        (views.delete_settlement, resources.SettlementNode, "delete", "confirm"),
        (views.add_utility, resources.Utilities, "new", "portfolio/utility_form"),
        (views.edit_utility, resources.UtilityNode, "edit", "portfolio/utility_form"),
        (views.retire_utility, resources.UtilityNode, "retire", "confirm"),
        (views.restore_utility, resources.UtilityNode, "restore", "confirm"),
    )
    for view, node, name, template in forms:
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=f"{template}.jinja2")
