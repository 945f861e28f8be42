"""Pages of those who live there, and those on which they are invited."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import Form, form_page
from atlasbahamas_plugins.leasing import services
from atlasbahamas_plugins.leasing.leaving.services import is_leaving
from atlasbahamas_plugins.leasing.linking.views import ask_for, link_over_page, withdraw_link_page
from atlasbahamas_plugins.leasing.models import ROLES, STATES, TONES
from atlasbahamas_plugins.leasing.notices.views import notices_shown
from atlasbahamas_plugins.leasing.papers.views import documents_shown
from atlasbahamas_plugins.leasing.resources import LeaseNode, MyLease, MyLeases
from atlasbahamas_plugins.leasing.signing.links import signed_parties
from atlasbahamas_plugins.leasing.tenancy import services as invitations
from atlasbahamas_plugins.leasing.tenancy.forms import AnswerForm
from atlasbahamas_plugins.leasing.tenancy.home import leases_at_home
from atlasbahamas_plugins.leasing.tenancy.models import ANSWERS
from atlasbahamas_plugins.leasing.views import WORDS

LINKS = "tenant-links"
MUST_CONSENT = Refused("Tick this if it is your lease.", "consent")


def show_my_lease(context: MyLease, request: Any) -> dict[str, Any]:
    """A lease as those see it whom it binds: what was agreed, with whom, and its documents."""
    lease, today = services.whole_lease(request.db, context.row), request.clock.today()
    return {
        **WORDS,
        "lease": lease,
        "today": today,
        "state_badge": badge(STATES[lease.state], TONES[lease.state]),
        "rent_cents": lease.rent_on(max(today, lease.starts)),
        "landlord": lease.organisation.name,
        **documents_shown(context, request),
        "is_leaving": is_leaving(lease),
        "may_sign": lease.state == "sent" and context.party.id not in signed_parties(request.db, [lease]),
        "notices": notices_shown(context, request),
        "may_end": lease.state in ("active", "notice"),
        # What a landlord knows of one tenant is not for the others.
        "shows_reach": False,
    }


def sign_ins(context: LeaseNode, request: Any) -> dict[str, Any]:
    """Who of a lease's parties has a sign-in, and who was invited; right after inviting, the links, once."""
    standing = invitations.sign_ins_of(request.db, context.row)
    names = {found.party.id: found.party.contact.name for found in standing}
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    shown = [link for links in request.session.pop_flash(LINKS)[-1:] for link in json.loads(links)]
    return {
        "standing": standing,
        "roles": ROLES,
        "answers": ANSWERS,
        "now": request.clock.now(),
        "may_invite": context.row.state in invitations.INVITABLE,
        "links": [(names[number], f"{base_url}/tenant-invitation?token={token}") for number, token in shown if number in names],
    }


def invite(context: LeaseNode, request: Any) -> Any:
    """Invite those parties who have no sign-in, or one of them, after asking."""
    only = request.GET.get("party")

    def submit() -> Any:
        me, now = request.identity.person_id, request.clock.now()
        invited = invitations.invite_parties(request.db, context.row, by_id=me, now=now, only=only)
        request.session.flash(json.dumps([(each.party.id, each.token) for each in invited]), LINKS)
        return HTTPSeeOther(context.url("sign-ins"))

    page = {
        "heading": ask_for(request.db, context.row, only, "Invite {}?", "Invite everybody who has no sign-in?"),
        "cancel": context.url("sign-ins"),
        "subject": context.title,
    }
    return form_page(request, Form(request), page, submit=submit)


def withdraw_invitation(context: LeaseNode, request: Any) -> Any:
    """Take one invitation back, after asking."""

    def withdraw(ref: str) -> None:
        invitations.withdraw_invitation(request.db, context.row, ref, now=request.clock.now())

    return withdraw_link_page(context, request, "Take this invitation back?", "sign-ins", withdraw)


def answer_invitation(context: Root, request: Any) -> Any:
    """What a link shows: whose lease, of which home; join with one's sign-in, or say no.

    One that ran out offers to ask for a new one.
    """
    token, now = request.params.get("token", ""), request.clock.now()
    try:
        invitation = invitations.invitation_of(request.db, token)
    except Refused as refused:
        return _over(request, None, refused)
    if not invitations.is_open(request.db, invitation, now=now):
        return _over(request, invitation, invitations.OVER)
    form, lease, me = AnswerForm(request), invitations.lease_of(request.db, invitation), request.identity
    back = {"next": f"/tenant-invitation?token={token}"}
    page = {
        "invitation": invitation,
        "lease": lease,
        "landlord": request.db.get_one(Organisation, lease.organisation_id).name,
        "elsewhere": me is not None and invitations.rents_elsewhere(request.db, invitation, me.person_id),
        "sign_in_url": context.url("sign-in", **back),
        "register_url": context.url("register", **back),
    }

    def submit() -> Any:
        if request.POST.get("choice") == "decline":
            invitations.decline_invitation(request.db, token, now=now)
            request.session.flash("You said no. Your lease is the same.")
            return HTTPSeeOther(request.resource_path(request.root))
        if me is None:
            raise Refused("Sign in or make an account first.")
        if not form.consent.data:
            raise MUST_CONSENT
        joined = invitations.accept_invitation(request.db, token, me.person_id, now=now)
        request.session.flash("This is your lease. You find it at your home page whenever you sign in.")
        return HTTPSeeOther(request.resource_path(request.root, "home", "leases", joined.ref, ""))

    return form_page(request, form, page, submit=submit)


def _over(request: Any, invitation: Any, refused: Refused) -> dict[str, Any]:
    asks = invitation is not None and invitations.may_ask_again(request.db, invitation)
    ask = partial(invitations.ask_for_new_invitation, request.db, invitation, now=request.clock.now()) if asks else None
    return {**link_over_page(request, refused, ask), "invitation": None}


def my_leases(request: Any, context: Any) -> dict[str, Any]:
    """What `/home/` shows of the caller's leases: what waits for them first."""
    node = MyLeases(request, context, "leases")
    found = leases_at_home(request.db, request.identity.person_id, now=request.clock.now())
    leases = [(node.node_as(each.lease, each.party), each) for each in found]
    # A guarantor says nothing about a home that is not theirs.
    lived_in = [(one, each) for one, each in leases if each.party.role != "guarantor"]
    return {
        "leases": [one for one, _ in leases],
        "agreements": {each.lease.id: each.document for _, each in leases if each.document},
        "waiting": [one for one, each in leases if each.lease.state == "sent" and not each.signed],
        "unread": [(one, each.unread) for one, each in lived_in if each.unread],
        "unanswered": [one for one, each in lived_in if each.unanswered and is_leaving(each.lease)],
        "today": request.clock.today(),
        **WORDS,
    }
