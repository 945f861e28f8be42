"""On which days an instruction takes, and reminds."""

from __future__ import annotations

from datetime import date

import pytest

from atlasbahamas_plugins.ledger.autopay.days import day_to_remind, days_to_take, monthly_days

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def test_the_last_day_stands_for_days_that_a_month_does_not_have() -> None:
    found = monthly_days(31, date(2028, 1, 1), date(2028, 4, 30))
    assert found == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]
    assert monthly_days(29, date(2026, 2, 1), date(2026, 2, 28)) == [date(2026, 2, 28)]


@pytest.mark.parametrize(
    ("day", "due", "taken", "today", "expected"),
    [
        (None, [JUNE], set(), JUNE, JUNE),
        (None, [JUNE], set(), date(2026, 5, 31), None),
        (None, [JUNE], {JUNE}, JUNE, None),
        # Days that nobody looked at are made up, and what is due then is taken at once.
        (None, [date(2026, 6, 1), date(2026, 6, 5)], set(), date(2026, 6, 9), date(2026, 6, 5)),
        # What was due before it was set up is no reason to act.
        (None, [date(2026, 4, 1)], set(), JUNE, None),
        (5, [], set(), date(2026, 6, 5), date(2026, 6, 5)),
        (5, [], set(), date(2026, 6, 12), date(2026, 6, 5)),
        (5, [], set(), date(2026, 6, 13), None),
        (5, [], {date(2026, 6, 5)}, date(2026, 6, 6), None),
    ],
)
def test_the_day_of_which_it_takes(
    day: int | None, due: list[date], taken: set[date], today: date, expected: date | None
) -> None:
    assert days_to_take(day, due, taken, from_day=date(2026, 5, 2), today=today) == expected


def test_it_reminds_once_of_the_next_day_within_the_lead() -> None:
    more = {"lead_days": 3, "from_day": date(2026, 5, 2)}
    assert day_to_remind(None, [JUNE, JULY], reminded_for=None, today=date(2026, 5, 28), **more) is None  # type: ignore[arg-type]
    assert day_to_remind(None, [JUNE, JULY], reminded_for=None, today=date(2026, 5, 29), **more) == JUNE  # type: ignore[arg-type]
    assert day_to_remind(None, [JUNE, JULY], reminded_for=JUNE, today=date(2026, 5, 30), **more) is None  # type: ignore[arg-type]
    assert day_to_remind(1, [], reminded_for=JUNE, today=date(2026, 6, 28), **more) == JULY  # type: ignore[arg-type]
