"""Signing, and what comes of it. Raises Refused where a rule says no. Asking for signatures belongs to links.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.security.keys import Keys
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.linking.services import check_code, close_link
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import lock_lease, record_in_audit
from atlasbahamas_plugins.leasing.signing.links import (
    find_link,
    send_copies,
    sent_document,
    signatures_of,
    standing_of,
)
from atlasbahamas_plugins.leasing.signing.models import Signature
from atlasbahamas_plugins.leasing.writing.services import bind


@dataclass(frozen=True)
class Signing:
    """What somebody typed when they signed: their name, a witness or nothing; from which address, with what."""

    name: str
    witness: str
    address: str
    agent: str


def signatures_as_data(db: Session, document: Document) -> list[dict[str, object]]:
    """The signatures with the hashes of what was signed; `party` is a position in the document, None: the landlord."""
    names = ("name", "witness", "digest", "pdf_digest", "signed", "address", "agent")
    return [
        {"party": row.party.position if row.party else None, **{name: getattr(row, name) for name in names}}
        for row in signatures_of(db, document)
    ]


def sign_by_link(db: Session, token: str, code: str, typed: Signing, *, keys: Keys, now: datetime, today: date) -> Signature:
    """A party signs for oneself. Raises Refused where the code is another, or the link is no longer open."""
    lease = find_link(db, token, now=now).document.lease
    lock_lease(db, lease)
    link = find_link(db, token, now=now)
    check_code(link, code, keys)
    signature = _sign(db, link.document, link.party, None, typed, now=now)
    close_link(db, link, "signed", now=now)
    _finish(db, lease, link.document, now=now, today=today)
    return signature


def sign_at_home(
    db: Session, lease: Lease, party: LeaseParty, typed: Signing, *, person_id: int, now: datetime, today: date
) -> Signature:
    """A party signs who is signed in, and needs no code. Raises Refused where they have signed, or nothing waits."""
    lock_lease(db, lease)
    document = sent_document(db, lease)
    standing = next(found for found in standing_of(db, document) if found.party is not None and found.party.id == party.id)
    if standing.signature is not None:
        raise Refused("You have signed this already.")
    signature = _sign(db, document, party, person_id, typed, now=now)
    if standing.link is not None and standing.link.answer is None:
        close_link(db, standing.link, "signed", now=now)
    _finish(db, lease, document, now=now, today=today)
    return signature


def sign_for_landlord(db: Session, lease: Lease, typed: Signing, *, person_id: int, now: datetime, today: date) -> Signature:
    """A member signs for the organisation. Raises Refused where that was done, or where the lease waits for nobody."""
    lock_lease(db, lease)
    document = sent_document(db, lease)
    if any(row.party_id is None for row in signatures_of(db, document)):
        raise Refused("This was signed for the landlord already.")
    signature = _sign(db, document, None, person_id, typed, now=now)
    _finish(db, lease, document, now=now, today=today)
    return signature


def _sign(
    db: Session, document: Document, party: LeaseParty | None, person_id: int | None, typed: Signing, *, now: datetime
) -> Signature:
    if typed.witness and name_key(typed.witness) == name_key(typed.name):
        raise Refused("A witness is somebody else.", "witness")
    signature = Signature(
        document=document,
        party=party,
        person_id=person_id,
        name=typed.name,
        witness=typed.witness,
        digest=document.digest,
        pdf_digest=document.pdf_digest,
        signed=now,
        address=typed.address[:45],
        agent=typed.agent[:300],
    )
    db.add(signature)
    db.flush()
    who = {"party": party.contact.ref} if party is not None else {}
    record_in_audit(db, "signed_by_party" if party is not None else "signed_by_landlord", document.lease, after=who)
    return signature


def _finish(db: Session, lease: Lease, document: Document, *, now: datetime, today: date) -> None:
    """When the last one has signed, the lease counts, and everybody gets a copy."""
    if all(found.signature is not None for found in standing_of(db, document)):
        bind(db, lease, today=today)
        record_in_audit(db, "signed_by_all", lease, after={"state": lease.state})
        send_copies(db, lease, document, now=now)
