"""Registers the bulk edit of units and what was done by it."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas_plugins.portfolio.bulk import resources, views
from atlasbahamas_plugins.portfolio.resources import Units, UnitsOfProperty

EDIT = "portfolio:property:edit"
FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The form on both lists of units, the list of what was done, and the undo."""
    config.add_child(OrganisationNode, "bulk-edits", resources.BulkEdits)
    page = config.add_view
    for node in (Units, UnitsOfProperty):
        page(
            views.bulk_edit,
            context=node,
            name="bulk",
            permission=EDIT,
            accept_methods=FORM,
            renderer="portfolio/bulk_form.jinja2",
        )
    page(views.bulk_edits, context=resources.BulkEdits, permission=EDIT, renderer="portfolio/bulk_edits.jinja2")
    page(views.show_bulk_edit, context=resources.BulkEditNode, permission=EDIT, renderer="portfolio/bulk_edit.jinja2")
    page(
        views.undo,
        context=resources.BulkEditNode,
        name="undo",
        permission=EDIT,
        accept_methods=FORM,
        renderer="confirm.jinja2",
    )
