"""The rent of a lease by its terms: which periods there are, when each is due, how much it is and why. Pure: no database.

Source: domain.md 3.4. A monthly, quarterly or yearly period begins on the due day, of which 29 to 31 mean the last day of a
shorter month; the first one on the first due day on or after the lease's start. What comes before it is part of the period that
would contain it. Weekly, fortnightly and four-weekly periods are counted from the lease's start. In advance a period is due on
its first day that is charged, in arrears on the day after its last.

A period of which not every day is charged, or in which the rent changes, is charged by days of the whole period: exact fractions,
rounded once, half up, to the cent.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
DAYS = {"weekly": 7, "fortnightly": 14, "four_weekly": 28}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RentTerms:
    """What the rent of a lease follows from.

    `starts` and `last_day` are its first and last day, local and both charged; `last_day` None: nobody knows yet. `rents` are
    (first day, cents for one period), the earliest first. Days before `charged_from` were paid elsewhere.
    """

    starts: date
    last_day: date | None
    period: str
    timing: str
    due_day: int
    rents: Sequence[tuple[date, int]]
    charged_from: date | None = None

    @property
    def first_day(self) -> date:
        """The first day that is charged."""
        return self.starts if self.charged_from is None else max(self.starts, self.charged_from)


class Segment(NamedTuple):
    """Days with one rent, from `first` to `last`: `days` of the `of_days` that the whole period has."""

    first: date
    last: date
    rent_cents: int
    days: int
    of_days: int
    cents: int


class RentPeriod(NamedTuple):
    """What is charged for one period, for the days from `starts` to `ends`. The cents of its segments add up to `cents`."""

    starts: date
    ends: date
    due_on: date
    cents: int
    segments: tuple[Segment, ...]


def periods(terms: RentTerms, *, due_from: date | None = None, due_until: date) -> Iterator[RentPeriod]:
    """The periods that are due from one local day to another, in their order. None costs more than a cent, or it is left out."""
    grid = _Grid(terms)
    for number in count(grid.first_to_look_at(due_from or terms.starts)):
        whole_starts, whole_ends = grid.start(number), grid.start(number + 1) - ONE_DAY
        if whole_starts > due_until or whole_starts == date.max or (terms.last_day is not None and whole_starts > terms.last_day):
            return
        starts = max(whole_starts, terms.first_day)
        ends = whole_ends if terms.last_day is None else min(whole_ends, terms.last_day)
        if starts > ends:
            continue
        due_on = starts if terms.timing == "advance" else ends + ONE_DAY
        if due_on > due_until:
            return
        if due_from is None or due_on >= due_from:
            cents, segments = _charged(terms.rents, starts, ends, (whole_ends - whole_starts).days + 1)
            if cents:
                yield RentPeriod(starts, ends, due_on, cents, segments)


def next_due(terms: RentTerms, after: date) -> date | None:
    """The first day after a local day on which rent is due; None where there is none any more."""
    first = after + ONE_DAY
    while True:
        # Most find theirs in here: the longest period is a year, and what is due for it comes at most one later.
        last = first + timedelta(days=800) if first < date(9990, 1, 1) else date.max
        found = next(periods(terms, due_from=first, due_until=last), None)
        if found is not None:
            return found.due_on
        if last == date.max or (terms.last_day is not None and terms.last_day < last):
            return None
        first = last + ONE_DAY


class _Grid:
    """The whole periods of a lease by number: 0 is the first that begins on its due day, or on its start; -1 that before."""

    def __init__(self, terms: RentTerms) -> None:
        self.starts, self.due_day = terms.starts, terms.due_day
        self.days = DAYS.get(terms.period)
        if self.days is None:
            self.months = MONTHS[terms.period]
            month = terms.starts.year * 12 + terms.starts.month - 1
            self.anchor = month if _day_in(month, self.due_day) >= terms.starts else month + 1

    def start(self, number: int) -> date:
        """The first day of a period; date.max where the calendar ends before."""
        if self.days is None:
            return _day_in(self.anchor + number * self.months, self.due_day)
        left = (date.max - self.starts).days
        return self.starts + timedelta(days=number * self.days) if number * self.days <= left else date.max

    def first_to_look_at(self, day: date) -> int:
        """The number of the period before the one that has the day: in arrears it is due on the day after its last."""
        if self.days is not None:
            return max(0, (day - self.starts).days // self.days - 1)
        number = (day.year * 12 + day.month - 1 - self.anchor) // self.months
        return max(-1, number - 2)


def _day_in(month: int, day: int) -> date:
    """A day of a month (counted from year 0), or its last; date.max after the last year that there is."""
    year, index = divmod(month, 12)
    if year > date.max.year:
        return date.max
    return date(year, index + 1, min(day, calendar.monthrange(year, index + 1)[1]))


def _charged(rents: Sequence[tuple[date, int]], starts: date, ends: date, of_days: int) -> tuple[int, tuple[Segment, ...]]:
    parts = list(_parts(rents, starts, ends))
    exact = [cents * ((last - first).days + 1) for first, last, cents in parts]
    # Half up: cents are never below zero.
    total = (2 * sum(exact) + of_days) // (2 * of_days)
    rounded = [part // of_days for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (-(exact[at] % of_days), at))
    for at in by_remainder[: total - sum(rounded)]:
        rounded[at] += 1
    segments = (
        Segment(first, last, cents, (last - first).days + 1, of_days, share)
        for (first, last, cents), share in zip(parts, rounded, strict=True)
    )
    return total, tuple(segments)


def _parts(rents: Sequence[tuple[date, int]], starts: date, ends: date) -> Iterator[tuple[date, date, int]]:
    """The days from `starts` to `ends` by their rent."""
    for at, (since, cents) in enumerate(rents):
        until = rents[at + 1][0] - ONE_DAY if at + 1 < len(rents) else ends
        first, last = max(since, starts), min(until, ends)
        if first <= last:
            yield first, last, cents
