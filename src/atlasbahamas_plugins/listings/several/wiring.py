"""Registers the page on which several units are listed at once."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings.resources import EDIT
from atlasbahamas_plugins.listings.several import views
from atlasbahamas_plugins.listings.several.resources import UnitsToList
from atlasbahamas_plugins.portfolio.resources import Units


def includeme(config: Any) -> None:
    """One page, on the organisation's list of units."""
    config.add_child(Units, "list", UnitsToList)
    config.add_view(
        views.list_several,
        context=UnitsToList,
        permission=EDIT,
        accept_methods=("GET", "POST"),
        renderer="listings/several.jinja2",
    )
