"""What came of a rent run as a whole: what of it still counts, and taking it back as one. Running is in `run.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.deposits.guards import HELD
from atlasbahamas_plugins.ledger.journal.models import LedgerEntry
from atlasbahamas_plugins.ledger.lateness.services import KIND as FEE
from atlasbahamas_plugins.ledger.lateness.services import settle_today
from atlasbahamas_plugins.ledger.reasons import FOR_LATER, said_why
from atlasbahamas_plugins.ledger.services import Source, open_journal, reverse

SOURCE = "rent_run"
"""What the entries of a run name as their source."""

REVERSED_AT_ONCE = 5000
"""How many entries are taken back with one statement."""


def reverse_batch(db: Session, batch: Batch, reason: str, *, by: int, now: datetime) -> int:
    """Take back all that a run charged and that still counts; gives how many charges. What it took back stays taken back.

    What the leases then still owe by their rules, the next run charges again. Raises Refused the second time, and without
    a reason.
    """
    open_journal(db, batch.organisation_id)
    db.refresh(batch)
    if batch.reversed_at is not None:
        raise Refused(f"This was taken back on {local_date(batch.reversed_at)} already.")
    said_why(reason, FOR_LATER)
    numbers = db.scalars(charges_in_force(batch)).all()
    credits = db.scalars(_credits_in_force(batch)).all()
    entries = [*numbers, *credits]
    more: dict[str, Any] = {"source": Source("batch", batch.ref), "now": now, "memo": reason, "by": by, "batch": batch.ref}
    for start in range(0, len(entries), REVERSED_AT_ONCE):
        with _deposits_that_were_used():
            reverse(db, batch.organisation_id, entries[start : start + REVERSED_AT_ONCE], **more)
    # What paid it pays something else now; and no late fee stays of rent that is owed no more.
    allocate_leases(db, batch.organisation_id, db.scalars(_leases_of(batch)).all(), now=now)
    settle_today(db, batch.organisation_id, db.scalars(_leases_with_fees(batch)).all(), now=now)
    changed = update(Batch).where(Batch.id == batch.id).values(reversed_at=now, reversed_by_id=by, reason=reason.strip())
    db.execute(changed)
    db.refresh(batch)
    record_batch(db, "reversed", batch, after={"charges": len(numbers)}, note=reason)
    return len(numbers)


@contextmanager
def _deposits_that_were_used() -> Iterator[None]:
    """Raises Refused where a deposit would be held no more that was used, or paid back."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error, metadata) != HELD:
            raise
        raise Refused("It charged a deposit that was used or paid back since. Take that back first.") from error


def put_right_by(batch: Batch) -> Any:
    """SELECT of the charges that a run took back because they did not fit their leases any more."""
    of_entry = and_(LedgerEntry.organisation_id == Charge.organisation_id, LedgerEntry.number == Charge.voided_by)
    by_it = (Charge.organisation_id == batch.organisation_id, LedgerEntry.batch == batch.ref, LedgerEntry.source_kind == SOURCE)
    return select(Charge).join(LedgerEntry, of_entry).where(*by_it)


def charges_in_force(batch: Batch) -> Any:
    """SELECT of the numbers of the entries of what a run charged and still counts."""
    return select(Charge.entry_number).where(Charge.batch_id == batch.id, Charge.voided_by.is_(None)).order_by(Charge.id)


def _leases_of(batch: Batch) -> Any:
    return select(Charge.lease_id).where(Charge.batch_id == batch.id).distinct()


def _leases_with_fees(batch: Batch) -> Any:
    fees = select(Charge.lease_id).where(Charge.lease_id.in_(_leases_of(batch)), Charge.what == FEE, Charge.voided_by.is_(None))
    return fees.distinct()


def _credits_in_force(batch: Batch) -> Any:
    of_entry = and_(LedgerEntry.organisation_id == Credit.organisation_id, LedgerEntry.number == Credit.entry_number)
    query = select(Credit.entry_number).join(LedgerEntry, of_entry).order_by(Credit.id)
    mine = (LedgerEntry.organisation_id == batch.organisation_id, LedgerEntry.batch == batch.ref)
    return query.where(*mine, Credit.voided_by.is_(None))


def count_in_force(db: Session, batch: Batch) -> tuple[int, int]:
    """How many of a run's charges still count, and their cents."""
    query = select(func.count(), func.coalesce(func.sum(Charge.cents), 0))
    count, cents = db.execute(query.where(Charge.batch_id == batch.id, Charge.voided_by.is_(None))).one()
    return int(count), int(cents)


def record_batch(db: Session, verb: str, batch: Batch, **changed: Any) -> None:
    """Put into the record what was done with a run."""
    record(db, f"ledger:batch:{verb}", about=("batch", batch.ref), organisation_id=batch.organisation_id, **changed)
