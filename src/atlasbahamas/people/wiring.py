"""What the core registers for people: nodes, permissions, pages."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.people import address_views, addresses, invitation_views, invitations, jobs, limits, views
from atlasbahamas.people.models import MEMBER_ROLES, PLATFORM_ADMIN
from atlasbahamas.people.resources import (
    Account,
    Home,
    InvitationNode,
    Invitations,
    Members,
    MembershipNode,
    OrganisationNode,
    Organisations,
)
from atlasbahamas.plugins.manifest import Permission
from atlasbahamas.traversal.nodes import USE, VIEW, Node, Root

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


MAILS = {
    addresses.CONFIRM_TEMPLATE: addresses.prepare_confirmation,
    addresses.TAKEN_TEMPLATE: None,
    addresses.RECOVER_TEMPLATE: addresses.prepare_recovery,
    addresses.CHANGED_TEMPLATE: None,
    addresses.ADDRESS_CHANGED_TEMPLATE: None,
    invitations.INVITATION_TEMPLATE: invitations.prepare_invitation,
}


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

    config.add_child(OrganisationNode, "invitations", Invitations)

    config.contribute(CATEGORIES, invitations.MEMBERS, name="members")
    config.contribute(CATEGORIES, limits.RIGHTS, name="rights")
    config.add_extension_point(limits.LIMITS, limits.Parts)
    for template, prepare in MAILS.items():
        config.add_mail_template(template, prepare=prepare)
    config.add_job("atlas.forget_tokens", jobs.forget_tokens)
    config.add_schedule("atlas.forget_tokens", "atlas.forget_tokens", at=time(3, 20))
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
    config.include("atlasbahamas.people.photo.wiring")
    _register_addresses(config)
    _register_invitations(config)


def _register_addresses(config: Any) -> None:
    page = config.add_view
    forms: tuple[tuple[Any, type[Node], str, str, str], ...] = (
        (address_views.confirm, Root, "confirm", VIEW, "confirm"),
        (address_views.recover, Root, "recover", VIEW, "recover"),
        (address_views.reset, Root, "reset", VIEW, "reset"),
        (address_views.confirm_code, Account, "confirm", USE, "confirm_code"),
        (address_views.password, Account, "password", USE, "password"),
    )
    for view, node, name, permission, template in forms:
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=f"people/{template}.jinja2")
    for button, name in (
        (address_views.send_code, "send-code"),
        (address_views.end_device, "end-device"),
        (address_views.end_others, "end-others"),
    ):
        page(button, context=Account, name=name, permission=USE, accept_methods=("POST",))


def _register_invitations(config: Any) -> None:
    page, edit = config.add_view, "atlas:member:edit"
    page(
        invitation_views.list_invitations,
        context=Invitations,
        permission=edit,
        renderer="organisation/invitations.jinja2",
    )
    page(
        invitation_views.show_invitation,
        context=InvitationNode,
        permission=edit,
        renderer="organisation/invitation.jinja2",
    )
    for view, node, name, renderer in (
        (invitation_views.invite, Invitations, "new", "organisation/invite.jinja2"),
        (invitation_views.send_again, InvitationNode, "send-again", "organisation/invite_again.jinja2"),
        (invitation_views.withdraw, InvitationNode, "withdraw", "confirm.jinja2"),
    ):
        page(view, context=node, name=name, permission=edit, accept_methods=FORM, renderer=renderer)
    page(
        invitation_views.answer_invitation,
        context=Root,
        name="invitation",
        permission=VIEW,
        accept_methods=FORM,
        renderer="people/invitation.jinja2",
    )
