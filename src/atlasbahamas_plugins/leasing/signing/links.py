"""Asking parties for their signatures: links, their codes, and what becomes of them. Raises Refused where a rule says no.

What a signature is belongs to services.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.errors import Refused
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.security.keys import Keys
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.services import current_document, days_of_links
from atlasbahamas_plugins.leasing.linking.services import (
    OVER,
    Asked,
    ask_again,
    check_code,
    close_link,
    is_waiting,
    link_of,
    mail_link,
    may_ask_again,
    open_links,
    tell_asker,
    withdraw_link,
)
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import CHANGED, lock_lease, record_in_audit
from atlasbahamas_plugins.leasing.signing.models import Signature, SigningLink
from atlasbahamas_plugins.leasing.telling import MY_LEASE, tell_members
from atlasbahamas_plugins.portfolio.contacts.models import Contact

COPY_FOR = timedelta(days=30)
"""How long the link of somebody who signed shows them their copy."""

AT_ONCE = 200
SIGNING_PAGE = "signing"
SIGN_TEMPLATE = "leasing/mail/sign.jinja2"
COPY_TEMPLATE = "leasing/mail/copy.jinja2"


@dataclass(frozen=True)
class Standing:
    """How far a party is: signed, asked, or neither. The landlord has no party."""

    party: LeaseParty | None
    signature: Signature | None
    link: SigningLink | None


def signatures_of(db: Session, document: Document) -> Sequence[Signature]:
    """Who signed a document, in their order."""
    return db.scalars(select(Signature).where(Signature.document_id == document.id).order_by(Signature.id)).all()


def standing_of(db: Session, document: Document) -> list[Standing]:
    """The landlord and each party, with what they did about a document."""
    parties = db.scalars(select(LeaseParty).where(LeaseParty.lease_id == document.lease_id).order_by(LeaseParty.position)).all()
    signed = {row.party_id: row for row in signatures_of(db, document)}
    links = db.scalars(select(SigningLink).where(SigningLink.document_id == document.id).order_by(SigningLink.id)).all()
    asked = {link.party_id: link for link in links}
    landlord = Standing(None, signed.get(None), None)
    return [landlord, *(Standing(party, signed.get(party.id), asked.get(party.id)) for party in parties)]


def signed_parties(db: Session, leases: Sequence[Lease]) -> set[int]:
    """Ids of the parties who have signed what was sent last, of leases that were sent. One query, or none."""
    if not leases:
        return set()
    newer = alias_of(Document, "newer")
    last = ~select(newer.id).where(newer.lease_id == Document.lease_id, newer.number > Document.number).exists()
    signed = select(Signature.party_id).join(Document, Document.id == Signature.document_id)
    wanted = signed.where(Document.lease_id.in_([lease.id for lease in leases]), last, Signature.party_id.is_not(None))
    return {party_id for party_id in db.scalars(wanted) if party_id is not None}


def signed_by(person_id: Any) -> ColumnElement[bool]:
    """SQL: whether a person has signed as a party what was sent last of a lease, that of the query around it."""
    newer = alias_of(Document, "newer")
    last = ~select(newer.id).where(newer.lease_id == Document.lease_id, newer.number > Document.number).exists()
    signed = select(Signature.id).join(Document, Document.id == Signature.document_id)
    signed = signed.join(LeaseParty, LeaseParty.id == Signature.party_id).join(Contact, Contact.id == LeaseParty.contact_id)
    mine = signed.where(Document.lease_id == Lease.id, last, Contact.person_id == person_id)
    return mine.correlate(Lease).exists()


def sent_document(db: Session, lease: Lease) -> Document:
    """What waits to be signed. Raises Refused where nothing does."""
    document = current_document(db, lease)
    if lease.state != "sent" or document is None:
        raise CHANGED
    return document


def ask_for_signatures(
    db: Session, lease: Lease, *, by_id: int, keys: Keys, now: datetime, only: str | None = None
) -> list[Asked]:
    """Give each party who has not signed a new link and code; earlier links of theirs open nothing any more.

    `only`: the key of a contact, where one party alone is asked; the links of the others stay as they are.

    Whoever has a sign-in is told there, and whoever has an e-mail address gets a link by mail, never the code. Those who were
    asked less than half an hour ago keep theirs. `keys` are the site's. Raises Refused where nobody is left.
    """
    document = sent_document(db, lease)
    waiting = [(found.party, found.link) for found in standing_of(db, document) if found.party and found.signature is None]
    waiting = [(party, link) for party, link in waiting if only in (None, party.contact.ref)]
    if not waiting:
        raise Refused("Everybody has signed.")
    lifetime = timedelta(days=days_of_links(db, lease.organisation_id))

    def make(party: LeaseParty) -> SigningLink:
        return SigningLink(ref=new_key("s"), document=document, party=party, asked_by_id=by_id, sent=now, expires=now + lifetime)

    made = open_links(db, waiting, make, keys=keys, now=now)
    for link, _ in made:
        _tell(db, link, now=now)
    asked = [each for _, each in made]
    record_in_audit(db, "signatures_asked", lease, after={"parties": [each.party.contact.ref for each in asked]})
    return asked


def _tell(db: Session, link: SigningLink, *, now: datetime) -> None:
    lease, contact = link.document.lease, link.party.contact
    if contact.person_id is not None:
        subject, path = "A lease waits for your signature", f"/home/leases/{lease.ref}/sign"
        notify(db, [contact.person_id], MY_LEASE, subject, TOLD_TEMPLATE, path=path, now=now)
    elif contact.email:
        mail_link(db, lease, link, SIGN_TEMPLATE, days=(link.expires - link.sent).days, now=now)


def is_open(db: Session, link: SigningLink, *, now: datetime) -> bool:
    """Whether a link can be answered: it was not, its time is not over, and its agreement still counts."""
    lease = link.document.lease
    if not is_waiting(link, now=now) or lease.state != "sent":
        return False
    current = current_document(db, lease)
    return current is not None and current.id == link.document_id


def shows_copy(link: SigningLink, *, now: datetime) -> bool:
    """Whether a link shows its copy to somebody who signed by it."""
    return link.answer == "signed" and link.answered is not None and now < link.answered + COPY_FOR


def find_link(db: Session, token: str, *, now: datetime) -> SigningLink:
    """The open link of a token. Raises Refused for one that was answered, that ran out, or whose agreement was taken back."""
    found = link_of(db, SigningLink, token)
    if not is_open(db, found, now=now):
        raise OVER
    return found


def may_ask_for_new(link: SigningLink) -> bool:
    """Whether the party of a link that ran out may ask for a new one: once, while the agreement waits."""
    return may_ask_again(link) and link.document.lease.state == "sent"


def ask_for_new_link(db: Session, link: SigningLink, *, now: datetime) -> None:
    """A party whose link ran out asks for a new one: whoever asked them is told, once for each link. Raises Refused."""
    if not may_ask_for_new(link):
        raise OVER
    subject = f"{link.party.contact.name} asks for a new link to sign"
    ask_again(db, link.document.lease, link, subject, SIGNING_PAGE, now=now)


def withdraw_signing_link(db: Session, lease: Lease, ref: str, *, now: datetime) -> None:
    """Take one party's link back: it opens nothing from now on. Raises Refused where it was answered."""
    lock_lease(db, lease)
    document = sent_document(db, lease)
    link = db.scalar(select(SigningLink).where(SigningLink.document_id == document.id, SigningLink.ref == ref))
    withdraw_link(db, lease, link, now=now)


def decline_by_link(db: Session, token: str, code: str, *, keys: Keys, now: datetime) -> None:
    """A party says no; the landlord is told, and may ask again. Raises Refused where the code is another, or the link is over."""
    link = find_link(db, token, now=now)
    lease = link.document.lease
    lock_lease(db, lease)
    link = find_link(db, token, now=now)
    check_code(link, code, keys)
    close_link(db, link, "declined", now=now)
    tell_asker(db, lease, [link.asked_by_id], f"{link.party.contact.name} does not sign", SIGNING_PAGE, now=now)
    record_in_audit(db, "declined_by_party", lease, after={"party": link.party.contact.ref})


def decline_at_home(db: Session, lease: Lease, party: LeaseParty, *, now: datetime, tell: Sequence[str]) -> None:
    """A party who is signed in says no, and can still sign later. `tell`: the landlord's members in these roles are told.

    Raises Refused where they have signed or said no already, and where nothing waits.
    """
    lock_lease(db, lease)
    document = sent_document(db, lease)
    standing = next(found for found in standing_of(db, document) if found.party is not None and found.party.id == party.id)
    if standing.signature is not None:
        raise Refused("You have signed this already.")
    if standing.link is not None and standing.link.answer == "declined":
        raise Refused("You said no already. Your landlord was told.")
    if standing.link is not None and standing.link.answer is None:
        close_link(db, standing.link, "declined", now=now)
    tell_members(db, lease, f"{party.contact.name} does not sign", SIGNING_PAGE, roles=tell, now=now)
    record_in_audit(db, "declined_by_party", lease, after={"party": party.contact.ref})


def expire_links(db: Session, *, now: datetime) -> int:
    """Close the links that ran out; gives how many. The next run takes what is left of more than AT_ONCE."""
    gone = select(SigningLink).where(SigningLink.answer.is_(None), SigningLink.expires <= now).order_by(SigningLink.id)
    found = db.scalars(gone.limit(AT_ONCE)).all()
    for link in found:
        link.answer, link.answered = "expired", now
    db.flush()
    return len(found)


def send_copies(db: Session, lease: Lease, document: Document, *, now: datetime) -> None:
    """All have signed: everybody is told where their copy is, by mail or at their sign-in; whoever asked them is told as well."""
    path = f"/home/leases/{lease.ref}/"
    asked_by = set()
    for found in standing_of(db, document):
        if found.link is not None:
            asked_by.add(found.link.asked_by_id)
        contact = found.party.contact if found.party is not None else None
        if contact is not None and contact.person_id is not None:
            notify(db, [contact.person_id], MY_LEASE, "Everybody has signed your lease", TOLD_TEMPLATE, path=path, now=now)
        elif contact is not None and contact.email and found.link is not None and found.link.answer == "signed":
            mail_link(db, lease, found.link, COPY_TEMPLATE, days=COPY_FOR.days, now=now)
    subject = f"Everybody has signed: {lease.unit.label}, {lease.unit.property.name}"
    tell_asker(db, lease, sorted(asked_by), subject, SIGNING_PAGE, now=now)
