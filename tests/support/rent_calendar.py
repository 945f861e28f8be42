"""What rent is charged, worked out on a calendar day by day. It knows nothing of how the ledger does it."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from atlasbahamas_plugins.ledger.charges.schedule import DAYS, MONTHS, RentTerms

ONE_DAY = timedelta(days=1)


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
