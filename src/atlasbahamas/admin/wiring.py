"""What the core registers for administrators: nodes, permissions, pages."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin import resources, views
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.plugins.manifest import Permission
from atlasbahamas.web.layout import NavItem

FORM = ("GET", "POST")
SEE, PEOPLE, EDIT, ROLES = "atlas:admin:view", "atlas:person:view", "atlas:person:edit", "atlas:role:edit"

PERMISSIONS = (
    Permission(SEE, "Open the administration", (PLATFORM_ADMIN,)),
    Permission(PEOPLE, "See everybody and every organisation", (PLATFORM_ADMIN,)),
    Permission(EDIT, "Switch accounts off and on, and unlock them", (PLATFORM_ADMIN,)),
    Permission(ROLES, "Give and take away roles on the platform", (PLATFORM_ADMIN,)),
)


def includeme(config: Any) -> None:
    """Mount `/admin/` and register its pages. Other parts hang theirs below it, and fill its slot `admin`."""
    for declared in PERMISSIONS:
        config.declare_permission(declared)
    config.add_mount("admin", resources.Admin)
    config.add_child(resources.Admin, "people", resources.People)
    config.add_child(resources.Admin, "organisations", resources.EveryOrganisation)
    config.contribute("nav", NavItem("Administration", "/admin/", permission=SEE), name="admin", order=90)

    page = config.add_view
    page(views.front, context=resources.Admin, permission=SEE, renderer="admin/front.jinja2")
    page(views.people, context=resources.People, permission=PEOPLE, renderer="admin/people.jinja2")
    page(views.organisations, context=resources.EveryOrganisation, permission=PEOPLE, renderer="admin/organisations.jinja2")
    page(views.person, context=resources.PersonNode, permission=PEOPLE, renderer="admin/person.jinja2")
    forms = (
        (views.disable, "disable", EDIT, "confirm"),
        (views.enable, "enable", EDIT, "confirm"),
        (views.unlock, "unlock", EDIT, "confirm"),
        (views.grant, "grant", ROLES, "admin/role"),
        (views.revoke, "revoke", ROLES, "admin/role"),
    )
    for view, name, permission, template in forms:
        page(
            view,
            context=resources.PersonNode,
            name=name,
            permission=permission,
            accept_methods=FORM,
            renderer=f"{template}.jinja2",
        )
