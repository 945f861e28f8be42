"""What every part does with leases: finding, locking and moving them. They are written in writing/ and end in ending/."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Select, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from atlasbahamas.audit.services import Entry, changes, record_several
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.leasing.guards import APART
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.models import (
    BINDING,
    RUNNING,
    Lease,
    LeaseParty,
)
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.portfolio.models import Unit

ONE_DAY = timedelta(days=1)
TURN = "leasing.turn"
AT_ONCE = 200
TAKEN = "Another lease of this unit has some of these days. Open the unit to see it."
CHANGED = Refused("Somebody changed this lease meanwhile. Look at it again.")


def last_day_of_terms(lease: Lease) -> date | None:
    """The last day of a lease, as long as nobody says otherwise; None where it goes on."""
    return None if lease.rolls_over else lease.term_last_day


def state_on(lease: Lease, today: date) -> str:
    """What a lease that counts is on a day, as long as nobody says otherwise."""
    if lease.last_day is not None and lease.last_day < today:
        return "ended"
    return "signed" if lease.starts > today else "active"


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


def former_of(db: Session, lease: Lease) -> Lease | None:
    """The lease of the same landlord that this one continues, if it does."""
    return db.get_one(Lease, lease.continues_id) if lease.continues_id is not None else None


def following_of(db: Session, lease: Lease) -> Lease | None:
    """The lease of the same landlord that continues another one, or is to, unless it was cancelled."""
    return db.scalar(select(Lease).where(Lease.continues_id == lease.id, Lease.state != "cancelled"))


def days_are_taken(db: Session, lease: Lease) -> bool:
    """Whether another lease of the unit that counts has some of the days of one that nobody signed yet.

    What that one continues gives its days when all have signed.
    """
    last_day = last_day_of_terms(lease) or date.max
    others = select(Lease.id).where(Lease.unit_id == lease.unit_id, Lease.id.not_in((lease.id, lease.continues_id or 0)))
    there = (Lease.state.in_(BINDING), Lease.starts <= last_day, or_(Lease.last_day.is_(None), Lease.last_day >= lease.starts))
    return db.scalar(others.where(*there).limit(1)) is not None


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


def leases_in(organisation_id: int, property_id: int) -> CTE:
    """The ids of an organisation's leases of a property's units.

    What is of a property is found through these, and not through the organisation: SQLite would walk all that it has. That no
    index is of a sum keeps it from doing so here.
    """
    units = select(Unit.id).where(Unit.property_id == property_id)
    # A lease is its organisation's, whoever has the property now.
    mine = select(Lease.id).where(Lease.unit_id.in_(units), Lease.organisation_id + 0 == organisation_id)
    return mine.cte("wanted").prefix_with("MATERIALIZED")


WITH_NAMES = selectinload(Lease.parties).joinedload(LeaseParty.contact)
"""What a list needs that names tenants, in one query for all."""

WITH_PARTIES = (WITH_NAMES, selectinload(Lease.rents))
"""What a list of leases needs of each of them, in two queries for all."""


def _alone(relation: Any) -> Any:
    # What continues a lease is of the same unit, which is there already.
    return joinedload(relation).lazyload(Lease.unit)


WITH_LATER = _alone(Lease.later)
"""What a page needs that says how a lease goes on."""


def whole_lease(db: Session, lease: Lease) -> Lease:
    """The lease with everything that belongs to it, its landlord, what came before and after it, and where it stood when it came
    here, loaded by two queries.

    There are few parties, rents and deposits, so that all of them come with one row for each combination; clauses may be many.
    """
    parts = (joinedload(Lease.parties).joinedload(LeaseParty.contact), joinedload(Lease.rents), joinedload(Lease.deposits))
    others = (selectinload(Lease.clauses), joinedload(Lease.unit), joinedload(Lease.organisation))
    opening = joinedload(Lease.opening).joinedload(Opening.lease_import).lazyload(LeaseImport.maker)
    wanted = select(Lease).where(Lease.id == lease.id).options(*parts, *others, opening, WITH_LATER, _alone(Lease.former))
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
        entries.append(audit_entry(verb, lease, before=before, after=after, note=note))
    db.flush()
    record_several(db, entries)


def record_in_audit(db: Session, verb: str, lease: Lease, **changed: Any) -> None:
    """Write into the audit what was done to a lease."""
    record_several(db, [audit_entry(verb, lease, **changed)])


def audit_entry(verb: str, lease: Lease, **changed: Any) -> Entry:
    """An entry for the audit about a lease."""
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
