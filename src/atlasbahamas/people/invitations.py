"""Inviting people into an organisation: a link that works once, for 72 hours, to be mailed or copied (domain.md 3.3)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.mail.models import Mail
from atlasbahamas.mail.services import send_mail
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.limits import EVERYTHING, Reach
from atlasbahamas.people.models import (
    MEMBER_ROLES,
    Invitation,
    InvitationToken,
    Membership,
    Organisation,
)
from atlasbahamas.people.services import add_member, lock_organisation
from atlasbahamas.security.identity import token_hash
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.traversal.keys import new_key

LIFETIME = timedelta(hours=72)
RESEND_AFTER = timedelta(minutes=30)
INVITATION_TEMPLATE = "mail/invitation.jinja2"
MEMBERS = NotificationCategory("atlas.members", "People you work with", "Somebody you invited has joined.")
JOINED = "Somebody you invited has joined"
OVER = Refused("This invitation is no longer open. Ask the people who invited you for a new one.")


def invite_member(
    db: Session,
    organisation: Organisation,
    *,
    name: str,
    email: str,
    role: str,
    by_id: int,
    now: datetime,
    reach: Reach = EVERYTHING,
) -> tuple[Invitation, str]:
    """Invite somebody; gives the invitation and the token of a link to copy, which is shown once and kept nowhere.

    With an e-mail address they get a link of their own as well. `reach` is what they are to see. Raises Refused for a role that
    members cannot have, and for an owner who would be limited.
    """
    if role not in MEMBER_ROLES:
        raise Refused("There is no such role.", "role")
    invitation = Invitation(
        ref=new_key("i"),
        organisation=organisation,
        name=name,
        email=email or None,
        role=role,
        limit_id=reach.make_limit(db, organisation.id, role),
        invited_by_id=by_id,
        created=now,
        sent=now,
        expires=now + LIFETIME,
    )
    db.add(invitation)
    db.flush()
    about = ("invitation", invitation.ref)
    offered = {"role": role} | ({} if reach.keys is None else {"may_see": list(reach.keys)})
    record(db, "atlas:member:invited", about=about, organisation_id=organisation.id, after=offered)
    _mail(db, invitation, now=now)
    return invitation, new_token(db, invitation)


def send_again(db: Session, invitation: Invitation, *, now: datetime) -> str:
    """Give an invitation its 72 hours again, mail it again, and give a new link. Raises Refused within 30 minutes."""
    if invitation.answer is not None:
        raise Refused("This invitation was answered already.")
    if now < invitation.sent + RESEND_AFTER:
        raise Refused("This was sent a moment ago. Wait half an hour before you send it again.")
    invitation.sent, invitation.expires = now, now + LIFETIME
    db.flush()
    _mail(db, invitation, now=now)
    record(db, "atlas:member:invited", about=("invitation", invitation.ref), organisation_id=invitation.organisation_id)
    return new_token(db, invitation)


def _mail(db: Session, invitation: Invitation, *, now: datetime) -> None:
    if invitation.email is None:
        return
    content = {"invitation": invitation.id, "organisation": invitation.organisation.name, "role": MEMBER_ROLES[invitation.role]}
    send_mail(db, INVITATION_TEMPLATE, address=invitation.email, content=content, now=now)


def prepare_invitation(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """A link for the mail that is being sent; None when the invitation was answered meanwhile."""
    invitation = db.get(Invitation, mail.content["invitation"])
    if invitation is None or invitation.answer is not None:
        return None
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    return {"link": f"{base_url}/invitation?token={new_token(db, invitation)}", "name": invitation.name}


def new_token(db: Session, invitation: Invitation) -> str:
    """A token of its own for each link."""
    token = secrets.token_urlsafe(32)
    db.add(InvitationToken(invitation_id=invitation.id, token_hash=token_hash(token)))
    db.flush()
    return token


def find_invitation(db: Session, token: str, *, now: datetime, for_update: bool = False) -> Invitation:
    """The open invitation that a link leads to. Raises Refused for one that was answered, or whose time is over."""
    query = select(Invitation).join(InvitationToken).where(InvitationToken.token_hash == token_hash(token))
    query = query.where(Invitation.answer.is_(None), Invitation.expires > now)
    found = db.scalar(query.with_for_update() if for_update else query)
    if found is None:
        raise OVER
    return found


def accept_invitation(db: Session, invitation: Invitation, person_id: int, *, now: datetime) -> Membership | None:
    """Make the person a member; None when they hold the role already. The invitation is answered either way."""
    lock_organisation(db, invitation.organisation_id)
    _answer(db, invitation, "accepted", person_id, now)
    path = f"/portfolio/{invitation.organisation.ref}/members/"
    notify(db, [invitation.invited_by_id], MEMBERS, JOINED, TOLD_TEMPLATE, path=path, now=now)
    held = select(Membership.id).where(
        Membership.organisation_id == invitation.organisation_id,
        Membership.person_id == person_id,
        Membership.role == invitation.role,
        Membership.until.is_(None),
    )
    if db.scalar(held) is not None:
        return None
    role, limit_id = invitation.role, invitation.limit_id
    return add_member(db, invitation.organisation, person_id, role, now=now, limit_id=limit_id)


def decline_invitation(db: Session, invitation: Invitation, person_id: int | None, *, now: datetime) -> None:
    """Say no."""
    _answer(db, invitation, "declined", person_id, now)


def withdraw_invitation(db: Session, invitation: Invitation, person_id: int, *, now: datetime) -> None:
    """Take an invitation back: its links open nothing from now on. Raises Refused when it was answered."""
    if invitation.answer is not None:
        raise Refused("This invitation was answered already.")
    _answer(db, invitation, "withdrawn", person_id, now)


def _answer(db: Session, invitation: Invitation, answer: str, person_id: int | None, now: datetime) -> None:
    invitation.answer, invitation.answered, invitation.answered_by_id = answer, now, person_id
    db.flush()
    about = ("invitation", invitation.ref)
    record(db, f"atlas:invitation:{answer}", about=about, organisation_id=invitation.organisation_id)
