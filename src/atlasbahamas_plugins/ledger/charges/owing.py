"""What leases owe by their rules: rent, deposits, and what stood open when they were brought in. Reads leases, writes nothing.

Leases are read by their ids, many at once with all that their charges follow from.

A deposit is charged on the day on which the lease was agreed, or brought in: owed on `deposit_receivable`, and a liability on
`deposit_held`. So what is really held of a lease is what stands on the second less what stands on the first. The first rent is no
deposit here: it is the rent of the first period. The last rent is held like a deposit. A lease that continues another is charged
what it asks above that one; the other's stays held for the tenants. One that was taken over from another landlord is charged no
deposit: the tenants paid theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas_plugins.leasing.models import BINDING, Deposit, Lease, RentTerm
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.ledger.charges.schedule import RentTerms, next_due, periods
from atlasbahamas_plugins.portfolio.models import Property, Unit

RENT, OPENING, DEPOSIT, PAID = "rent", "opening", "deposit:", "paid:"
BY_RULE = ("rent", "deposit", "opening")
"""What follows from leases alone. Everything else stays when a lease changes."""

LONGEST = timedelta(days=800)
_WHO_HOLDS = ("security", "key", "pet", "last")


class Due(NamedTuple):
    """Something that a lease owes by a rule, for the days from `starts` to `ends`; `explanation` as Charge has it."""

    what: str
    rule: str
    starts: date
    ends: date
    due_on: date
    cents: int
    explanation: dict[str, Any]

    @property
    def key(self) -> tuple[str, date]:
        """Of one lease there is one such charge that counts."""
        return self.rule, self.starts


class Given(NamedTuple):
    """Something that was paid before these books; `pays`, the rule of the charge that it pays."""

    what: str
    rule: str
    on: date
    cents: int
    owed: str
    pays: str | None


@dataclass(slots=True)
class LeaseFacts:
    """A lease with what its charges follow from. `brought_in` is the day on which it came here, if it was there before."""

    id: int
    ref: str
    state: str
    home: str
    property_id: int
    agreed: date | None
    terms: RentTerms
    taken_over: bool
    continues_id: int | None
    deposits: dict[str, int] = field(default_factory=dict)
    deposits_before: dict[str, int] = field(default_factory=dict)
    brought_in: date | None = None
    balance_cents: int = 0

    @property
    def binds(self) -> bool:
        """Whether it is charged at all."""
        return self.state in BINDING and self.agreed is not None and bool(self.terms.rents)


def lease_facts(db: Session, ids: Collection[int]) -> list[LeaseFacts]:
    """The leases with these ids, in the order of their ids, with the same few queries for one as for thousands."""
    rents: dict[int, list[tuple[date, int]]] = {}
    for lease_id, starts, cents in db.execute(
        select(RentTerm.lease_id, RentTerm.starts, RentTerm.cents)
        .where(RentTerm.lease_id.in_(ids))
        .order_by(RentTerm.lease_id, RentTerm.starts)
    ):
        rents.setdefault(lease_id, []).append((starts, cents))
    query = (
        select(Lease.id, Lease.ref, Lease.state, Unit.label, Property.name, Unit.property_id, Lease.agreed)
        .add_columns(Lease.starts, Lease.last_day, Lease.period, Lease.timing, Lease.due_day)
        .add_columns(Lease.taken_over_id, Lease.continues_id)
        .join(Unit, Unit.id == Lease.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .where(Lease.id.in_(ids))
        .order_by(Lease.id)
    )
    found = {}
    for number, ref, state, label, name, property_id, agreed, *terms, taken_over_id, continues_id in db.execute(query):
        starts, last_day, period, timing, due_day = terms
        of_lease = RentTerms(starts, last_day, period, timing, due_day, rents.get(number, []))
        home = f"{label}, {name}"
        found[number] = LeaseFacts(
            number, ref, state, home, property_id, agreed, of_lease, taken_over_id is not None, continues_id
        )
    _add_deposits(db, found)
    _add_openings(db, found)
    return list(found.values())


def _add_deposits(db: Session, found: dict[int, LeaseFacts]) -> None:
    before: dict[int, list[LeaseFacts]] = {}
    for facts in found.values():
        if facts.continues_id is not None:
            before.setdefault(facts.continues_id, []).append(facts)
    query = select(Deposit.lease_id, Deposit.kind, Deposit.cents).where(Deposit.lease_id.in_({*found, *before}))
    for lease_id, kind, cents in db.execute(query.where(Deposit.kind.in_(_WHO_HOLDS))):
        if lease_id in found:
            found[lease_id].deposits[kind] = cents
        for facts in before.get(lease_id, ()):
            facts.deposits_before[kind] = cents


def _add_openings(db: Session, found: dict[int, LeaseFacts]) -> None:
    query = select(Opening.lease_id, Opening.paid_to, Opening.balance_cents, Opening.brought_in)
    for lease_id, paid_to, balance_cents, brought_in in db.execute(query.where(Opening.lease_id.in_(found))):
        facts = found[lease_id]
        facts.brought_in, facts.balance_cents = brought_in, balance_cents
        facts.terms = _terms_after(facts.terms, paid_to, brought_in)


def _terms_after(terms: RentTerms, paid_to: date | None, brought_in: date) -> RentTerms:
    """The terms of a lease that was brought in: charged from the day after the one up to which rent was paid.

    Where nobody said, from the first period that was due on that day or later; what was due before is part of the balance.
    """
    if paid_to is not None:
        begins = paid_to + timedelta(days=1)
    else:
        later = periods(terms, due_from=brought_in, due_until=brought_in + LONGEST)
        first = next(later, None)
        begins = first.starts if first is not None else brought_in
    return RentTerms(terms.starts, terms.last_day, terms.period, terms.timing, terms.due_day, terms.rents, begins)


def rent_terms(lease: Lease, paid_to: date | None, brought_in: date | None) -> RentTerms:
    """The terms of one lease that is loaded with its rents; `paid_to` and `brought_in` are those of its opening, if any."""
    rents = [(rent.starts, rent.cents) for rent in lease.rents]
    terms = RentTerms(lease.starts, lease.last_day, lease.period, lease.timing, lease.due_day, rents)
    return terms if brought_in is None else _terms_after(terms, paid_to, brought_in)


def owed_by_rule(facts: LeaseFacts, *, due_from: date | None = None, due_until: date) -> Iterator[Due]:
    """What a lease owes by its rules that is due from one local day to another. Nothing where it binds nobody."""
    if not facts.binds:
        return
    for each in _once(facts):
        if each.due_on <= due_until and (due_from is None or each.due_on >= due_from):
            yield each
    yield from _rent(facts.terms, due_from, due_until)


def _rent(terms: RentTerms, due_from: date | None, due_until: date) -> Iterator[Due]:
    for period in periods(terms, due_from=due_from, due_until=due_until):
        segments = [
            {**segment._asdict(), "first": segment.first.isoformat(), "last": segment.last.isoformat()}
            for segment in period.segments
        ]
        explanation = {"period": terms.period, "segments": segments}
        yield Due("rent", RENT, period.starts, period.ends, period.due_on, period.cents, explanation)


def next_rent(terms: RentTerms, after: date) -> Due | None:
    """The rent that falls due next after a local day; None where none does any more."""
    day = next_due(terms, after) if terms.rents else None
    return None if day is None else next(_rent(terms, day, day))


def _once(facts: LeaseFacts) -> Iterator[Due]:
    """What is charged once for a lease."""
    on = facts.brought_in or facts.agreed
    assert on is not None
    if facts.balance_cents > 0:
        yield Due("opening", OPENING, on, on, on, facts.balance_cents, {"brought_in": on.isoformat()})
    if facts.taken_over:
        return
    for kind, cents in sorted(facts.deposits.items()):
        more = cents - facts.deposits_before.get(kind, 0)
        if more > 0:
            explanation = {"kind": kind, "cents": cents, "before_cents": cents - more}
            yield Due("deposit", f"{DEPOSIT}{kind}", on, on, on, more, explanation)


def given_by_rule(facts: LeaseFacts) -> Iterator[Given]:
    """What was paid before a lease was brought in: its deposits, which somebody holds already, and what was paid too much."""
    if not facts.binds or facts.brought_in is None:
        return
    if facts.balance_cents < 0:
        yield Given("opening", OPENING, facts.brought_in, -facts.balance_cents, "receivable", None)
    for due in _once(facts):
        if due.what == "deposit":
            yield Given("opening", f"{PAID}{due.rule}", facts.brought_in, due.cents, "deposit_receivable", due.rule)


def next_look(facts: LeaseFacts, after: date) -> date | None:
    """The first local day after another on which a lease owes something by its rules; None where it never does again."""
    if not facts.binds:
        return None
    once = [each.due_on for each in _once(facts) if each.due_on > after]
    rent = next_due(facts.terms, after)
    return min([*once, *([] if rent is None else [rent])], default=None)
