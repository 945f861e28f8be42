"""Registers bringing leases in."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas_plugins.leasing.importing import resources, views
from atlasbahamas_plugins.leasing.resources import EDIT, Leases

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The page that takes a file, the list of what came in, each of them, and its undo."""
    config.add_child(OrganisationNode, "lease-imports", resources.LeaseImports)
    page = config.add_view
    page(
        views.import_leases,
        context=Leases,
        name="import",
        permission=EDIT,
        accept_methods=FORM,
        renderer="imports/page.jinja2",
    )
    page(views.leases_template, context=Leases, name="template.csv", permission=EDIT)
    page(views.lease_imports, context=resources.LeaseImports, permission=EDIT, renderer="leasing/lease_imports.jinja2")
    page(views.show_import, context=resources.LeaseImportNode, permission=EDIT, renderer="leasing/lease_import.jinja2")
    page(
        views.undo,
        context=resources.LeaseImportNode,
        name="undo",
        permission=EDIT,
        accept_methods=FORM,
        renderer="confirm.jinja2",
    )
