"""What can be charged and what can be taken off, and which accounts it moves. A new line here is a new kind; no table changes."""

from __future__ import annotations

from dataclasses import dataclass

from atlasbahamas_plugins.ledger.journal.kinds import (
    ADJUSTMENT,
    CHARGE,
    CREDIT,
    DEPOSIT_USED,
    DISPOSITION,
    LATE_FEE,
    OPENING,
    EntryKind,
)


@dataclass(frozen=True)
class ChargeKind:
    """Something that is owed: on which account of the lease (`owed`), for which account on the other side (`earned`)."""

    title: str
    owed: str
    earned: str
    entry: EntryKind


@dataclass(frozen=True)
class CreditKind:
    """Something that is owed no more without being paid: `borne` is the account that bears it."""

    title: str
    borne: str
    entry: EntryKind


CHARGE_KINDS = {
    "rent": ChargeKind("Rent", "receivable", "rent_income", CHARGE),
    "late_fee": ChargeKind("Late fee", "receivable", "fee_income", LATE_FEE),
    "deposit": ChargeKind("Deposit", "deposit_receivable", "deposit_held", CHARGE),
    "opening": ChargeKind("Owed from before", "receivable", "opening_balances", OPENING),
    "fee": ChargeKind("Fee", "receivable", "fee_income", CHARGE),
    "other": ChargeKind("Other charge", "receivable", "other_income", CHARGE),
    "correction": ChargeKind("Correction", "receivable", "opening_balances", ADJUSTMENT),
    "deduction": ChargeKind("Taken at the move-out", "receivable", "other_income", DISPOSITION),
    "bill": ChargeKind("Utility bill", "bill_receivable", "bill_recovery", CHARGE),
}
CREDIT_KINDS = {
    "opening": CreditKind("Paid before", "opening_balances", OPENING),
    "credit": CreditKind("Credit", "credit_given", CREDIT),
    "write_off": CreditKind("Written off", "write_off", CREDIT),
    "correction": CreditKind("Correction", "opening_balances", ADJUSTMENT),
    "last_rent": CreditKind("Last rent, paid at the beginning", "deposit_held", DEPOSIT_USED),
    "deposit": CreditKind("From the deposits", "deposit_held", DISPOSITION),
}

BY_HAND = ("fee", "other", "correction")
"""Charges that somebody writes. All others follow from leases."""

CREDITS_BY_HAND = ("credit", "write_off", "correction")
CREDITS_TO_TAKE_BACK = (*CREDITS_BY_HAND, "last_rent")
"""What somebody gave, or let be used, and can take back by itself."""

OF_LEASE = ("receivable", "deposit_receivable", "deposit_held", "bill_receivable", "refund_payable")
"""Kinds of accounts of which each lease has its own here; of the others each property has one, as far as it is theirs."""

OF_PROPERTY = ("rent_income", "fee_income", "other_income", "bill_recovery", "credit_given", "write_off")
