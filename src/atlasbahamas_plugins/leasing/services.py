"""What is done with leases. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, delete, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from atlasbahamas.audit.services import Entry, changes, record_several
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.guards import APART
from atlasbahamas_plugins.leasing.models import (
    BINDING,
    RECORDED,
    RUNNING,
    Clause,
    Deposit,
    Lease,
    LeaseParty,
    RentTerm,
)
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.models import Unit

ONE_DAY = timedelta(days=1)
TURN = "leasing.turn"
AT_ONCE = 200
TAKEN = "Another lease of this unit has some of these days. Open the unit to see it."
CHANGED = Refused("Somebody changed this lease meanwhile. Look at it again.")


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


class LeaseSource:
    """The occupancy source: units that are let, that a tenant is about to leave, or that wait for a signature.

    A lease takes its unit from the day on which it is agreed, so that nobody offers the home to somebody else before it begins;
    while it waits for signatures the unit is held.
    """

    def occupied(self, day: date) -> Select[int, str]:
        """Units of which a lease has the day."""
        begun = or_(Lease.starts <= day, Lease.agreed <= day, Lease.state == "sent")
        there = and_(begun, or_(Lease.last_day.is_(None), Lease.last_day >= day))
        said = case((Lease.state == "notice", literal("notice")), (Lease.state == "sent", literal("held")), else_=literal("let"))
        return select(Lease.unit_id, said).where(Lease.state.in_(("sent", *BINDING)), there)


@dataclass(frozen=True)
class Agreed:
    """A lease to be written: of which unit, and everything that is agreed. `code` is given where its key has to be the same.

    Where it `continues` another lease, its people rent here as long as by that one.
    """

    unit: Unit
    details: LeaseDetails
    code: str | None = None
    continues: Lease | None = None


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
) -> Lease:
    """Write down a lease that exists already, on paper or by word of mouth. Nobody signs anything.

    It is signed, active or ended by its days. `known`: ids of the contacts that the caller may choose; None for all. Raises
    Refused where another lease has some of its days.
    """
    return record_leases(db, [Agreed(unit, details, code)], origin, now=now, today=today, known=known)[0]


def record_leases(
    db: Session, agreed: Sequence[Agreed], origin: str, *, now: datetime, today: date, known: Collection[int] | None = None
) -> list[Lease]:
    """The same for several, all or none."""
    leases = write_leases(db, agreed, origin, now=now, known=known)
    bind(db, *leases, today=today)
    record_several(db, [_entry("recorded", lease, after={"unit": lease.unit.ref, **told(lease)}) for lease in leases])
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


def last_day_of_terms(lease: Lease) -> date | None:
    """The last day of a lease, as long as nobody says otherwise; None where it goes on."""
    return None if lease.rolls_over else lease.term_last_day


def state_on(lease: Lease, today: date) -> str:
    """What a lease that counts is on a day, as long as nobody says otherwise."""
    if lease.last_day is not None and lease.last_day < today:
        return "ended"
    return "signed" if lease.starts > today else "active"


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


@contextmanager
def days_apart(db: Session, at: str | None = "starts") -> Iterator[None]:
    """A savepoint in which a lease gets days. Raises Refused at the field `at` where another one has some of them."""
    try:
        with db.begin_nested():
            yield
    except IntegrityError as error:
        if violated_constraint(error, metadata) != APART:
            raise
        raise Refused(TAKEN, at) from error


def end_lease(db: Session, lease: Lease, last_day: date, reason: str, *, today: date, vacant: bool = False) -> None:
    """Say on which day the tenants leave, or left. Until that day is over the lease is under notice, unless they are gone
    (`vacant`). Raises Refused.
    """
    lock_lease(db, lease)
    if lease.state not in ("active", "notice"):
        raise CHANGED
    if (following := following_of(db, lease)) is not None and following.state in RUNNING:
        words = f"It goes on with new terms from {local_date(following.starts)}. Call that off first."
        raise Refused(words, "last_day")
    if last_day < lease.starts:
        raise Refused(f"The lease began on {local_date(lease.starts)}: it cannot end before.", "last_day")
    if not lease.rolls_over and lease.term_last_day is not None and last_day > lease.term_last_day:
        raise Refused(f"Its term runs out on {local_date(lease.term_last_day)}.", "last_day")
    with days_apart(db, "last_day"):
        state = "ended" if last_day < today or vacant else "notice"
        move_lease(db, lease, state, "ended" if state == "ended" else "notice_given", last_day=last_day, reason=reason)


def keep_lease(db: Session, lease: Lease) -> None:
    """Take a notice back: the tenants stay. Raises Refused where somebody else has the unit from then on."""
    lock_lease(db, lease)
    if lease.state != "notice":
        raise CHANGED
    with days_apart(db, None):
        move_lease(db, lease, "active", "notice_taken_back", last_day=last_day_of_terms(lease), reason="")


def cancel_lease(db: Session, lease: Lease, reason: str) -> None:
    """Call a lease off before it began, or take one away recorded by mistake: its days are free again. Raises Refused."""
    cancel_leases(db, [lease], reason)


def cancel_leases(db: Session, leases: Sequence[Lease], reason: str) -> None:
    """The same for several, all or none."""
    lock_leases(db, leases)
    if not all(can_be_cancelled(lease) for lease in leases):
        raise Refused("This lease has begun, so it can only be ended.")
    ids = [lease.id for lease in leases]
    going_on = select(Lease.id).where(Lease.continues_id.in_(ids), Lease.id.not_in(ids), Lease.state != "cancelled")
    if db.scalar(going_on.limit(1)) is not None:
        raise Refused("Another agreement goes on from this one. Cancel that one first.")
    counted = [lease for lease in leases if lease.state in BINDING]
    move_leases(db, leases, "cancelled", "cancelled", reason=reason)
    for lease in counted:
        _give_days_back(db, lease)


def _give_days_back(db: Session, lease: Lease) -> None:
    """What was continued by a lease that is called off goes on as it would have without it."""
    former = former_of(db, lease)
    if former is None:
        return
    lock_lease(db, former)
    if former.state in ("signed", "active") and former.last_day == lease.starts - ONE_DAY:
        move_lease(db, former, former.state, "goes_on", last_day=last_day_of_terms(former))


def former_of(db: Session, lease: Lease) -> Lease | None:
    """The lease of the same landlord that this one continues, if it does."""
    return db.get_one(Lease, lease.continues_id) if lease.continues_id is not None else None


def following_of(db: Session, lease: Lease) -> Lease | None:
    """The lease of the same landlord that continues another one, or is to, unless it was cancelled."""
    return db.scalar(select(Lease).where(Lease.continues_id == lease.id, Lease.state != "cancelled"))


def can_be_cancelled(lease: Lease) -> bool:
    """Whether a lease can be called off: what has begun was recorded only, and nobody signed it here."""
    return lease.state in ("draft", "sent", "signed") or (lease.state != "cancelled" and lease.origin in RECORDED)


def turn_leases(db: Session, *, today: date, now: datetime, after: int = 0) -> int:
    """Begin the leases whose first day has come, and end those whose last day is over; gives how many.

    Those with an id above `after`; another job goes on where there are more than AT_ONCE.
    """
    begins = and_(Lease.state == "signed", Lease.starts <= today)
    ends = and_(Lease.state.in_(RUNNING), Lease.last_day < today)
    wanted = select(Lease).where(or_(begins, ends), Lease.id > after).order_by(Lease.id).limit(AT_ONCE)
    found = db.scalars(wanted).all()
    turned = 0
    for lease in found:
        lock_lease(db, lease)
        state = state_on(lease, today)
        if lease.state in RUNNING and state != lease.state and (state, lease.state) != ("active", "notice"):
            move_lease(db, lease, state, "began" if state == "active" else "ended")
            turned += 1
    if len(found) == AT_ONCE:
        enqueue(db, TURN, {"after": found[-1].id}, now=now)
    return turned


def leases_of(db: Session, unit: Unit, *, today: date) -> list[Lease]:
    """The leases by which a unit is taken, today or later, as whoever has it now knows them; the first one first."""
    here = (Lease.unit_id == unit.id, Lease.organisation_id == unit.property.organisation_id)
    to_come = or_(Lease.last_day.is_(None), Lease.last_day >= today)
    query = select(Lease).where(*here, Lease.state.in_(("sent", *RUNNING)), to_come).order_by(Lease.starts, Lease.id)
    return list(db.scalars(query.limit(20).options(*WITH_PARTIES)))


MOST_LEASES_AT_HOME = 20


def leases_of_person(db: Session, rows: Select[Any]) -> list[Lease]:
    """Some of a person's leases as their home page shows them: what runs or waits, before what is over; the newest first."""
    over = case((Lease.state == "ended", 1), else_=0)
    query = rows.order_by(over, Lease.starts.desc(), Lease.id.desc()).limit(MOST_LEASES_AT_HOME)
    return list(db.scalars(query.options(*WITH_PARTIES)))


WITH_PARTIES = (selectinload(Lease.parties).joinedload(LeaseParty.contact), selectinload(Lease.rents))
"""What a list of leases needs of each of them, in two queries for all."""


def _alone(relation: Any) -> Any:
    # What continues a lease is of the same unit, which is there already.
    return joinedload(relation).lazyload(Lease.unit)


WITH_LATER = _alone(Lease.later)
"""What a page needs that says how a lease goes on."""


def whole_lease(db: Session, lease: Lease) -> Lease:
    """The lease with everything that belongs to it, its landlord, and what came before and after it, loaded by two queries.

    There are few parties, rents and deposits, so that all of them come with one row for each combination; clauses may be many.
    """
    parts = (joinedload(Lease.parties).joinedload(LeaseParty.contact), joinedload(Lease.rents), joinedload(Lease.deposits))
    others = (selectinload(Lease.clauses), joinedload(Lease.unit), joinedload(Lease.organisation))
    wanted = select(Lease).where(Lease.id == lease.id).options(*parts, *others, WITH_LATER, _alone(Lease.former))
    return db.scalars(wanted.execution_options(populate_existing=True)).unique().one()


def tenants_known(db: Session, leases: Select[Any]) -> set[int]:
    """Ids of the contacts that are parties of some leases."""
    ids = leases.with_only_columns(Lease.id)
    return set(db.scalars(select(LeaseParty.contact_id).where(LeaseParty.lease_id.in_(ids))))


def lock_lease(db: Session, lease: Lease) -> None:
    """Queue for the lease, and see it as it is then."""
    lock_leases(db, [lease])


def lock_leases(db: Session, leases: Sequence[Lease]) -> None:
    """Queue for leases, in one order for everybody, and see them as they are then."""
    wanted = select(Lease).where(Lease.id.in_([lease.id for lease in leases])).order_by(Lease.id).with_for_update(of=Lease)
    db.scalars(wanted.execution_options(populate_existing=True)).all()


def move_lease(db: Session, lease: Lease, state: str, verb: str, **more: Any) -> None:
    """Bring a lease into a state, with other columns beside it, and write it down."""
    move_leases(db, [lease], state, verb, **more)


def move_leases(db: Session, leases: Sequence[Lease], state: str, verb: str, **more: Any) -> None:
    """The same for several."""
    entries = []
    for lease in leases:
        for name, value in {"state": state, **more}.items():
            setattr(lease, name, value)
        before, after = changes(lease, ("state", *more))
        note = str(after.pop("reason", ""))
        before.pop("reason", None)
        entries.append(_entry(verb, lease, before=before, after=after, note=note))
    db.flush()
    record_several(db, entries)


def record_in_audit(db: Session, verb: str, lease: Lease, **changed: Any) -> None:
    """Write into the audit what was done to a lease."""
    record_several(db, [_entry(verb, lease, **changed)])


def _entry(verb: str, lease: Lease, **changed: Any) -> Entry:
    return Entry(f"leasing:lease:{verb}", ("lease", lease.ref), lease.organisation_id, **changed)


def told(lease: Lease) -> dict[str, Any]:
    """A lease for the audit: parties by the refs of their contacts, because names are personal."""
    return {
        "state": lease.state,
        "starts": lease.starts,
        "last_day": lease.last_day or lease.term_last_day,
        "rent_cents": lease.rents[0].cents,
        "parties": [party.contact.ref for party in lease.parties],
    }


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
