"""The schedule of rent against a calendar that goes day by day and knows nothing of periods' numbers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rent_calendar import days, expected, is_charged, rent_of

from atlasbahamas_plugins.ledger.charges.schedule import DAYS, MONTHS, RentPeriod, RentTerms, next_due, periods

LOOK_UNTIL = date(2031, 12, 31)


@st.composite
def random_terms(draw: st.DrawFn) -> RentTerms:
    starts = draw(st.dates(date(2023, 1, 1), date(2027, 3, 1)))
    length = draw(st.none() | st.integers(0, 1200))
    cents = st.integers(1, 999) | st.integers(1000, 10_000_000)
    changes = sorted(draw(st.sets(st.integers(1, 1300), max_size=4)))
    return RentTerms(
        starts=starts,
        last_day=None if length is None else starts + timedelta(days=length),
        period=draw(st.sampled_from([*DAYS, *MONTHS])),
        timing=draw(st.sampled_from(["advance", "arrears"])),
        due_day=draw(st.integers(1, 31)),
        rents=[(starts + timedelta(days=change), draw(cents)) for change in [0, *changes]],
        charged_from=draw(st.none() | st.integers(-40, 900).map(lambda days: starts + timedelta(days=days))),
    )


def shown(found: list[RentPeriod]) -> list[tuple[date, date, date, int]]:
    return [(each.starts, each.ends, each.due_on, each.cents) for each in found]


JANUARY = RentTerms(date(2024, 1, 31), None, "monthly", "advance", 31, [(date(2024, 1, 31), 100_000)])


@given(random_terms(), st.integers(0, 1500))
@example(JANUARY, 100)
def test_it_is_what_a_calendar_says(terms: RentTerms, length: int) -> None:
    until = terms.starts + timedelta(days=length)
    assert shown(list(periods(terms, due_until=until))) == expected(terms, until)


@given(random_terms())
def test_every_day_is_charged_once_and_segments_add_up(terms: RentTerms) -> None:
    found = list(periods(terms, due_until=LOOK_UNTIL))
    for before, after in pairwise(found):
        assert before.ends < after.starts
        assert before.due_on < after.due_on
    for period in found:
        assert sum(segment.cents for segment in period.segments) == period.cents
        covered = [day for segment in period.segments for day in days(segment.first, segment.last)]
        assert covered == list(days(period.starts, period.ends))
        for segment in period.segments:
            assert segment.days == len(list(days(segment.first, segment.last)))
            assert segment.rent_cents == rent_of(terms, segment.first) == rent_of(terms, segment.last)
            assert abs(segment.cents - Fraction(segment.rent_cents * segment.days, segment.of_days)) < 1
    if min(cents for _, cents in terms.rents) >= 1000:
        charged = {day for period in found for day in days(period.starts, period.ends)}
        horizon = found[-1].ends if found else terms.starts
        assert charged == {day for day in days(terms.starts, horizon) if is_charged(terms, day)} or not found


@given(random_terms())
def test_a_whole_period_costs_its_rent(terms: RentTerms) -> None:
    for period in periods(terms, due_until=LOOK_UNTIL):
        first = period.segments[0]
        if len(period.segments) == 1 and first.days == first.of_days:
            assert period.cents == first.rent_cents


@given(random_terms(), st.integers(-50, 1500), st.integers(0, 1500))
def test_any_span_of_due_days_gives_the_same_periods(terms: RentTerms, first: int, length: int) -> None:
    due_from = terms.starts + timedelta(days=first)
    until = due_from + timedelta(days=length)
    everything = expected(terms, until)
    assert shown(list(periods(terms, due_from=due_from, due_until=until))) == [each for each in everything if each[2] >= due_from]


@given(random_terms(), st.integers(-50, 1300))
def test_next_due_is_the_next_one(terms: RentTerms, after: int) -> None:
    day = terms.starts + timedelta(days=after)
    later = [due_on for _, _, due_on, _ in expected(terms, date(2033, 1, 1)) if due_on > day]
    assert next_due(terms, day) == (later[0] if later else None)


@pytest.mark.parametrize(
    ("timing", "dues"),
    [
        ("advance", [(2024, 1, 31), (2024, 2, 29), (2024, 3, 31), (2024, 4, 30)]),
        ("arrears", [(2024, 2, 29), (2024, 3, 31), (2024, 4, 30)]),
    ],
)
def test_the_last_day_of_shorter_months(timing: str, dues: list[tuple[int, int, int]]) -> None:
    terms = RentTerms(date(2024, 1, 31), None, "monthly", timing, 31, [(date(2024, 1, 31), 100_000)])
    assert [each.due_on for each in periods(terms, due_until=date(2024, 5, 1))] == [date(*each) for each in dues]


def test_a_stub_is_part_of_the_period_that_would_contain_it() -> None:
    starts = date(2026, 7, 20)
    terms = RentTerms(starts, date(2026, 9, 12), "monthly", "advance", 1, [(starts, 120_000)])
    stub, august, september = periods(terms, due_until=date(2027, 1, 1))
    assert stub == (starts, date(2026, 7, 31), starts, 46_452, ((starts, date(2026, 7, 31), 120_000, 12, 31, 46_452),))
    assert (august.cents, september.cents) == (120_000, 48_000)


def test_a_rent_that_changes_within_a_period_is_charged_by_days() -> None:
    starts = date(2026, 6, 1)
    terms = RentTerms(starts, None, "monthly", "advance", 1, [(starts, 100_000), (date(2026, 6, 11), 110_001)])
    [june] = periods(terms, due_until=date(2026, 6, 30))
    assert june.cents == 106_667
    assert [(each.days, each.of_days, each.cents) for each in june.segments] == [(10, 30, 33_333), (20, 30, 73_334)]


def test_the_end_of_the_calendar_is_no_failure() -> None:
    starts = date(9999, 11, 20)
    for period in (*DAYS, *MONTHS):
        terms = RentTerms(starts, None, period, "arrears", 31, [(starts, 100_000)])
        assert all(each.ends <= date.max for each in periods(terms, due_until=date.max))
        assert next_due(terms, date(9999, 12, 30)) in (None, date.max)
