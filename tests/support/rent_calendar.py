"""What rent is charged, worked out on a calendar day by day. It knows nothing of how the ledger does it.

Source: domain.md 3.4.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Protocol

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
DAYS = {"weekly": 7, "fortnightly": 14, "four_weekly": 28}
ONE_DAY = timedelta(days=1)


class RentTerms(Protocol):
    """What the rent of a lease follows from, in the ledger's words as in those of whoever goes by this calendar."""

    starts: date
    last_day: date | None
    period: str
    timing: str
    due_day: int
    rents: Sequence[tuple[date, int]]
    charged_from: date | None


@dataclass
class Agreed:
    """The same, written down here."""

    starts: date
    last_day: date | None
    period: str
    timing: str
    due_day: int
    rents: list[tuple[date, int]]
    charged_from: date | None = None


def is_due_day(day: date, due_day: int) -> bool:
    return day.day == min(due_day, calendar.monthrange(day.year, day.month)[1])


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def next_due_day(day: date, due_day: int, months: int) -> date:
    """The day on which the period after the one that begins on `day` begins: so many due days later."""
    found = [each for each in days(day + ONE_DAY, day + timedelta(days=400)) if is_due_day(each, due_day)]
    return found[months - 1]


def due_day_before(day: date, due_day: int, months: int) -> date:
    """The day that lies so many due days before."""
    found = [each for each in days(day - timedelta(days=400), day - ONE_DAY) if is_due_day(each, due_day)]
    return found[-months]


def whole_periods(terms: RentTerms, until: date) -> Iterator[tuple[date, date]]:
    if terms.period in DAYS:
        first = terms.starts
        while first <= until:
            after = first + timedelta(days=DAYS[terms.period])
            yield first, after - ONE_DAY
            first = after
        return
    months = MONTHS[terms.period]
    anchor = next(day for day in days(terms.starts, terms.starts + timedelta(days=40)) if is_due_day(day, terms.due_day))
    if anchor > terms.starts:
        yield due_day_before(anchor, terms.due_day, months), anchor - ONE_DAY
    while anchor <= until:
        after = next_due_day(anchor, terms.due_day, months)
        yield anchor, after - ONE_DAY
        anchor = after


def rent_of(terms: RentTerms, day: date) -> int:
    return [cents for since, cents in terms.rents if since <= day][-1]


def rents_within(terms: RentTerms, first: date, last: date) -> tuple[tuple[date, date, int], ...]:
    """(first day, last day, cents for a whole period) for each rent that holds on some of the days, as a charge explains them."""
    since = {day: [each for each, _ in terms.rents if each <= day][-1] for day in days(first, last)}
    spans = [list(same) for _, same in groupby(days(first, last), key=since.__getitem__)]
    return tuple((span[0], span[-1], rent_of(terms, span[0])) for span in spans)


def is_charged(terms: RentTerms, day: date) -> bool:
    begun = day >= terms.starts and (terms.charged_from is None or day >= terms.charged_from)
    return begun and (terms.last_day is None or day <= terms.last_day)


def expected(terms: RentTerms, until: date) -> list[tuple[date, date, date, int]]:
    """(first day, last day, due on, cents) of each period that is due until a day: each day costs its part of its period."""
    found = []
    for first, last in whole_periods(terms, until):
        whole = list(days(first, last))
        charged = [day for day in whole if is_charged(terms, day)]
        if not charged:
            continue
        exact = sum(Fraction(rent_of(terms, day), len(whole)) for day in charged)
        cents = int(exact + Fraction(1, 2))
        due_on = charged[0] if terms.timing == "advance" else charged[-1] + ONE_DAY
        if cents and due_on <= until:
            found.append((charged[0], charged[-1], due_on, cents))
    return found
