"""Parts of a shared lease add up to it, whatever is charged, paid, credited, moved, and however the shares change."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas_plugins.ledger.sharing.parts import Counted, Movements, Part, Term, parts, reallocation, term_on

PEOPLE = (11, 12, 13)
START = date(2026, 1, 1)
DAYS = st.integers(-40, 400).map(lambda days: START + timedelta(days=days))
CENTS = st.integers(0, 10**7)
WHO = st.sampled_from([*PEOPLE, None])
WEIGHTS = (
    st.lists(st.integers(0, 10_000), min_size=3, max_size=3).filter(any).map(lambda each: dict(zip(PEOPLE, each, strict=True)))
)
TERMS = st.lists(st.tuples(DAYS, WEIGHTS), min_size=1, max_size=4, unique_by=lambda each: each[0]).map(
    lambda each: [Term(*one) for one in sorted(each, key=lambda one: one[0])]
)
COUNTED = st.lists(st.builds(Counted, DAYS, CENTS, st.none()), max_size=12)
PAID = st.lists(st.builds(Counted, DAYS, CENTS, WHO), max_size=12)


@given(TERMS, COUNTED, COUNTED, PAID, st.integers(-(10**9), 10**9), CENTS)
def test_parts_add_up_to_the_lease_and_so_do_they_when_shared_anew(
    terms: list[Term], charges: list[Counted], credits: list[Counted], paid: list[Counted], other: int, moved: int
) -> None:
    balance = sum(each.cents for each in charges) - sum(each.cents for each in credits) - sum(each.cents for each in paid) + other
    found = parts(terms, Movements(balance, charges, credits, paid, {11: moved, 12: -moved}))
    assert sum(part.cents for part in found.values()) == balance
    assert sum(part.charged_cents for part in found.values()) == sum(each.cents for each in charges)
    assert sum(part.other_cents for part in found.values()) == other
    now = {party_id: part.cents for party_id, part in found.items()}
    moves = reallocation(now, terms[-1])
    assert all(move.cents > 0 and move.from_id != move.to_id for move in moves)
    assert len(moves) < len(PEOPLE)
    for move in moves:
        now[move.from_id] -= move.cents
        now[move.to_id] += move.cents
    assert sum(now.values()) == balance
    assert reallocation(now, terms[-1]) == []


def test_what_one_pays_is_theirs_and_what_nobody_knows_is_shared() -> None:
    half, quarter = Term(START, {11: 5000, 12: 5000}), Term(date(2026, 3, 1), {11: 2500, 12: 7500})
    charges = [Counted(date(2025, 12, 1), 101), Counted(date(2026, 3, 1), 1000)]
    paid = [Counted(date(2026, 3, 2), 400, 11), Counted(date(2026, 3, 2), 100)]
    found = parts([half, quarter], Movements(601, charges, payments=paid))
    assert found == {11: Part(51 + 250, 0, 400 + 25), 12: Part(50 + 750, 0, 75)}
    assert (found[11].cents, found[12].cents) == (-124, 725)
    assert term_on([half, quarter], date(2026, 2, 28)) is half
