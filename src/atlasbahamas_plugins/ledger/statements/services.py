"""The months of a lease's books, and the statement of one: an explanation that begins with the first day of the month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.services import OWED
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount, LedgerEntry, LedgerTransfer


@dataclass(frozen=True)
class Month:
    """A month of a lease's books, in cents: what was owed before it, what it added and took off, what was owed after it."""

    first: date
    opening_cents: int
    added_cents: int
    taken_off_cents: int

    @property
    def key(self) -> str:
        """How its address names it: "2026-05"."""
        return f"{self.first:%Y-%m}"

    @property
    def closing_cents(self) -> int:
        """What was owed after it."""
        return self.opening_cents + self.added_cents - self.taken_off_cents


def last_day_of(first: date) -> date:
    """The last day of the month of which a day is the first."""
    return day_before(next_month(first))


def day_before(day: date) -> date:
    """The day before another."""
    return day - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after that of a day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def months_of(db: Session, lease: Lease, *, today: date) -> list[Month]:
    """The months from the first in which something happened to this one, or the last in which something will; newest first."""
    by_month: dict[date, tuple[int, int]] = {}
    for day, added, taken_off in _days(db, lease):
        first = day.replace(day=1)
        before = by_month.get(first, (0, 0))
        by_month[first] = (before[0] + added, before[1] + taken_off)
    found, opening = [], 0
    for first in _from_to(min(by_month), max([*by_month, today.replace(day=1)])) if by_month else ():
        month = Month(first, opening, *by_month.get(first, (0, 0)))
        opening = month.closing_cents
        found.append(month)
    return found[::-1]


def _from_to(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = next_month(first)


def _days(db: Session, lease: Lease) -> Iterator[tuple[date, int, int]]:
    """Each day on which what is owed moved, with the cents that were added and taken off; a few hundred in a lease's life."""
    of_entry = and_(
        LedgerEntry.organisation_id == LedgerTransfer.organisation_id, LedgerEntry.number == LedgerTransfer.entry_number
    )
    for added, side in ((True, LedgerTransfer.debit_account_id), (False, LedgerTransfer.credit_account_id)):
        query = select(LedgerEntry.effective, func.sum(LedgerTransfer.cents)).join(LedgerEntry, of_entry)
        query = query.join(LedgerAccount, LedgerAccount.id == side)
        query = query.where(LedgerAccount.lease_id == lease.id, LedgerAccount.kind.in_(OWED))
        for day, cents in db.execute(query.group_by(LedgerEntry.effective)):
            yield (day, int(cents), 0) if added else (day, 0, int(cents))


def has_month(db: Session, lease: Lease, first: date, *, today: date) -> bool:
    """Whether there is a statement of the month: nothing comes before the first entry, or after this month and the last entry."""
    mine = select(LedgerAccount.id).where(LedgerAccount.lease_id == lease.id, LedgerAccount.kind.in_(OWED))
    of_entry = and_(
        LedgerEntry.organisation_id == LedgerTransfer.organisation_id, LedgerEntry.number == LedgerTransfer.entry_number
    )
    query = select(func.min(LedgerEntry.effective), func.max(LedgerEntry.effective)).join(LedgerTransfer, of_entry)
    sides = (LedgerTransfer.debit_account_id.in_(mine), LedgerTransfer.credit_account_id.in_(mine))
    earliest, latest = db.execute(query.where(or_(*sides))).one()
    return earliest is not None and earliest.replace(day=1) <= first <= max(today, latest)
