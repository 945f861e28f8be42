"""What is done with contacts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import Entry, changes, record_several
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
    return _add(db, organisation_id, [(details, code)], now=now)[0]


def add_contacts(db: Session, organisation_id: int, details: Sequence[ContactDetails], *, now: datetime) -> list[Contact]:
    """Write down several contacts of an organisation at once, in their order."""
    return _add(db, organisation_id, [(each, None) for each in details], now=now)


def remove_unused_contacts(db: Session, contacts: Sequence[Contact], let_go: Callable[[Sequence[int]], None]) -> list[Contact]:
    """Take away those contacts to which nothing refers but what `let_go` deletes (of the ids it is given); gives them.

    Whether something refers to a contact is asked of the database, whichever feature it belongs to: where it does, nothing of
    that contact is deleted. Who is linked to a person stays.
    """
    unused = [contact for contact in contacts if contact.person_id is None]
    if not _delete(db, unused, let_go):
        unused = [contact for contact in unused if _delete(db, [contact], let_go)]
    for contact in unused:
        db.expunge(contact)
    record_several(db, [_entry("removed", contact) for contact in unused])
    return unused


def _delete(db: Session, contacts: Sequence[Contact], let_go: Callable[[Sequence[int]], None]) -> bool:
    """Delete all of the contacts, or none where something else refers to one of them."""
    ids = [contact.id for contact in contacts]
    try:
        with db.begin_nested():
            let_go(ids)
            db.execute(delete(Contact).where(Contact.id.in_(ids)).execution_options(synchronize_session=False))
    except IntegrityError:
        return False
    return True


def edit_contact(db: Session, row: Contact, details: ContactDetails) -> None:
    """Change what is known of a contact."""
    before, after = _fill(db, row, details)
    db.flush()
    if after:
        record_several(db, [_entry("changed", row, before=before, after=after)])


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


def _add(
    db: Session, organisation_id: int, wanted: Sequence[tuple[ContactDetails, str | None]], *, now: datetime
) -> list[Contact]:
    rows = [Contact(ref=new_key("c", code=code), organisation_id=organisation_id, created=now) for _, code in wanted]
    written = [_fill(db, row, details) for row, (details, _) in zip(rows, wanted, strict=True)]
    db.flush()
    record_several(db, [_entry("added", row, after=after) for row, (_, after) in zip(rows, written, strict=True)])
    return rows


def _fill(db: Session, row: Contact, details: ContactDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    row.name, row.email, row.phone = details.name, details.email, details.phone
    db.add(row)
    return changes(row, FIELDS)


def _entry(verb: str, row: Contact, **changed: Any) -> Entry:
    return Entry(f"portfolio:contact:{verb}", ("contact", row.ref), row.organisation_id, **changed)
