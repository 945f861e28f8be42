"""Which charges some money pays, for all inputs; and the references of leases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas_plugins.ledger.allocation.policy import OpenCharge, allocate, oldest_first
from atlasbahamas_plugins.ledger.payments.references import LETTERS, lease_of_reference, lease_reference

JUNE = date(2026, 6, 1)
CHARGES = st.lists(
    st.builds(
        OpenCharge,
        id=st.integers(1, 10**6),
        account_id=st.integers(1, 3),
        what=st.sampled_from(["rent", "late_fee", "deposit", "fee", "other"]),
        due_on=st.integers(0, 60).map(lambda days: JUNE + timedelta(days=days)),
        open_cents=st.integers(0, 10**6),
    ),
    max_size=12,
    unique_by=lambda charge: charge.id,
)


@given(CHARGES, st.integers(0, 10**7))
def test_shares_never_exceed_and_nothing_is_left_that_could_pay(charges: list[OpenCharge], cents: int) -> None:
    shares = allocate(charges, cents)
    by_id = {charge.id: charge for charge in charges}
    assert all(0 < share.cents <= by_id[share.charge_id].open_cents for share in shares)
    assert all(share.account_id == by_id[share.charge_id].account_id for share in shares)
    assert sum(share.cents for share in shares) == min(cents, sum(charge.open_cents for charge in charges))
    assert len({share.charge_id for share in shares}) == len(shares)


@given(CHARGES, st.integers(0, 10**7))
def test_nobody_comes_before_an_older_one_and_fees_come_last(charges: list[OpenCharge], cents: int) -> None:
    paid = {share.charge_id: share.cents for share in allocate(charges, cents)}
    in_order = sorted((charge for charge in charges if charge.open_cents), key=oldest_first)
    full = [paid.get(charge.id, 0) == charge.open_cents for charge in in_order]
    first_open = full.index(False) if False in full else len(full)
    assert all(charge.id not in paid for charge in in_order[first_open + 1 :])


@given(CHARGES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_comes_in_two_pays_the_same_as_in_one(charges: list[OpenCharge], first: int, second: int) -> None:
    at_once = {share.charge_id: share.cents for share in allocate(charges, first + second)}
    paid: dict[int, int] = {}
    for cents in (first, second):
        left = [OpenCharge(one.id, one.account_id, one.what, one.due_on, one.open_cents - paid.get(one.id, 0)) for one in charges]
        for share in allocate(left, cents):
            paid[share.charge_id] = paid.get(share.charge_id, 0) + share.cents
    assert paid == at_once


def test_the_order_in_words() -> None:
    fee = OpenCharge(1, 1, "late_fee", JUNE - timedelta(days=30), 5_000)
    may, june = (OpenCharge(number, 1, "rent", JUNE.replace(month=month), 100_000) for number, month in ((2, 5), (3, 6)))
    assert [(share.charge_id, share.cents) for share in allocate([fee, june, may], 150_000)] == [(2, 100_000), (3, 50_000)]
    with pytest.raises(ValueError, match="less than nothing"):
        allocate([fee], -1)


@given(st.integers(1, 10**8))
def test_a_reference_leads_back_to_its_lease(lease_id: int) -> None:
    reference = lease_reference(lease_id)
    assert len(reference) == 7
    assert set(reference) <= set(LETTERS)
    assert lease_of_reference(reference) == lease_id
    assert lease_of_reference(f" {reference[:3].lower()}-{reference[3:]} ") == lease_id


@given(st.integers(1, 10**8), st.integers(0, 6), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_no_reference(lease_id: int, place: int, letter: str) -> None:
    reference = lease_reference(lease_id)
    wrong = reference[:place] + letter + reference[place + 1 :]
    assert wrong == reference or lease_of_reference(wrong) is None


@given(st.integers(1, 10**8), st.integers(0, 4), st.integers(1, 5))
def test_two_letters_that_changed_places_are_no_reference(lease_id: int, place: int, away: int) -> None:
    letters = list(lease_reference(lease_id))
    other = min(place + away, 5)
    letters[place], letters[other] = letters[other], letters[place]
    wrong = "".join(letters)
    assert wrong == lease_reference(lease_id) or lease_of_reference(wrong) is None


@pytest.mark.parametrize("text", ["", "ABC", "ABCDEFGH", "1234567", "ILOILOI", "éèàçùôî"])
def test_what_is_no_reference(text: str) -> None:
    assert lease_of_reference(text) is None


def test_there_are_letters_for_so_many_leases() -> None:
    assert len({lease_reference(number) for number in range(1, 20_000)}) == 19_999
    for number in (0, -1, 23**6):
        with pytest.raises(ValueError, match="no reference"):
            lease_reference(number)
