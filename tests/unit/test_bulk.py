"""What a change of many units makes of one value; and percentages as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas.web.formats import parse_percent, percent
from atlasbahamas_plugins.portfolio.bulk.services import Change, sentence


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Change("rent_cents", "set", 90_000), 145_000, 90_000),
        (Change("rent_cents", "raise", 5_000), 145_050, 150_050),
        (Change("rent_cents", "percent", 500), 145_000, 152_300),  # 1,522.50 is half a dollar, and goes up
        (Change("rent_cents", "percent", 300), 145_000, 149_400),  # 1,493.50
        (Change("rent_cents", "percent", 310), 145_000, 149_500),  # 1,494.95
        (Change("rent_cents", "percent", 100), 100, 100),
        (Change("rent_cents", "percent", 1), 125_030, 125_030),  # would round down, below what it was
        (Change("deposit_cents", "percent", 500), 0, 0),
        (Change("pets", "set", 1), 0, 1),
    ],
)
def test_change(change: Change, before: int, after: int) -> None:
    assert change.applied_to(before) == after


@given(st.integers(0, 10**9), st.integers(1, 10_000))
def test_a_percentage_never_lowers_and_misses_by_half_a_dollar_at_most(cents: int, hundredths: int) -> None:
    after = Change("rent_cents", "percent", hundredths).applied_to(cents)
    assert after >= cents
    assert abs(after * 10_000 - cents * (10_000 + hundredths)) <= 50 * 10_000 or after == cents


def test_in_words() -> None:
    changes = [Change("rent_cents", "percent", 1250), Change("deposit_cents", "set", 100_000), Change("furnished", "set", 0)]
    assert sentence(changes) == "Rent raised by 12.5 %, to the whole dollar; deposit set to B$1,000; not furnished"


@given(st.integers(0, 99_999_999))
def test_what_is_shown_can_be_typed(hundredths: int) -> None:
    assert parse_percent(percent(hundredths).replace(",", "")) == hundredths


@pytest.mark.parametrize("text", ["", "%", "-1", "1.234", "1,5", "x", "1 2", "9" * 7, "1e3", "٣"])
def test_no_percentage(text: str) -> None:
    with pytest.raises(ValueError, match="percentage"):
        parse_percent(text)
