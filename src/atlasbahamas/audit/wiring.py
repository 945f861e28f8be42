"""What the core registers for the audit: under the administration, and under each organisation."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin.resources import Admin
from atlasbahamas.audit import resources, views
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.plugins.manifest import Permission

EVERYTHING, OWN = "atlas:audit:view", "atlas:organisation:audit"


def includeme(config: Any) -> None:
    """Hang up the two trails and register their pages."""
    config.declare_permission(Permission(EVERYTHING, "See what anybody did on the platform, and from where", (PLATFORM_ADMIN,)))
    config.declare_permission(
        Permission(OWN, "See what was done in an organisation", ("owner", "manager", PLATFORM_ADMIN)),
    )
    config.add_child(Admin, "audit", resources.Trail)
    config.add_child(OrganisationNode, "audit", resources.OrganisationTrail)

    pages = (
        (views.trail, resources.Trail, EVERYTHING, "trail"),
        (views.entry, resources.EntryNode, EVERYTHING, "entry"),
        (views.organisation_trail, resources.OrganisationTrail, OWN, "organisation_trail"),
        (views.organisation_entry, resources.OrganisationEntryNode, OWN, "organisation_entry"),
    )
    for view, node, permission, template in pages:
        config.add_view(view, context=node, permission=permission, renderer=f"audit/{template}.jinja2")
