"""Splitting cents, and instalments: they add up, whatever is split, and are paid in their order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas_plugins.ledger.plans.schedule import EVERY, Due, Waiting, becomes, instalments, progress
from atlasbahamas_plugins.ledger.splitting import split

CENTS = st.integers(1, 10**9)
JUNE = date(2026, 6, 1)


@given(cents=st.integers(-(10**12), 10**12), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_parts_add_up_and_none_is_a_cent_off(cents: int, weights: list[int]) -> None:
    parts = split(cents, weights)
    assert sum(parts) == cents
    assert all(abs(part * sum(weights) - cents * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True))


def test_the_largest_remainders_get_what_is_left() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(101, [5000, 2500, 2500]) == [51, 25, 25]
    for weights in ([], [0, 0], [2, -1]):
        with pytest.raises(ValueError, match="nothing by which"):
            split(5, weights)


@given(cents=CENTS, count=st.integers(1, 36), every=st.sampled_from(sorted(EVERY)), day=st.integers(0, 40))
def test_instalments_add_up_and_come_one_after_the_other(cents: int, count: int, every: str, day: int) -> None:
    first, count = date(2026, 1, 1) + timedelta(days=day), min(count, cents)
    dues = instalments(cents, count, first, every)
    assert sum(due.cents for due in dues) == cents
    assert max(due.cents for due in dues) - min(due.cents for due in dues) <= 1
    days = [due.due_on for due in dues]
    assert days[0] == first
    assert days == sorted(set(days))


def test_a_month_that_is_too_short_has_its_last_day() -> None:
    assert [due.due_on for due in instalments(300, 3, date(2026, 1, 31), "month")] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]
    with pytest.raises(ValueError, match="not so many"):
        instalments(2, 3, JUNE, "week")


@given(amounts=st.lists(st.integers(1, 1000), min_size=1, max_size=6), paid=st.integers(0, 7000))
def test_what_is_paid_counts_in_order(amounts: list[int], paid: int) -> None:
    met = progress([Due(JUNE + timedelta(days=at), cents) for at, cents in enumerate(amounts)], paid, 2)
    assert sum(each.paid_cents for each in met) == min(paid, sum(amounts))
    unpaid = [at for at, each in enumerate(met) if not each.is_paid]
    assert all(met[at].paid_cents == 0 for at in unpaid[1:])


def test_a_plan_is_broken_when_grace_is_over_and_no_report_holds_it() -> None:
    met = progress([Due(JUNE, 100), Due(JUNE + timedelta(days=30), 100)], 60, 3)
    until = JUNE + timedelta(days=3)
    assert becomes(met, [], until) == "agreed"
    late = until + timedelta(days=1)
    assert becomes(met, [], late) == "broken"
    assert becomes(met, [Waiting(until, 40)], late) == "agreed"
    assert becomes(met, [Waiting(until, 39)], late) == "broken"
    assert becomes(met, [Waiting(late, 400)], late) == "broken"
    assert becomes(progress([Due(JUNE, 100)], 100, 0), [], late) == "kept"
