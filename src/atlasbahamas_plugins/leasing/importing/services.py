"""Bringing in leases that exist already: what is wrong with them, all of them at once, and taking them away again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.ending.services import cancel_leases, settled
from atlasbahamas_plugins.leasing.importing.models import ImportedContact, LeaseImport
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.papers.services import with_papers
from atlasbahamas_plugins.leasing.services import WITH_PARTIES, last_day_of_terms, lock_leases
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.leasing.writing.services import Agreed, LeaseDetails, Opened, PartyLine, Terms, record_leases
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contacts, remove_unused_contacts
from atlasbahamas_plugins.portfolio.models import Property, Unit

UNDO_WITHIN = timedelta(days=30)
ORIGIN = "on_paper"
DAYS_TAKEN = "Another lease of this unit has some of these days."


@dataclass(frozen=True)
class Named:
    """A home as a file names it; `above` is empty where the label alone has to do."""

    above: str
    label: str


@dataclass(frozen=True)
class Arriving:
    """A lease to be brought in. `tenants` begins with the first one; of the others only the name is known."""

    unit: Unit
    terms: Terms
    tenants: Sequence[ContactDetails]
    deposits: Mapping[str, int]
    paid_to: date | None = None
    balance_cents: int = 0
    code: str | None = None


def find_units(db: Session, units: Select[Unit], named: Sequence[Named]) -> list[Unit | tuple[str, str]]:
    """The unit of each name among `units`, the SELECT of those that the caller may let; or ("property" or "unit", what is wrong).

    A unit that the caller does not reach is not told from one that is not there.
    """
    labels = {name_key(each.label) for each in named}
    by_label: dict[str, list[Unit]] = {}
    for unit in db.scalars(units.where(Unit.label_key.in_(labels)).order_by(Unit.id)):
        by_label.setdefault(unit.label_key, []).append(unit)
    names = units.with_only_columns(Property.name).distinct()
    properties = {name_key(name) for name in db.scalars(names)}
    return [_found(each, by_label.get(name_key(each.label), []), properties) for each in named]


def _found(named: Named, units: list[Unit], properties: Collection[str]) -> Unit | tuple[str, str]:
    if named.above:
        if name_key(named.above) not in properties:
            return "property", "You have no property of this name with a unit."
        units = [unit for unit in units if name_key(unit.property.name) == name_key(named.above)]
    if not units:
        return "unit", "This property has no such unit." if named.above else "No property of yours has such a unit."
    if len(units) > 1:
        return "property", "More than one property has such a unit. Say which, by a name that only one has."
    if units[0].archived is not None or units[0].property.archived is not None:
        return "unit", "This unit is in the archive. Take it out of there first."
    return units[0]


def taken_days(db: Session, wanted: Sequence[tuple[int, Unit, Terms]]) -> dict[int, str]:
    """Number of a row -> why its lease cannot have its days, in words: another lease has them, or a row above it."""
    spans: dict[int, list[tuple[date, date, str]]] = {}
    there = select(Lease.unit_id, Lease.starts, Lease.last_day).where(
        Lease.state.in_(BINDING), Lease.unit_id.in_({unit.id for _, unit, _ in wanted})
    )
    for unit_id, starts, last_day in db.execute(there):
        spans.setdefault(unit_id, []).append((starts, last_day or date.max, DAYS_TAKEN))
    found: dict[int, str] = {}
    for number, unit, terms in wanted:
        of_unit = spans.setdefault(unit.id, [])
        ends = date.max if terms.rolls_over or terms.term_last_day is None else terms.term_last_day
        why = next((why for first, last, why in of_unit if first <= ends and last >= terms.starts), None)
        if why is not None:
            found[number] = why
        of_unit.append((terms.starts, ends, f"Row {number} has some of these days of this unit."))
    return found


def import_leases(
    db: Session,
    organisation_id: int,
    arriving: Sequence[Arriving],
    *,
    person_id: int,
    now: datetime,
    today: date,
    known: Collection[int] | None = None,
    code: str | None = None,
) -> LeaseImport:
    """Write down leases that exist already, all or none. Nobody signs anything, nobody is told.

    Whoever has the name and the phone or e-mail of a contact is that contact; `known` are the ids of those among whom to look,
    None for all. Raises Refused where another lease has some of the days.
    """
    lock_organisation(db, organisation_id)
    contacts, new = _contacts(db, organisation_id, arriving, known, now=now)
    row = LeaseImport(
        ref=new_key("brought", code=code), organisation_id=organisation_id, leases=len(arriving), made=now, made_by=person_id
    )
    db.add(row)
    db.flush()
    agreed = [
        Agreed(
            each.unit,
            LeaseDetails(each.terms, _parties(each, tenants), each.deposits),
            each.code,
            opened=Opened(each.paid_to, each.balance_cents, row.id),
        )
        for each, tenants in zip(arriving, contacts, strict=True)
    ]
    leases = record_leases(db, agreed, ORIGIN, now=now, today=today)
    if new:
        db.execute(insert(ImportedContact), [{"contact_id": contact.id, "import_id": row.id} for contact in new])
    _record(db, "saved", row, after={"leases": [lease.ref for lease in leases], "new_contacts": len(new)})
    return row


@dataclass
class _Person:
    """Somebody of the organisation's contacts, or of the file: `contact` is None until they are written down."""

    details: ContactDetails
    contact: Contact | None = None

    def is_told_by(self, details: ContactDetails) -> bool:
        """Whether it is their phone or e-mail that is given, or both, and nothing that is not theirs."""
        phone = not details.phone or self.details.phone == details.phone
        email = not details.email or self.details.email.lower() == details.email.lower()
        return bool(details.phone or details.email) and phone and email


def _contacts(
    db: Session, organisation_id: int, arriving: Sequence[Arriving], known: Collection[int] | None, *, now: datetime
) -> tuple[list[list[Contact]], list[Contact]]:
    """The contacts of each lease's tenants; and those of them that nobody had before."""
    by_name: dict[str, list[_Person]] = {}
    for contact in db.scalars(select(Contact).where(Contact.organisation_id == organisation_id).order_by(Contact.id)):
        if known is None or contact.id in known:
            person = _Person(ContactDetails(contact.name, contact.email, contact.phone), contact)
            by_name.setdefault(contact.name_key, []).append(person)
    people = [[_person(details, by_name) for details in lease.tenants] for lease in arriving]
    new = [person for tenants in people for person in tenants if person.contact is None]
    new = list({id(person): person for person in new}.values())
    for person, contact in zip(new, add_contacts(db, organisation_id, [each.details for each in new], now=now), strict=True):
        person.contact = contact
    found = [[person.contact for person in tenants if person.contact is not None] for tenants in people]
    return found, [person.contact for person in new if person.contact is not None]


def _person(details: ContactDetails, by_name: dict[str, list[_Person]]) -> _Person:
    """Who it is; who has neither phone nor e-mail is somebody else of that name each time."""
    same_name = by_name.setdefault(name_key(details.name), [])
    person = next((one for one in same_name if one.is_told_by(details)), None)
    if person is None:
        person = _Person(details)
        same_name.append(person)
    return person


def _parties(arriving: Arriving, contacts: Sequence[Contact]) -> list[PartyLine]:
    roles = ["primary", *["tenant"] * (len(contacts) - 1)]
    told = zip(contacts, arriving.tenants, roles, strict=True)
    return [PartyLine(contact.id, details, role) for contact, details, role in told]


def may_be_undone(row: LeaseImport, *, now: datetime) -> bool:
    """True as long as there is something to undo and time for it."""
    return row.undone is None and now - row.made <= UNDO_WITHIN


def undo_import(db: Session, row: LeaseImport, *, person_id: int, now: datetime) -> int:
    """Take away the leases of a file that nobody changed since, and contacts that came with it and are used nowhere else.

    Gives how many leases went; the others stay. Raises Refused where none would go, after 30 days, and the second time.
    """
    lock_organisation(db, row.organisation_id)
    db.refresh(row)
    if row.undone is not None:
        raise Refused(f"These leases were taken away on {local_date(row.undone)} already.")
    if not may_be_undone(row, now=now):
        raise Refused(f"A file of leases can be taken away for {UNDO_WITHIN.days} days. This one is older.")
    lock_leases(db, db.scalars(_of(row)).unique().all())
    continued = set(db.scalars(_continued(row)))
    there = leases_of_import(db, row)
    ids = [lease.id for lease in there]
    stay = continued | settled(db, ids) | with_papers(db, ids)
    going = [lease for lease in there if is_untouched(lease) and lease.id not in stay]
    if not going:
        raise Refused("Each of these leases was changed since, so none is taken away.")
    cancel_leases(db, going, f"Taken away with the file of {local_date(row.made)}")
    gone = _remove_contacts(db, row, going)
    row.undone, row.undone_by = now, person_id
    db.flush()
    _record(db, "undone", row, after={"leases": [lease.ref for lease in going], "contacts_gone": len(gone)})
    return len(going)


def leases_of_import(db: Session, row: LeaseImport) -> list[Lease]:
    """The leases of a file with their parties and rents, in the order of the file."""
    wanted = _of(row).options(*WITH_PARTIES).execution_options(populate_existing=True)
    return list(db.scalars(wanted).unique())


def kept_leases(db: Session, row: LeaseImport) -> list[Lease]:
    """The leases of a file that are still there."""
    return [lease for lease in leases_of_import(db, row) if lease.state != "cancelled"]


def is_untouched(lease: Lease) -> bool:
    """Whether a lease still says what its file said. That its days came and went is no change."""
    as_it_came = lease.state in ("signed", "active", "ended") and lease.last_day == last_day_of_terms(lease) and not lease.reason
    joined = any(party.contact.person_id is not None for party in lease.parties)
    return as_it_came and len(lease.rents) == 1 and not joined


def _of(row: LeaseImport) -> Select[Lease]:
    return select(Lease).join(Opening, Opening.lease_id == Lease.id).where(Opening.import_id == row.id).order_by(Opening.id)


def _continued(row: LeaseImport) -> Select[int | None]:
    """Ids of the organisation's leases that others continue, or are to: what somebody goes on with was changed."""
    mine = (Lease.organisation_id == row.organisation_id, Lease.continues_id.is_not(None), Lease.state != "cancelled")
    return select(Lease.continues_id).where(*mine)


def _remove_contacts(db: Session, row: LeaseImport, going: Sequence[Lease]) -> list[Contact]:
    """Take away who came with a file, is bound by nothing but leases that go, and was never invited."""
    ids = [lease.id for lease in going]
    invited = select(TenantInvitation.party_id)
    elsewhere = select(LeaseParty.contact_id).where(or_(LeaseParty.lease_id.not_in(ids), LeaseParty.id.in_(invited)))
    came = select(Contact).join(ImportedContact, ImportedContact.contact_id == Contact.id)
    mine = came.where(ImportedContact.import_id == row.id, Contact.id.not_in(elsewhere), Contact.version == 1)

    def let_go(contact_ids: Sequence[int]) -> None:
        db.execute(delete(LeaseParty).where(LeaseParty.lease_id.in_(ids), LeaseParty.contact_id.in_(contact_ids)))
        db.execute(delete(ImportedContact).where(ImportedContact.contact_id.in_(contact_ids)))

    gone = remove_unused_contacts(db, db.scalars(mine.order_by(Contact.id)).all(), let_go)
    for lease in going:
        db.expire(lease, ["parties"])
    return gone


def _record(db: Session, verb: str, row: LeaseImport, **changed: Any) -> None:
    record(db, f"leasing:import:{verb}", about=("lease_import", row.ref), organisation_id=row.organisation_id, **changed)
