"""What the core registers for people: nodes, permissions, pages."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.people import jobs, views
from atlasbahamas.people.models import MEMBER_ROLES, PLATFORM_ADMIN
from atlasbahamas.people.resources import (
    Account,
    Home,
    Members,
    MembershipNode,
    OrganisationNode,
    Organisations,
)
from atlasbahamas.plugins.manifest import Permission
from atlasbahamas.traversal.nodes import USE, VIEW, Root

FORM = ("GET", "POST")
EVERY_ROLE = (*MEMBER_ROLES, PLATFORM_ADMIN)

PERMISSIONS = (
    Permission(VIEW, "Look at public pages"),
    Permission(USE, "Use one's own account"),
    Permission("atlas:organisation:view", "See an organisation", EVERY_ROLE),
    Permission("atlas:organisation:edit", "Change an organisation", ("owner", PLATFORM_ADMIN)),
    Permission("atlas:member:view", "See who works in an organisation", ("owner", "manager", PLATFORM_ADMIN)),
    Permission("atlas:member:edit", "Change who works in an organisation", ("owner", PLATFORM_ADMIN)),
)


def includeme(config: Any) -> None:
    """Mount the nodes and register the pages."""
    for role, title in {**MEMBER_ROLES, PLATFORM_ADMIN: "Administrator"}.items():
        config.add_role(role, title)
    for permission in PERMISSIONS:
        config.declare_permission(permission)
    config.add_mount("home", Home)
    config.add_mount("account", Account)
    config.add_mount("portfolio", Organisations)
    config.add_child(OrganisationNode, "members", Members)

    config.add_job("atlas.forget_devices", jobs.forget_devices)
    config.add_schedule("atlas.forget_devices", "atlas.forget_devices", at=time(3, 15))

    page = config.add_view
    page(views.front, context=Root, permission=VIEW, renderer="front.jinja2")
    page(
        views.sign_in,
        context=Root,
        name="sign-in",
        permission=VIEW,
        accept_methods=FORM,
        renderer="people/sign_in.jinja2",
    )
    page(
        views.register,
        context=Root,
        name="register",
        permission=VIEW,
        accept_methods=FORM,
        renderer="people/register.jinja2",
    )
    page(views.sign_out, context=Root, name="sign-out", permission=VIEW, accept_methods=("POST",))
    page(views.home, context=Home, permission=USE, renderer="home.jinja2")
    page(views.account, context=Account, permission=USE, accept_methods=FORM, renderer="people/account.jinja2")
    page(views.organisations, context=Organisations, permission=USE)
    page(
        views.organisation,
        context=OrganisationNode,
        permission="atlas:organisation:view",
        renderer="organisation/show.jinja2",
    )
    page(
        views.edit_organisation,
        context=OrganisationNode,
        name="edit",
        permission="atlas:organisation:edit",
        accept_methods=FORM,
        renderer="organisation/edit.jinja2",
    )
    page(views.members, context=Members, permission="atlas:member:view", renderer="organisation/members.jinja2")
    for name, view in (("edit", views.edit_member), ("end", views.end_member)):
        page(
            view,
            context=MembershipNode,
            name=name,
            permission="atlas:member:edit",
            accept_methods=FORM,
            renderer=f"organisation/member_{name}.jinja2",
        )
