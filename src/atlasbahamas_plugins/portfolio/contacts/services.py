"""What is done with contacts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.people.models import Person
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.portfolio.contacts.models import Contact

FIELDS = ("name", "email", "phone")


@dataclass(frozen=True)
class ContactDetails:
    """Who it is. Empty text means: not known."""

    name: str
    email: str = ""
    phone: str = ""


def add_contact(db: Session, organisation_id: int, details: ContactDetails, *, now: datetime, code: str | None = None) -> Contact:
    """Write down a contact of an organisation."""
    row = Contact(ref=new_key("c", code=code), organisation_id=organisation_id, created=now)
    _, after = _write(db, row, details)
    _record(db, "added", row, after=after)
    return row


def edit_contact(db: Session, row: Contact, details: ContactDetails) -> None:
    """Change what is known of a contact."""
    before, after = _write(db, row, details)
    if after:
        _record(db, "changed", row, before=before, after=after)


def contact_choices(db: Session, organisation_id: int, *, known: Collection[int] | None = None) -> list[tuple[str, str]]:
    """(id, name) of every contact of an organisation, for a select; who shares a name is told apart by mail or phone.

    `known`: only these, for somebody who may not see the others.
    """
    query = select(Contact).where(Contact.organisation_id == organisation_id).order_by(Contact.name, Contact.id)
    if known is not None:
        query = query.where(Contact.id.in_(known))
    found = db.scalars(query).all()
    names = [contact.name_key for contact in found]
    return [(str(contact.id), _told_apart(contact, names.count(contact.name_key) > 1)) for contact in found]


def is_contact_of(db: Session, person_id: int) -> ColumnElement[bool]:
    """Whether a contact is a person: linked to them, or with the e-mail address that they have shown to be theirs."""
    email = (db.get_one(Person, person_id).confirmed_email or "").lower()
    same_address = and_(Contact.person_id.is_(None), func.lower(Contact.email) == email) if email else false()
    return or_(Contact.person_id == person_id, same_address)


def _told_apart(contact: Contact, shares_name: bool) -> str:
    more = contact.email or contact.phone
    return f"{contact.name} ({more})" if shares_name and more else contact.name


def _write(db: Session, row: Contact, details: ContactDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    row.name, row.email, row.phone = details.name, details.email, details.phone
    db.add(row)
    changed = changes(row, FIELDS)
    db.flush()
    return changed


def _record(db: Session, verb: str, row: Contact, **changed: Any) -> None:
    about = ("contact", row.ref)
    record(db, f"portfolio:contact:{verb}", about=about, organisation_id=row.organisation_id, **changed)
