"""What a late fee is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas_plugins.leasing.writing.services import LateFee
from atlasbahamas_plugins.ledger.charges.late_fees import late_fee_cents, late_from


@pytest.mark.parametrize(
    ("fee", "unpaid", "cents"),
    [
        (LateFee(), 100_000, 0),
        (LateFee("flat", 7_500), 1, 7_500),
        (LateFee("flat", 7_500), 0, 0),
        (LateFee("flat", 7_500), -20, 0),
        (LateFee("percent", 0, 500), 100_000, 5_000),
        (LateFee("percent", 0, 500), 10, 1),
        (LateFee("percent", 0, 500), 9, 0),
        (LateFee("percent", 0, 1), 5_000, 1),
        (LateFee("larger", 7_500, 500), 100_000, 7_500),
        (LateFee("larger", 7_500, 500), 200_000, 10_000),
        (LateFee("larger", 7_500, 500, 9_000), 200_000, 9_000),
        (LateFee("flat", 7_500, 0, 5_000), 200_000, 5_000),
    ],
)
def test_flat_percent_larger_and_cap(fee: LateFee, unpaid: int, cents: int) -> None:
    assert late_fee_cents(fee, unpaid) == cents


@given(st.integers(1, 10**9), st.integers(1, 10_000), st.integers(1, 10**6))
def test_a_fee_never_falls_when_more_is_unpaid(unpaid: int, hundredths: int, more: int) -> None:
    fee = LateFee("percent", 0, hundredths)
    assert late_fee_cents(fee, unpaid) <= late_fee_cents(fee, unpaid + more)
    assert abs(late_fee_cents(fee, unpaid) * 10_000 - unpaid * hundredths) <= 5_000


def test_late_is_after_the_grace_days_also_across_months() -> None:
    assert late_from(date(2026, 1, 31), 0) == date(2026, 2, 1)
    assert late_from(date(2026, 1, 29), 5) == date(2026, 2, 4)
