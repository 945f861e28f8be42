"""Asking for signatures, signing, and what comes of it. Raises Refused where a rule says no."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.security.identity import token_hash
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.services import current_document
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import CHANGED, bind, lock_lease, record_in_audit
from atlasbahamas_plugins.leasing.signing.models import Signature, SigningLink

LIFETIME = timedelta(hours=72)
ASK_AGAIN_AFTER = timedelta(minutes=30)
OVER = Refused("This link is no longer open. Ask your landlord for a new one.")
AT_ONCE = 200


@dataclass(frozen=True)
class Evidence:
    """From where somebody signed: the address, and what the browser calls itself."""

    address: str
    agent: str


@dataclass(frozen=True)
class Asked:
    """A party who is asked to sign, with the token of the link and the code, which are shown once and kept nowhere."""

    party: LeaseParty
    token: str
    code: str


@dataclass(frozen=True)
class Standing:
    """How far a party is: signed, asked, or neither. The landlord has no party."""

    party: LeaseParty | None
    signature: Signature | None
    link: SigningLink | None


def standing_of(db: Session, document: Document) -> list[Standing]:
    """The landlord and each party, with what they did about a document."""
    parties = db.scalars(select(LeaseParty).where(LeaseParty.lease_id == document.lease_id).order_by(LeaseParty.position)).all()
    signed = {row.party_id: row for row in signatures_of(db, document)}
    links = db.scalars(select(SigningLink).where(SigningLink.document_id == document.id).order_by(SigningLink.id)).all()
    asked = {link.party_id: link for link in links}
    landlord = Standing(None, signed.get(None), None)
    return [landlord, *(Standing(party, signed.get(party.id), asked.get(party.id)) for party in parties)]


def signatures_of(db: Session, document: Document) -> Sequence[Signature]:
    """Who signed a document, in their order."""
    return db.scalars(select(Signature).where(Signature.document_id == document.id).order_by(Signature.id)).all()


def signatures_as_data(db: Session, document: Document) -> list[dict[str, object]]:
    """The signatures with the hashes of what was signed; `party` is a position in the document, None: the landlord."""
    names = ("name", "witness", "digest", "pdf_digest", "signed", "address", "agent")
    return [
        {"party": row.party.position if row.party else None, **{name: getattr(row, name) for name in names}}
        for row in signatures_of(db, document)
    ]


def ask_for_signatures(db: Session, lease: Lease, *, now: datetime) -> list[Asked]:
    """Give each party who has not signed a new link and code; earlier links of theirs open nothing any more.

    Whoever was asked less than half an hour ago keeps theirs. Raises Refused where nobody is left.
    """
    document = _sent(db, lease)
    waiting = [found for found in standing_of(db, document) if found.party is not None and found.signature is None]
    if not waiting:
        raise Refused("Everybody has signed.")
    due = [found for found in waiting if not _just_asked(found.link, now)]
    if not due:
        raise Refused("They were asked a moment ago. Wait half an hour before you make new links.")
    asked = []
    for found in due:
        assert found.party is not None
        if found.link is not None and found.link.answer is None:
            found.link.answer, found.link.answered = "replaced", now
            db.flush()
        asked.append(_ask(db, document, found.party, now))
    record_in_audit(db, "signatures_asked", lease, after={"parties": [each.party.contact.ref for each in asked]})
    return asked


def find_link(db: Session, token: str, *, now: datetime) -> SigningLink:
    """What a link leads to. Raises Refused for one that was answered, that ran out, or whose agreement was taken back."""
    wanted = select(SigningLink).where(SigningLink.token_hash == token_hash(token))
    found = db.scalar(wanted.where(SigningLink.answer.is_(None), SigningLink.expires > now))
    if found is None or not _counts(db, found.document):
        raise OVER
    return found


def sign_by_link(
    db: Session, token: str, code: str, name: str, witness: str, evidence: Evidence, *, now: datetime, today: date
) -> Signature:
    """A party signs for oneself. Raises Refused where the code is another, or the link is no longer open."""
    link = find_link(db, token, now=now)
    lease = link.document.lease
    lock_lease(db, lease)
    link = find_link(db, token, now=now)
    if not secrets.compare_digest(link.code_hash, _code_hash(token, code)):
        raise Refused("This is not the code. Your landlord tells it to you apart from the link.", "code")
    signature = _sign(db, link.document, link.party, None, name, witness, evidence, now=now)
    link.answer, link.answered = "signed", now
    db.flush()
    record_in_audit(db, "signed_by_party", lease, after={"party": link.party.contact.ref})
    _finish(db, lease, link.document, today=today)
    return signature


def decline_by_link(db: Session, token: str, code: str, *, now: datetime) -> None:
    """A party says no; the landlord may ask again. Raises Refused as `sign_by_link` does."""
    link = find_link(db, token, now=now)
    lock_lease(db, link.document.lease)
    link = find_link(db, token, now=now)
    if not secrets.compare_digest(link.code_hash, _code_hash(token, code)):
        raise Refused("This is not the code. Your landlord tells it to you apart from the link.", "code")
    link.answer, link.answered = "declined", now
    db.flush()
    record_in_audit(db, "declined_by_party", link.document.lease, after={"party": link.party.contact.ref})


def sign_for_landlord(
    db: Session, lease: Lease, name: str, witness: str, evidence: Evidence, *, person_id: int, now: datetime, today: date
) -> Signature:
    """A member signs for the organisation. Raises Refused where that was done, or where the lease waits for nobody."""
    lock_lease(db, lease)
    document = _sent(db, lease)
    if any(row.party_id is None for row in signatures_of(db, document)):
        raise Refused("This was signed for the landlord already.")
    signature = _sign(db, document, None, person_id, name, witness, evidence, now=now)
    record_in_audit(db, "signed_by_landlord", lease)
    _finish(db, lease, document, today=today)
    return signature


def expire_links(db: Session, *, now: datetime) -> int:
    """Close the links that ran out; gives how many. The next run takes what is left of more than AT_ONCE."""
    gone = select(SigningLink).where(SigningLink.answer.is_(None), SigningLink.expires <= now).order_by(SigningLink.id)
    found = db.scalars(gone.limit(AT_ONCE)).all()
    for link in found:
        link.answer, link.answered = "expired", now
    db.flush()
    return len(found)


def _ask(db: Session, document: Document, party: LeaseParty, now: datetime) -> Asked:
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    link = SigningLink(
        ref=new_key("s"),
        document=document,
        party=party,
        token_hash=token_hash(token),
        code_hash=_code_hash(token, code),
        sent=now,
        expires=now + LIFETIME,
    )
    db.add(link)
    db.flush()
    return Asked(party, token, code)


def _code_hash(token: str, code: str) -> str:
    # With the token, which the database does not know: six digits alone could be tried out by whoever reads it.
    return token_hash(f"{token}:{code}")


def _just_asked(link: SigningLink | None, now: datetime) -> bool:
    return link is not None and link.answer is None and now < link.sent + ASK_AGAIN_AFTER


def _sent(db: Session, lease: Lease) -> Document:
    document = current_document(db, lease)
    if lease.state != "sent" or document is None:
        raise CHANGED
    return document


def _counts(db: Session, document: Document) -> bool:
    lease = document.lease
    current = current_document(db, lease)
    return lease.state == "sent" and current is not None and current.id == document.id


def _sign(
    db: Session,
    document: Document,
    party: LeaseParty | None,
    person_id: int | None,
    name: str,
    witness: str,
    evidence: Evidence,
    *,
    now: datetime,
) -> Signature:
    if witness and name_key(witness) == name_key(name):
        raise Refused("A witness is somebody else.", "witness")
    signature = Signature(
        document=document,
        party=party,
        person_id=person_id,
        name=name,
        witness=witness,
        digest=document.digest,
        pdf_digest=document.pdf_digest,
        signed=now,
        address=evidence.address[:45],
        agent=evidence.agent[:300],
    )
    db.add(signature)
    db.flush()
    return signature


def _finish(db: Session, lease: Lease, document: Document, *, today: date) -> None:
    """When the last one has signed, the lease counts."""
    if all(found.signature is not None for found in standing_of(db, document)):
        bind(db, lease, today=today)
        record_in_audit(db, "signed_by_all", lease, after={"state": lease.state})
