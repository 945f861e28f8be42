"""Instalments: what a plan would be, how far one is, and whether it is kept. Pure: no database."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from atlasbahamas_plugins.ledger.splitting import split

EVERY = {"week": "Every week", "two_weeks": "Every two weeks", "month": "Every month"}
_DAYS = {"week": 7, "two_weeks": 14}


class Due(NamedTuple):
    """So many cents, due on a local day."""

    due_on: date
    cents: int


def instalments(cents: int, count: int, first: date, every: str) -> list[Due]:
    """Some cents in so many instalments from a day on, as equal as cents allow. Raises ValueError for more of them than cents."""
    if not 0 < count <= cents:
        raise ValueError("there are not so many instalments in it")
    return [Due(_day(first, every, at), part) for at, part in enumerate(split(cents, [1] * count))]


def _day(first: date, every: str, at: int) -> date:
    if every in _DAYS:
        return first + timedelta(days=_DAYS[every] * at)
    months = first.year * 12 + first.month - 1 + at
    year, month = divmod(months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Met:
    """An instalment, how much of it is paid, and the last local day on which it can be."""

    due_on: date
    until: date
    cents: int
    paid_cents: int

    @property
    def is_paid(self) -> bool:
        """Whether all of it is."""
        return self.paid_cents == self.cents


def progress(wanted: Sequence[Due], paid_cents: int, grace_days: int) -> list[Met]:
    """Each instalment with what of it is paid: what was paid counts to them in their order."""
    found = []
    for due_on, cents in wanted:
        paid = min(cents, max(0, paid_cents))
        paid_cents -= paid
        found.append(Met(due_on, due_on + timedelta(days=grace_days), cents, paid))
    return found


class Waiting(NamedTuple):
    """Money that was reported and nobody confirmed or refused yet."""

    received_on: date
    cents: int


def becomes(met: Sequence[Met], waiting: Sequence[Waiting], day: date) -> str:
    """What a plan that was agreed is on a local day: kept, broken, or still agreed.

    A report of money that came in time, and waits, holds a plan that it would keep.
    """
    if all(each.is_paid for each in met):
        return "kept"
    missing = 0
    for each in met:
        missing += each.cents - each.paid_cents
        if each.until < day and missing > sum(report.cents for report in waiting if report.received_on <= each.until):
            return "broken"
    return "agreed"
