"""Registers inviting tenants from a file."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas_plugins.leasing.inviting import resources, views
from atlasbahamas_plugins.leasing.resources import EDIT, Leases

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The page that takes a file, the file to fill in, the list of what was sent, and what came of each file."""
    config.add_child(OrganisationNode, "invitation-files", resources.InvitationFiles)
    page = config.add_view
    page(
        views.invite_tenants,
        context=Leases,
        name="invite",
        permission=EDIT,
        accept_methods=FORM,
        renderer="leasing/invite_tenants.jinja2",
    )
    page(views.tenants_template, context=Leases, name="tenants.csv", permission=EDIT)
    page(views.invitation_files, context=resources.InvitationFiles, permission=EDIT, renderer="leasing/invitation_files.jinja2")
    page(views.show_file, context=resources.InvitationFileNode, permission=EDIT, renderer="leasing/invitation_file.jinja2")
