"""Inviting tenants, and what they answer (domain.md 3.3). Raises Refused where a rule says no.

Accepting links a sign-in to the contact that the landlord wrote down, and changes nothing else: no lease begins or ends by it,
and what else somebody rents is told to them alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.errors import Refused
from atlasbahamas.mail.services import send_mail
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Organisation
from atlasbahamas.security.identity import token_hash
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.agreements.services import days_of_links
from atlasbahamas_plugins.leasing.models import BINDING, RUNNING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import days_are_taken, lock_lease, record_in_audit
from atlasbahamas_plugins.leasing.telling import TENANTS_ANSWER
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation, TenantInvitationToken
from atlasbahamas_plugins.portfolio.contacts.models import Contact

INVITE_AGAIN_AFTER = timedelta(minutes=30)
INVITABLE = ("sent", *BINDING)
"""States of a lease whose parties can be invited: there is something for them to see."""

AT_ONCE = 200
TENANT_TEMPLATE = "leasing/mail/tenant.jinja2"
OVER = Refused("This invitation is no longer open. Ask your landlord for a new one.")
LET_MEANWHILE = Refused("Somebody else has this home for some of these days by now. Ask your landlord what becomes of it.")
NOTHING_TO_SEE = "There is nothing to see yet: send the lease first, or record it."


@dataclass(frozen=True)
class Invited:
    """A party who is invited, with the token of the link, which is shown once and kept nowhere."""

    party: LeaseParty
    token: str


@dataclass(frozen=True)
class SignIn:
    """How far a party is with a sign-in of their own: linked, or with their last invitation, if any."""

    party: LeaseParty
    invitation: TenantInvitation | None


def sign_ins_of(db: Session, lease: Lease) -> list[SignIn]:
    """Each party of a lease, the first tenant first."""
    return sign_ins_for(
        db, db.scalars(select(LeaseParty).where(LeaseParty.lease_id == lease.id).order_by(LeaseParty.position)).all()
    )


def sign_ins_for(db: Session, parties: Sequence[LeaseParty]) -> list[SignIn]:
    """Each of some parties, in their order."""
    mine = select(TenantInvitation).where(TenantInvitation.party_id.in_([party.id for party in parties]))
    last = {row.party_id: row for row in db.scalars(mine.order_by(TenantInvitation.id))}
    return [SignIn(party, last.get(party.id)) for party in parties]


def invite_parties(db: Session, lease: Lease, *, by_id: int, now: datetime, only: str | None = None) -> list[Invited]:
    """Give each party who has no sign-in a link; earlier ones of theirs open nothing any more.

    Whoever has an e-mail address gets one by mail as well. Those who were invited less than half an hour ago keep theirs.
    `only`: the key of a contact, where one party alone is meant; the links of the others stay as they are. Raises Refused where
    nobody is left.
    """
    lock_lease(db, lease)
    if lease.state not in INVITABLE:
        raise Refused(NOTHING_TO_SEE)
    waiting = [found for found in sign_ins_of(db, lease) if found.party.contact.person_id is None]
    waiting = [found for found in waiting if only in (None, found.party.contact.ref)]
    if not waiting:
        raise Refused("Everybody has a sign-in already.")
    due = [found for found in waiting if not was_just_invited(found, now)]
    if not due:
        raise Refused("They were invited a moment ago. Wait half an hour before you make new links.")
    invitations = make_invitations(db, lease.organisation_id, {lease: due}, by_id=by_id, now=now)
    return [Invited(invitation.party, new_token(db, invitation)) for invitation in invitations]


def make_invitations(
    db: Session, organisation_id: int, due: Mapping[Lease, Sequence[SignIn]], *, by_id: int, now: datetime
) -> list[TenantInvitation]:
    """An invitation for each of those who are due, of leases of one organisation; earlier ones of theirs are replaced.

    Whoever has an e-mail address gets it by mail. The leases are locked by the caller.
    """
    lifetime = timedelta(days=days_of_links(db, organisation_id))
    landlord = db.get_one(Organisation, organisation_id).name
    everybody = [found for of_lease in due.values() for found in of_lease]
    for found in everybody:
        if found.invitation is not None and found.invitation.answer is None:
            _answer(db, found.invitation, "replaced", now)
    made = [
        TenantInvitation(ref=new_key("ti"), party=found.party, invited_by_id=by_id, sent=now, expires=now + lifetime)
        for found in everybody
    ]
    db.add_all(made)
    db.flush()
    for invitation in made:
        if address := invitation.party.contact.email:
            content = {"invitation": invitation.id, "landlord": landlord, "days": lifetime.days}
            send_mail(db, TENANT_TEMPLATE, address=address, content=content, now=now)
    for lease, of_lease in due.items():
        record_in_audit(db, "tenants_invited", lease, after={"parties": [found.party.contact.ref for found in of_lease]})
    return made


def new_token(db: Session, invitation: TenantInvitation) -> str:
    """A token of its own for each time an invitation is shown or mailed."""
    token = secrets.token_urlsafe(32)
    db.add(TenantInvitationToken(invitation_id=invitation.id, token_hash=token_hash(token)))
    db.flush()
    return token


def invitation_of(db: Session, token: str) -> TenantInvitation:
    """The invitation that a token was made for, in whatever state. Raises Refused where there is none."""
    wanted = select(TenantInvitation).join(TenantInvitationToken, TenantInvitationToken.invitation_id == TenantInvitation.id)
    found = db.scalar(wanted.where(TenantInvitationToken.token_hash == token_hash(token)))
    if found is None:
        raise OVER
    return found


def lease_of(db: Session, invitation: TenantInvitation) -> Lease:
    """The lease that an invitation is about."""
    return db.get_one(Lease, invitation.party.lease_id)


def is_open(db: Session, invitation: TenantInvitation, *, now: datetime) -> bool:
    """Whether an invitation can be answered: it was not, its time is not over, and its lease is still there."""
    return invitation.answer is None and invitation.expires > now and lease_of(db, invitation).state in INVITABLE


def rents_elsewhere(db: Session, invitation: TenantInvitation, person_id: int) -> bool:
    """Whether somebody is a tenant of another home now: a warning for them, of which nobody else learns."""
    theirs = select(Lease.id).join(LeaseParty, LeaseParty.lease_id == Lease.id).join(Contact)
    mine = (Contact.person_id == person_id, Lease.state.in_(RUNNING), LeaseParty.role != "guarantor")
    other = Lease.unit_id != lease_of(db, invitation).unit_id
    return db.scalar(theirs.where(*mine, other).limit(1)) is not None


def accept_invitation(db: Session, token: str, person_id: int, *, now: datetime) -> Lease:
    """Link a sign-in to the contact.

    Raises Refused for one that is over, where the contact or the person is taken, and where the unit went to somebody else before
    anybody signed (domain.md 3.3: accepting re-checks the unit).
    """
    lease = lease_of(db, invitation_of(db, token))
    lock_lease(db, lease)
    invitation = invitation_of(db, token)
    if not is_open(db, invitation, now=now):
        raise OVER
    if lease.state == "sent" and days_are_taken(db, lease):
        raise LET_MEANWHILE
    contact = db.scalars(select(Contact).where(Contact.id == invitation.party.contact_id).with_for_update()).one()
    if contact.person_id not in (None, person_id):
        raise Refused("Somebody else has joined with this invitation's name. Ask your landlord.")
    other = alias_of(LeaseParty, "other")
    bound = select(other.id).join(Contact, Contact.id == other.contact_id)
    if db.scalar(bound.where(other.lease_id == lease.id, Contact.person_id == person_id, Contact.id != contact.id)):
        raise Refused("You are another party of this lease already. Sign in as the one who is invited.")
    contact.person_id = person_id
    invitation.answered_by_id = person_id
    _answer(db, invitation, "accepted", now)
    _tell(db, invitation, lease, f"{contact.name} has joined", now)
    record_in_audit(db, "tenant_joined", lease, after={"party": contact.ref})
    return lease


def decline_invitation(db: Session, token: str, *, now: datetime) -> None:
    """Say no. Raises Refused for one that is over."""
    invitation = invitation_of(db, token)
    lease = lease_of(db, invitation)
    lock_lease(db, lease)
    db.refresh(invitation)
    if not is_open(db, invitation, now=now):
        raise OVER
    _answer(db, invitation, "declined", now)
    _tell(db, invitation, lease, f"{invitation.party.contact.name} does not want a sign-in", now)
    record_in_audit(db, "tenant_declined", lease, after={"party": invitation.party.contact.ref})


def may_ask_again(db: Session, invitation: TenantInvitation) -> bool:
    """Whether somebody whose invitation ran out may ask for a new one: once, while there is something to see."""
    again = invitation.answer in (None, "expired") and invitation.again is None
    return again and lease_of(db, invitation).state in INVITABLE


def ask_for_new_invitation(db: Session, invitation: TenantInvitation, *, now: datetime) -> None:
    """Somebody whose invitation ran out asks for a new one: whoever invited them is told, once. Raises Refused."""
    if not may_ask_again(db, invitation):
        raise OVER
    invitation.again, lease = now, lease_of(db, invitation)
    _tell(db, invitation, lease, f"{invitation.party.contact.name} asks for a new invitation", now)
    record_in_audit(db, "new_invitation_asked_for", lease, after={"party": invitation.party.contact.ref})


def withdraw_invitation(db: Session, lease: Lease, ref: str, *, now: datetime) -> None:
    """Take an invitation back: its links open nothing from now on. Raises Refused where it was answered."""
    lock_lease(db, lease)
    mine = select(TenantInvitation).join(LeaseParty, LeaseParty.id == TenantInvitation.party_id)
    wanted = mine.where(LeaseParty.lease_id == lease.id, TenantInvitation.ref == ref, TenantInvitation.answer.is_(None))
    invitation = db.scalar(wanted)
    if invitation is None:
        raise Refused("This invitation is no longer open.")
    _answer(db, invitation, "withdrawn", now)
    record_in_audit(db, "invitation_withdrawn", lease, after={"party": invitation.party.contact.ref})


def expire_invitations(db: Session, *, now: datetime) -> int:
    """Close the invitations that ran out; gives how many. The next run takes what is left of more than AT_ONCE."""
    gone = select(TenantInvitation).where(TenantInvitation.answer.is_(None), TenantInvitation.expires <= now)
    found = db.scalars(gone.order_by(TenantInvitation.id).limit(AT_ONCE)).all()
    for invitation in found:
        _answer(db, invitation, "expired", now)
    return len(found)


def _answer(db: Session, invitation: TenantInvitation, answer: str, now: datetime) -> None:
    invitation.answer, invitation.answered = answer, now
    db.flush()


def _tell(db: Session, invitation: TenantInvitation, lease: Lease, subject: str, now: datetime) -> None:
    path = f"/portfolio/{db.get_one(Organisation, lease.organisation_id).ref}/leases/{lease.ref}/sign-ins"
    notify(db, [invitation.invited_by_id], TENANTS_ANSWER, subject, TOLD_TEMPLATE, path=path, now=now)


def was_just_invited(found: SignIn, now: datetime) -> bool:
    """Whether somebody has an open invitation that is too new for another one."""
    invitation = found.invitation
    return invitation is not None and invitation.answer is None and now < invitation.sent + INVITE_AGAIN_AFTER
