"""Pages of invitations: the organisation's, and the one that a link opens."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.errors import Refused
from atlasbahamas.people import invitations, limits
from atlasbahamas.people.forms import InviteForm
from atlasbahamas.people.lists import InvitationList
from atlasbahamas.people.models import MEMBER_ROLES
from atlasbahamas.people.resources import InvitationNode, Invitations, OrganisationNode
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, confirm_page, form_page

CHOICES = ("accept", "decline")
LINK = "link"


def list_invitations(context: Invitations, request: Any) -> Any:
    """Whom the organisation invited."""
    return InvitationList(request, context.visible(), node=context).answer()


def invite(context: Invitations, request: Any) -> Any:
    """Invite somebody; the next page shows the link to copy, once."""
    organisation, parts = context.above(OrganisationNode).row, limits.parts_of(request.registry)
    form = InviteForm(request, reach="everything")
    form.offer_parts(parts, parts.offered(request.db, organisation.id) if parts else [])

    def submit() -> Any:
        invitation, token = invitations.invite_member(
            request.db,
            organisation,
            name=form.name.data,
            email=form.email.data,
            role=form.role.data,
            by_id=request.identity.person_id,
            now=request.clock.now(),
            reach=form.chosen_reach(),
        )
        return _with_link(request, context.node_of(invitation), token)

    return form_page(request, form, {}, submit=submit)


def show_invitation(context: InvitationNode, request: Any) -> dict[str, Any]:
    """What became of an invitation; right after it was made or sent again, with the link."""
    links = request.session.pop_flash(LINK)
    return {
        "invitation": context.row,
        "role": MEMBER_ROLES[context.row.role],
        "may_see": limits.names_of(request.db, limits.parts_of(request.registry), context.row.limit_id),
        "link": links[-1] if links else "",
    }


def send_again(context: InvitationNode, request: Any) -> Any:
    """Send an invitation again, with 72 new hours and a new link to copy."""

    def submit() -> Any:
        token = invitations.send_again(request.db, context.row, now=request.clock.now())
        return _with_link(request, context, token)

    return form_page(request, Form(request), {"invitation": context.row}, submit=submit)


def withdraw(context: InvitationNode, request: Any) -> Any:
    """Take an invitation back, after asking."""
    return confirm_page(
        request,
        context.above(Invitations),
        f"Take back the invitation for {context.title}?",
        lambda: invitations.withdraw_invitation(request.db, context.row, request.identity.person_id, now=request.clock.now()),
        "The invitation is taken back: its links open nothing any more.",
    )


def answer_invitation(context: Root, request: Any) -> Any:
    """What a link shows: who invites, to what; accept or decline. Accepting needs a sign-in, which comes back here."""
    token, form, invitation = request.params.get("token", ""), Form(request), None
    try:
        invitation = invitations.find_invitation(request.db, token, now=request.clock.now(), for_update=request.method == "POST")
    except Refused as refused:
        form.form_errors.append(refused.message)
        request.response.status_int = 404
    back = {"next": f"/invitation?token={token}"}
    values = {
        "token": token,
        "invitation": invitation,
        "role": MEMBER_ROLES[invitation.role] if invitation else "",
        "may_see": limits.names_of(request.db, limits.parts_of(request.registry), invitation.limit_id) if invitation else None,
        "sign_in_url": context.url("sign-in", **back),
        "register_url": context.url("register", **back),
    }

    def submit() -> Any:
        assert invitation is not None
        choice = request.POST.get("choice")
        if choice not in CHOICES:
            raise Refused("Choose whether you accept or decline.")
        return _answered(request, invitation, choice)

    return form_page(request, form, values, submit=submit) if invitation else {**values, "form": form}


def _answered(request: Any, invitation: Any, choice: str) -> HTTPSeeOther:
    now, person = request.clock.now(), request.identity
    if choice == "decline":
        invitations.decline_invitation(request.db, invitation, person.person_id if person else None, now=now)
        return HTTPSeeOther(request.resource_path(request.root))
    if person is None:
        raise Refused("Sign in or make an account first.")
    invitations.accept_invitation(request.db, invitation, person.person_id, now=now)
    request.session.flash(f"Welcome to {invitation.organisation.name}.")
    return HTTPSeeOther(request.resource_path(request.root, "portfolio", invitation.organisation.ref, ""))


def _with_link(request: Any, node: Any, token: str) -> HTTPSeeOther:
    """To the invitation's page, which shows the link once: it waits in the inviter's own session and nowhere else."""
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    request.session.flash(f"{base_url}/invitation?token={token}", LINK)
    return HTTPSeeOther(node.url())
