"""What the core registers for one's own data, under the account."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import Account
from atlasbahamas.personal import views
from atlasbahamas.personal.services import parts_of
from atlasbahamas.traversal.nodes import USE, VIEW, Root


def includeme(config: Any) -> None:
    """Find the parts that hold data about people, and register the pages."""
    config.registry.atlas_personal = parts_of(config.registry.atlas_plugins)
    page = config.add_view
    page(views.data, context=Account, name="data", permission=USE, renderer="personal/data.jinja2")
    page(views.export, context=Account, name="export", permission=USE, accept_methods=("POST",))
    page(
        views.erase,
        context=Account,
        name="erase",
        permission=USE,
        accept_methods=("GET", "POST"),
        renderer="personal/erase.jinja2",
    )
    page(views.goodbye, context=Root, name="goodbye", permission=VIEW, renderer="personal/goodbye.jinja2")
