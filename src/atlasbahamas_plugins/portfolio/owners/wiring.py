"""Registers the owners of a property: a node and two pages."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.portfolio.owners import views
from atlasbahamas_plugins.portfolio.owners.resources import Owners
from atlasbahamas_plugins.portfolio.resources import PropertyNode


def includeme(config: Any) -> None:
    """The list, and the form for a change."""
    config.add_child(PropertyNode, "owners", Owners)
    config.add_view(views.owners, context=Owners, permission="portfolio:owner:view", renderer="portfolio/owners.jinja2")
    config.add_view(
        views.change_owners,
        context=Owners,
        name="change",
        permission="portfolio:owner:edit",
        accept_methods=("GET", "POST"),
        renderer="portfolio/owners_form.jinja2",
    )
