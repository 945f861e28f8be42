"""What each tenant of a shared lease owes of it. Pure: no database.

Each charge is split by the shares of the day on which it is due, each credit by those of the day on which it counts; a payment is
whose it is, or is split where nobody knows. Parts of each add up to it by the largest remainder, so all of them together are what
the lease owes, cent by cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from atlasbahamas_plugins.ledger.splitting import split


class Term(NamedTuple):
    """The weights of tenants from a local day on. What is due before the first is shared by it, too."""

    starts: date
    weights: Mapping[int, int]


class Counted(NamedTuple):
    """So many cents that count on a local day; of one tenant, where that is known."""

    day: date
    cents: int
    party_id: int | None = None


@dataclass(frozen=True)
class Movements:
    """What the balance of a lease is made of, in cents. `moved` is what was moved between its tenants: together nothing."""

    balance_cents: int
    charges: Sequence[Counted] = ()
    credits: Sequence[Counted] = ()
    payments: Sequence[Counted] = ()
    moved: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Part:
    """A tenant's part: of what was charged and taken off, what they paid, what was moved to them, and of anything else."""

    charged_cents: int = 0
    taken_off_cents: int = 0
    paid_cents: int = 0
    moved_cents: int = 0
    other_cents: int = 0

    @property
    def cents(self) -> int:
        """What they owe of the lease; below zero is what they paid beyond their own part."""
        return self.charged_cents - self.taken_off_cents - self.paid_cents + self.moved_cents + self.other_cents


def parts(terms: Sequence[Term], found: Movements) -> dict[int, Part]:
    """Each tenant's part; together they are the balance. `terms` in the order of their days, at least one."""
    people = list(dict.fromkeys(party_id for term in terms for party_id in term.weights))
    result = {party_id: Part() for party_id in [*people, *(each for each in found.moved if each not in people)]}
    for name, counted in (("charged_cents", found.charges), ("taken_off_cents", found.credits), ("paid_cents", found.payments)):
        for each in counted:
            for party_id, cents in _of(terms, each):
                part = result.setdefault(party_id, Part())
                setattr(part, name, getattr(part, name) + cents)
    for party_id, cents in found.moved.items():
        result[party_id].moved_cents = cents
    # What else stands on the accounts of the lease: entries of other features.
    rest = found.balance_cents - sum(part.cents for part in result.values())
    for party_id, cents in _split(terms[-1], rest):
        result[party_id].other_cents = cents
    return result


def _of(terms: Sequence[Term], counted: Counted) -> list[tuple[int, int]]:
    if counted.party_id is not None:
        return [(counted.party_id, counted.cents)]
    return _split(term_on(terms, counted.day), counted.cents)


def term_on(terms: Sequence[Term], day: date) -> Term:
    """The term of a local day; the first one for days before it."""
    return next((term for term in reversed(terms) if term.starts <= day), terms[0])


def _split(term: Term, cents: int) -> list[tuple[int, int]]:
    return list(zip(term.weights, split(cents, list(term.weights.values())), strict=True))


class Move(NamedTuple):
    """So many cents that one tenant owes less, and another more."""

    from_id: int
    to_id: int
    cents: int


def reallocation(now: Mapping[int, int], term: Term) -> list[Move]:
    """The moves after which each tenant owes their part, by a new term, of what all of them owe now."""
    target = dict(_split(term, sum(now.values())))
    less = [[party_id, now[party_id] - target.get(party_id, 0)] for party_id in now if now[party_id] > target.get(party_id, 0)]
    more = [[party_id, cents - now.get(party_id, 0)] for party_id, cents in target.items() if cents > now.get(party_id, 0)]
    moves = []
    while less and more:
        cents = min(less[0][1], more[0][1])
        moves.append(Move(less[0][0], more[0][0], cents))
        for side in (less, more):
            side[0][1] -= cents
            if not side[0][1]:
                side.pop(0)
    return moves
