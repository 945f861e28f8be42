"""Which charges some money pays. Pure: no database. What a policy says is the same before and after the money is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

FEES = ("late_fee", "fee")
"""Kinds of charges that wait for the others."""


@dataclass(frozen=True)
class OpenCharge:
    """A charge of which something is unpaid, in cents. `account_id` is the account on which it is owed."""

    id: int
    account_id: int
    what: str
    due_on: date
    open_cents: int


class Share(NamedTuple):
    """So many cents for a charge."""

    charge_id: int
    account_id: int
    cents: int


Policy = Callable[[OpenCharge], Any]
"""Gives what charges are sorted by; the first is paid first."""


def oldest_first(charge: OpenCharge) -> tuple[bool, date, int]:
    """The oldest due day first, fees after everything else (domain.md 3.4)."""
    return charge.what in FEES, charge.due_on, charge.id


POLICIES: Mapping[str, Policy] = {"oldest": oldest_first}


def allocate(charges: Iterable[OpenCharge], cents: int, policy: Policy = oldest_first) -> list[Share]:
    """What of some cents goes to which charge, in the order of the policy; what no charge takes is left over.

    Raises ValueError for less than no cents.
    """
    if cents < 0:
        raise ValueError("there is no less than nothing to allocate")
    shares = []
    for charge in sorted(charges, key=policy):
        taken = min(cents, charge.open_cents)
        if taken > 0:
            shares.append(Share(charge.id, charge.account_id, taken))
            cents -= taken
    return shares
