"""From a draft to a document that nobody can rewrite, and back, and to what was signed on paper. Raises Refused."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import canonical, record
from atlasbahamas.errors import Refused
from atlasbahamas.files.models import DOCUMENT, File
from atlasbahamas.files.services import keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.agreements.blanks import check, fill, values_of
from atlasbahamas_plugins.leasing.agreements.models import FEWEST_LINK_DAYS, Document, SignedCopy, Template
from atlasbahamas_plugins.leasing.models import RECORDED, Lease
from atlasbahamas_plugins.leasing.services import CHANGED, lock_lease, move_lease, whole_lease
from atlasbahamas_plugins.leasing.writing.services import bind

FORMAT = 1
_TERMS = ("kind", "rolls_over", "period", "timing", "due_day", "grace_days")
_LATE_FEE = ("late_fee_kind", "late_fee_cents", "late_fee_hundredths", "late_fee_cap_cents")


@cache
def default_words() -> str:
    """The template that ships, for organisations that have none of their own."""
    return files("atlasbahamas_plugins.leasing").joinpath("data/agreement.txt").read_text(encoding="utf-8").strip()


def template_of(db: Session, organisation_id: int) -> Template | None:
    """An organisation's own template."""
    return db.scalar(select(Template).where(Template.organisation_id == organisation_id))


def words_of(db: Session, organisation_id: int) -> str:
    """What an organisation's agreements say."""
    template = template_of(db, organisation_id)
    return template.words if template is not None else default_words()


def days_of_links(db: Session, organisation_id: int) -> int:
    """For how many days an organisation's links to sign or to join work."""
    template = template_of(db, organisation_id)
    return template.link_days if template is not None else FEWEST_LINK_DAYS


def write_template(db: Session, organisation: Organisation, words: str, link_days: int, *, now: datetime) -> None:
    """Say what agreements are to say from now on, and how long links work; what was sent stays.

    Raises Refused for a blank that nobody fills.
    """
    check(words, field="words")
    template = template_of(db, organisation.id)
    if template is None:
        template = Template(organisation_id=organisation.id, link_days=FEWEST_LINK_DAYS)
    if (template.words, template.link_days) == (words, link_days):
        return
    template.words, template.link_days, template.changed = words, link_days, now
    db.add(template)
    db.flush()
    about, after = ("organisation", organisation.ref), {"letters": len(words), "link_days": link_days}
    record(db, "leasing:template:changed", about=about, organisation_id=organisation.id, after=after)


def preview(db: Session, lease: Lease, *, today: date, field: str = "text") -> str:
    """The text that would be sent today. Raises Refused where a blank has nothing to say, and for what is no draft."""
    if lease.state != "draft":
        raise CHANGED
    whole = whole_lease(db, lease)
    landlord = db.get_one(Organisation, lease.organisation_id).name
    return fill(words_of(db, lease.organisation_id), values_of(whole, landlord, today), field=field)


def send_lease(db: Session, store: Store, lease: Lease, *, seen: int, now: datetime, today: date) -> Document:
    """Freeze a draft: its values and its text become a document with its hash and its PDF, and nobody changes them any more.

    `seen`: the version of the lease whose text was shown. Raises Refused where it is another by now, or no draft.
    """
    # Not at the top: leasing/paper.py says why.
    from atlasbahamas_plugins.leasing.agreements.pdf import render_pdf

    lock_lease(db, lease)
    if lease.state != "draft" or lease.version != seen:
        raise CHANGED
    number = (db.scalar(select(func.max(Document.number)).where(Document.lease_id == lease.id)) or 0) + 1
    text = preview(db, lease, today=today)
    content = canonical(_content(db, whole_lease(db, lease), text, number, today))
    digest = hashlib.sha256(content.encode()).hexdigest()
    pdf = render_pdf(json.loads(content), digest)
    upload = Upload(DOCUMENT, "application/pdf", f"agreement-{lease.ref}-{number}.pdf", data=pdf)
    file = keep_upload(db, store, upload, person_id=None, now=now)
    document = Document(
        ref=long_key("d"),
        lease_id=lease.id,
        number=number,
        content=content,
        digest=digest,
        pdf=file,
        pdf_digest=file.digest,
        frozen=now,
    )
    db.add(document)
    db.flush()
    move_lease(db, lease, "sent", "sent")
    return document


def take_back(db: Session, lease: Lease) -> None:
    """Make a lease that was sent a draft again. What was sent stays to be read, and does not count. Raises Refused."""
    lock_lease(db, lease)
    if lease.state != "sent":
        raise CHANGED
    move_lease(db, lease, "draft", "taken_back")


def signed_on_paper(
    db: Session, store: Store, lease: Lease, upload: Upload | File, signed_on: date, *, now: datetime, today: date
) -> None:
    """Everybody signed the printed document: keep the copy, and the lease counts. Raises Refused where its days are taken."""
    lock_lease(db, lease)
    document = current_document(db, lease)
    if lease.state != "sent" or document is None:
        raise CHANGED
    if signed_on > today:
        raise Refused("This day has not come yet.", "signed_on")
    file = keep_upload(db, store, upload, person_id=None, now=now)
    copy = SignedCopy(document=document, file=file, digest=file.digest, signed_on=signed_on, created=now)
    db.add(copy)
    move_lease(db, lease, "sent", "signed_on_paper", origin="printed")
    bind(db, lease, today=today)


def documents_of(db: Session, lease: Lease) -> list[Document]:
    """What was sent, the newest first. Of a lease that was only recorded nothing was."""
    if lease.origin in RECORDED:
        return []
    query = select(Document).where(Document.lease_id == lease.id).order_by(Document.number.desc())
    return list(db.scalars(query.limit(50)))


def last_document() -> ColumnElement[str | None]:
    """SQL: the key of what was sent last of a lease, that of the query around it; NULL where nothing was."""
    mine = select(Document.ref).where(Document.lease_id == Lease.id).order_by(Document.number.desc()).limit(1)
    return mine.correlate(Lease).scalar_subquery()


def current_document(db: Session, lease: Lease) -> Document | None:
    """The document that counts: the last that was sent, unless it was taken back."""
    if lease.state == "draft":
        return None
    return next(iter(documents_of(db, lease)), None)


def content_of(document: Document) -> dict[str, Any]:
    """What was frozen, as data."""
    found: dict[str, Any] = json.loads(document.content)
    return found


def _content(db: Session, lease: Lease, text: str, number: int, today: date) -> dict[str, Any]:
    """Everything that is frozen: whole numbers, text, lists, and days as text. No floats."""
    return {
        "format": FORMAT,
        "lease": lease.ref,
        "version": number,
        "sent_on": today,
        "landlord": db.get_one(Organisation, lease.organisation_id).name,
        "home": {"unit": lease.unit.label, "property": lease.unit.property.name},
        "parties": [
            {"name": party.contact.name, "role": party.role, "position": party.position}
            for party in (*lease.tenants, *lease.guarantors)
        ],
        "starts": lease.starts,
        "term_last_day": lease.term_last_day,
        "rent_cents": lease.rents[0].cents,
        "deposits": {deposit.kind: deposit.cents for deposit in lease.deposits},
        "clauses": [clause.words for clause in lease.clauses],
        "terms": {name: getattr(lease, name) for name in _TERMS},
        "late_fee": {name.removeprefix("late_fee_"): getattr(lease, name) for name in _LATE_FEE},
        "text": text,
    }
