"""What a book of a lease that is kept by hand (ledger_calendar.py) is made of, and how cents are rounded and split in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

RENT, DEPOSIT = "receivable", "deposit_receivable"
BY_RULE = ("deposit", "rent")
FEES = ("late_fee", "fee")


class Clock(Protocol):
    """What says when it is."""

    def now(self) -> datetime: ...
    def today(self) -> date: ...


class Move(NamedTuple):
    """What is owed changes by so many cents from a day on, as it is known from a moment on."""

    at: datetime
    day: date
    cents: int


@dataclass(eq=False)
class Charge:
    """Something that is owed. `parts`: the rents within its days. `run`: the rent run that charged it. `on_cents`: the unpaid
    rent that a late fee is on.
    """

    what: str
    rule: str
    starts: date
    ends: date
    due_on: date
    cents: int
    parts: tuple[tuple[date, date, int], ...] = ()
    run: object = None
    on_cents: int | None = None
    counts: bool = True

    @property
    def account(self) -> str:
        return DEPOSIT if self.what == "deposit" else RENT

    @property
    def said(self) -> tuple[Any, ...]:
        """What a run compares."""
        return (self.rule, self.starts, self.ends, self.due_on, self.cents, self.parts)


@dataclass(eq=False)
class Money:
    """A part of a payment, or a credit of some kind (`what`), perhaps one for a charge."""

    ref: str
    account: str
    counts_on: date
    cents: int
    what: str = ""
    charge: Charge | None = None
    counts: bool = True


@dataclass(eq=False)
class Use:
    """So many cents of money that pay a charge."""

    charge: Charge
    money: Money
    cents: int


@dataclass(eq=False)
class Payment:
    """Money that came or is said to have come; `cheque`: how far one is, "" for anything else."""

    id: int
    ref: str
    cents: int
    day: date
    rail: str
    state: str
    cheque: str = ""
    moved_on: date | None = None
    parts: list[Money] = field(default_factory=list)
    receipt: int | None = None
    payer: int | None = None


@dataclass(eq=False)
class Plan:
    """Arrears in instalments: (charge, cents) that it covers, and (day, cents) of each instalment."""

    covers: list[tuple[Charge, int]]
    instalments: list[tuple[date, int]]
    grace_days: int
    state: str = "proposed"
    agreed_on: date | None = None
    closed_on: date | None = None


class Fee(NamedTuple):
    """A late fee as it is agreed: its kind, cents, hundredths of a percent, and the most that it can be."""

    kind: str
    cents: int
    hundredths: int
    cap: int | None

    def of(self, unpaid: int) -> int:
        """The fee on some cents that are unpaid."""
        if unpaid <= 0 or self.kind == "none":
            return 0
        part = half_up(Fraction(unpaid * self.hundredths, 10_000))
        cents = {"flat": self.cents, "percent": part, "larger": max(self.cents, part)}[self.kind]
        return cents if self.cap is None else min(cents, self.cap)


class Late(NamedTuple):
    """A period's rent that is late since a day: what of it is unpaid, and that less what reports would cover."""

    rent: Charge
    since: date
    unpaid: int
    unpaid_if_true: int


def half_up(exact: Fraction) -> int:
    """To the cent."""
    return int(exact + Fraction(1, 2))


def split(cents: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Cents by weights: whole ones for each, what is left one by one to those who lost most, of equals to the first."""
    sign, whole = (-1 if cents < 0 else 1), sum(weights.values())
    exact = {key: Fraction(abs(cents) * weight, whole) for key, weight in weights.items()}
    found = {key: int(part) for key, part in exact.items()}
    lost = sorted(weights, key=lambda key: found[key] - exact[key])
    for key in lost[: abs(cents) - sum(found.values())]:
        found[key] += 1
    return {key: sign * part for key, part in found.items()}
