"""On which days an instruction acts: worked out from its day of the month, or from what is due. Pure; local days."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

CATCH_UP_DAYS = 7
"""How many days later a day is still made up, when nobody ran the job."""


def monthly_days(day: int, first: date, last: date) -> list[date]:
    """The days from `first` to `last` that are a day of the month, or the last of a month that is shorter."""
    span = (last - first).days
    return [each for each in (first + timedelta(days=number) for number in range(span + 1)) if _is_it(each, day)]


def _is_it(each: date, day: int) -> bool:
    return each.day == min(day, calendar.monthrange(each.year, each.month)[1])


def days_to_take(day: int | None, due: Iterable[date], taken: set[date], *, from_day: date, today: date) -> date | None:
    """The day of which an instruction takes today: its latest that has come, begins no earlier than it does, and was not taken.

    `due` are the days on which something is due that is unpaid; of those all are taken at once, under the latest.
    """
    if day is None:
        found = [each for each in due if from_day <= each <= today]
    else:
        found = monthly_days(day, max(from_day, today - timedelta(days=CATCH_UP_DAYS)), today)
    latest = max(found, default=None)
    return None if latest is None or latest in taken else latest


def day_to_remind(
    day: int | None, due: Iterable[date], *, lead_days: int, from_day: date, reminded_for: date | None, today: date
) -> date | None:
    """The day of which to remind today: the next one within the lead, once."""
    last = today + timedelta(days=lead_days)
    first = max(today, from_day, *([reminded_for + timedelta(days=1)] if reminded_for else []))
    if first > last:
        return None
    found = [each for each in due if first <= each <= last] if day is None else monthly_days(day, first, last)
    return min(found, default=None)
