"""What of a period's own rent was still unpaid when its days of grace were over. Pure: no database.

Money counts from the day on which it was received, whenever it was confirmed. What was reported and waits holds the fee on what
it would cover (domain.md 3.4). A payment plan that was agreed before rent was late holds its fee as long as it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from atlasbahamas_plugins.leasing.writing.services import LateFee
from atlasbahamas_plugins.ledger.allocation.policy import OpenCharge, allocate
from atlasbahamas_plugins.ledger.charges.late_fees import late_fee_cents, late_from


class Share(NamedTuple):
    """So many cents of money for a charge, and the local day from which that money counts."""

    charge_id: int
    cents: int
    counts_on: date


class Waiting(NamedTuple):
    """Money that was reported, and the local day on which it is said to have come."""

    received_on: date
    cents: int


@dataclass(frozen=True)
class RentOwed:
    """A charge of rent: the days of its period, when it was due, and what it came to."""

    id: int
    starts: date
    ends: date
    due_on: date
    cents: int


class Planned(NamedTuple):
    """A charge that a payment plan covers since a local day. `until`: the day from which fees run again, None before."""

    charge_id: int
    agreed_on: date
    until: date | None


@dataclass
class Facts:
    """What the fees of a lease follow from. `open` are its unpaid charges, `waiting` its reports in the order of their days."""

    fee: LateFee
    grace_days: int
    rents: list[RentOwed] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    open: list[OpenCharge] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)


class Late(NamedTuple):
    """A charge of rent whose days of grace are over: since which local day, and the fee in cents with what it is on.

    `fee_cents` is what is owed as long as reports wait, `sure_cents` what it is if none of them turns out to be true.
    """

    rent: RentOwed
    late_on: date
    unpaid_cents: int
    fee_cents: int
    sure_cents: int


def lateness(facts: Facts, day: date) -> list[Late]:
    """The charges of rent of a lease that were late by a local day, each with its fee, which may be none."""
    found = []
    for rent in sorted(facts.rents, key=lambda rent: (rent.due_on, rent.id)):
        late_on = _late_on(rent, facts)
        if late_on is None or late_on > day:
            continue
        in_time = sum(share.cents for share in facts.shares if share.charge_id == rent.id and share.counts_on < late_on)
        held = _held(facts.open, [each.cents for each in facts.waiting if each.received_on < late_on], rent.id)
        unpaid = rent.cents - in_time
        fee, sure = (late_fee_cents(facts.fee, cents) for cents in (unpaid - held, unpaid))
        found.append(Late(rent, late_on, unpaid - held, fee, sure))
    return found


def _late_on(rent: RentOwed, facts: Facts) -> date | None:
    """The local day from which a charge of rent is late; None as long as a plan that was agreed before holds it."""
    late_on = late_from(rent.due_on, facts.grace_days)
    # Two can be agreed on one day, the second after the first was let go.
    plans = sorted(facts.plans, key=lambda plan: (plan.agreed_on, plan.until or date.max))
    for plan in [each for each in plans if each.charge_id == rent.id]:
        if plan.agreed_on < late_on:
            if plan.until is None:
                return None
            late_on = max(late_on, plan.until)
    return late_on


def _held(charges: Sequence[OpenCharge], waiting: Iterable[int], charge_id: int) -> int:
    """How much of a charge would be covered by money that waits, by the usual policy."""
    return sum(share.cents for share in allocate(charges, sum(waiting)) if share.charge_id == charge_id)
