"""Writing leases down, as drafts or as what was agreed elsewhere, and making them count. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from atlasbahamas.audit.services import record_several
from atlasbahamas.errors import Refused
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.models import Clause, Deposit, Lease, LeaseParty, RentTerm
from atlasbahamas_plugins.leasing.services import (
    CHANGED,
    ONE_DAY,
    audit_entry,
    days_apart,
    former_of,
    last_day_of_terms,
    lock_lease,
    move_lease,
    record_in_audit,
    state_on,
    told,
    whole_lease,
)
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.models import Unit


@dataclass(frozen=True)
class LateFee:
    """What is charged for rent that is late, after the grace days: cents, hundredths of a percent, and a cap in cents."""

    kind: str = "none"
    cents: int = 0
    hundredths: int = 0
    cap_cents: int | None = None


@dataclass(frozen=True)
class Terms:
    """From when until when, and how rent is due. `term_last_day` is that of a fixed term."""

    starts: date
    kind: str
    term_last_day: date | None
    rolls_over: bool
    rent_cents: int
    period: str = "monthly"
    timing: str = "advance"
    due_day: int = 1
    grace_days: int = 0
    late_fee: LateFee = LateFee()


@dataclass(frozen=True)
class PartyLine:
    """Somebody to be bound: a contact of the organisation, or who a new one is. `field` is where a form asks for them."""

    contact_id: int | None
    details: ContactDetails
    role: str
    field: str | None = None


@dataclass(frozen=True)
class LeaseDetails:
    """Everything that is agreed. `deposits` are cents by kind, `clauses` paragraphs."""

    terms: Terms
    parties: Sequence[PartyLine]
    deposits: Mapping[str, int] = field(default_factory=dict)
    clauses: Sequence[str] = ()


@dataclass(frozen=True)
class Opened:
    """Where a lease that was there before stands: the columns of Opening."""

    paid_to: date | None = None
    balance_cents: int = 0
    import_id: int | None = None


@dataclass(frozen=True)
class Agreed:
    """A lease to be written: of which unit, and everything that is agreed. `code` is given where its key has to be the same.

    Where it `continues` another lease, its people rent here as long as by that one. `opened` says where one stands that was
    there before; one without is charged from its first day.
    """

    unit: Unit
    details: LeaseDetails
    code: str | None = None
    continues: Lease | None = None
    opened: Opened | None = None


def record_lease(
    db: Session,
    unit: Unit,
    origin: str,
    details: LeaseDetails,
    *,
    now: datetime,
    today: date,
    code: str | None = None,
    known: Collection[int] | None = None,
    opened: Opened | None = None,
) -> Lease:
    """Write down a lease that exists already, on paper or by word of mouth. Nobody signs anything.

    It is signed, active or ended by its days. `known`: ids of the contacts that the caller may choose; None for all. `opened` as
    in Agreed. Raises Refused where another lease has some of its days.
    """
    return record_leases(db, [Agreed(unit, details, code, opened=opened)], origin, now=now, today=today, known=known)[0]


def record_leases(
    db: Session, agreed: Sequence[Agreed], origin: str, *, now: datetime, today: date, known: Collection[int] | None = None
) -> list[Lease]:
    """The same for several, all or none."""
    leases = write_leases(db, agreed, origin, now=now, known=known)
    bind(db, *leases, today=today)
    openings = [
        {**asdict(each.opened), "lease_id": lease.id, "brought_in": today}
        for lease, each in zip(leases, agreed, strict=True)
        if each.opened is not None
    ]
    if openings:
        db.execute(insert(Opening), openings)
    record_several(db, [audit_entry("recorded", lease, after={"unit": lease.unit.ref, **told(lease)}) for lease in leases])
    return leases


def write_leases(
    db: Session, agreed: Sequence[Agreed], origin: str, *, now: datetime, known: Collection[int] | None = None
) -> list[Lease]:
    """Drafts with all that belongs to them."""
    if any(each.unit.archived is not None or each.unit.property.archived is not None for each in agreed):
        raise Refused("This unit is archived. Take it out of the archive first.")
    for organisation_id in sorted({each.unit.property.organisation_id for each in agreed}):
        lock_organisation(db, organisation_id)
    leases = []
    for each in agreed:
        lease = Lease(
            ref=new_key("lease", code=each.code),
            organisation_id=each.unit.property.organisation_id,
            unit=each.unit,
            state="draft",
            origin=origin,
            reason="",
            continues_id=each.continues.id if each.continues is not None else None,
            since=each.continues.since if each.continues is not None else each.details.terms.starts,
            created=now,
        )
        _fill(db, lease, each.details, known, now=now)
        leases.append(lease)
    db.flush()
    return leases


def write_draft(
    db: Session,
    unit: Unit,
    details: LeaseDetails,
    *,
    now: datetime,
    code: str | None = None,
    known: Collection[int] | None = None,
) -> Lease:
    """Write a lease that is to be sent and signed. It takes no day of the unit yet. `known` as in `record_lease`."""
    (lease,) = write_leases(db, [Agreed(unit, details, code)], "signed_here", now=now, known=known)
    record_in_audit(db, "drafted", lease, after={"unit": unit.ref, **told(lease)})
    return lease


def edit_draft(db: Session, lease: Lease, details: LeaseDetails, *, now: datetime, known: Collection[int] | None = None) -> None:
    """Change a draft. Raises Refused for what was sent already. `known` as in `record_lease`."""
    seen = lease.version
    lock_organisation(db, lease.organisation_id)
    lock_lease(db, lease)
    # The lock may have been waited for: whoever had it may have changed what the caller's form was made from.
    if lease.state != "draft" or lease.version != seen:
        raise CHANGED
    before = told(whole_lease(db, lease))
    for part in (LeaseParty, RentTerm, Deposit, Clause):
        db.execute(delete(part).where(part.lease_id == lease.id))
    db.expire(lease, ["parties", "rents", "deposits", "clauses"])
    # Also when only its parts are others now, whoever has the form open is told.
    flag_modified(lease, "state")
    _fill(db, lease, details, known, now=now)
    db.flush()
    record_in_audit(db, "changed", lease, before=before, after=told(lease))


def _fill(db: Session, lease: Lease, details: LeaseDetails, known: Collection[int] | None, *, now: datetime) -> None:
    terms = details.terms
    _check(terms, details.parties)
    with db.no_autoflush:
        contacts = [_contact(db, lease.organisation_id, line, known, now=now) for line in details.parties]
    _check_distinct(contacts, details.parties)
    _write_terms(lease, terms)
    if lease.continues_id is None:
        lease.since = terms.starts
    lease.parties = [
        LeaseParty(contact=contact, role=line.role, position=position)
        for position, (contact, line) in enumerate(zip(contacts, details.parties, strict=True))
    ]
    lease.rents = [RentTerm(starts=terms.starts, cents=terms.rent_cents)]
    lease.deposits = [Deposit(kind=kind, cents=cents) for kind, cents in details.deposits.items() if cents]
    lease.clauses = [Clause(position=position, words=words) for position, words in enumerate(details.clauses)]
    db.add(lease)


def bind(db: Session, *leases: Lease, today: date, last_day: date | None = None) -> None:
    """Make leases count: from now on they take their days of the unit; one that another continues ends on the day before.

    `last_day` where it is known already to end before its term. Raises Refused where another one has some of its days.
    """
    with days_apart(db):
        for lease in leases:
            _end_what_it_continues(db, lease, today)
            lease.agreed = min(lease.starts, today)
            lease.last_day = last_day or last_day_of_terms(lease)
            lease.state = state_on(lease, today)
        db.flush()


def _end_what_it_continues(db: Session, lease: Lease, today: date) -> None:
    """The former lease of the same landlord gives its days from then on. Raises Refused where days would be lost."""
    former = former_of(db, lease)
    if former is None:
        return
    lock_lease(db, former)
    last_day = lease.starts - ONE_DAY
    goes_on = former.state in ("signed", "active") and former.starts <= last_day
    if goes_on and (former.last_day is None or former.last_day > last_day):
        move_lease(db, former, "ended" if last_day < today else former.state, "continued", last_day=last_day)
    elif former.last_day != last_day:
        raise Refused("What this continues does not go on until then. Take its notice back first, or write a new lease.")


def _write_terms(lease: Lease, terms: Terms) -> None:
    for name in ("starts", "kind", "term_last_day", "rolls_over", "period", "timing", "due_day", "grace_days"):
        setattr(lease, name, getattr(terms, name))
    lease.late_fee_kind, lease.late_fee_cents = terms.late_fee.kind, terms.late_fee.cents
    lease.late_fee_hundredths, lease.late_fee_cap_cents = terms.late_fee.hundredths, terms.late_fee.cap_cents


def _check(terms: Terms, parties: Sequence[PartyLine]) -> None:
    if terms.term_last_day is not None and terms.term_last_day < terms.starts:
        raise Refused("The term has to end after it begins.", "term_last_day")
    if not any(line.role == "primary" for line in parties):
        raise Refused("Name at least one tenant.", "name_0")


def _check_distinct(contacts: Sequence[Contact], lines: Sequence[PartyLine]) -> None:
    for at, (contact, line) in enumerate(zip(contacts, lines, strict=True)):
        if contact in contacts[:at]:
            raise Refused("This person stands there twice.", line.field)


def _contact(db: Session, organisation_id: int, line: PartyLine, known: Collection[int] | None, *, now: datetime) -> Contact:
    if line.contact_id is None:
        return add_contact(db, organisation_id, line.details, now=now)
    found = db.get(Contact, line.contact_id)
    if found is None or found.organisation_id != organisation_id or (known is not None and found.id not in known):
        raise Refused("Choose somebody of the list.", line.field)
    return found
