"""What accounts and entries can be. Both lists are code: a new line here is a new kind, and no table changes.

Which kinds of accounts there are, the database learns from here with each migration (guards.py). Kinds of entries are open: other
features declare their own, and give them to the extension point `ledger-entry-kind` so that pages know their titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ENTRY_KINDS = "ledger-entry-kind"
"""The extension point that takes an EntryKind."""

_NAME = re.compile(r"[a-z][a-z_]{0,29}")

Side = Literal["debit", "credit"]


@dataclass(frozen=True)
class AccountKind:
    """What the accounts of a kind hold, and on which side they grow. `needs` are the columns without which it is none."""

    title: str
    side: Side
    needs: tuple[str, ...] = ()


LEASE, OWNER, ROOMMATE = ("lease_id",), ("owner_id",), ("lease_id", "party_id")

ACCOUNT_KINDS = {
    "bank": AccountKind("Bank", "debit"),
    "undeposited": AccountKind("Cash and cheques in hand", "debit"),
    "clearing": AccountKind("Money on its way", "debit"),
    "gateway": AccountKind("At the payment gateway", "debit"),
    "receivable": AccountKind("Rent and fees owed", "debit", LEASE),
    "deposit_receivable": AccountKind("Deposits owed", "debit", LEASE),
    "bill_receivable": AccountKind("Bills owed", "debit", LEASE),
    "roommate": AccountKind("Between roommates", "debit", ROOMMATE),
    "vat_receivable": AccountKind("VAT to get back", "debit"),
    "rent_income": AccountKind("Rent", "credit"),
    "fee_income": AccountKind("Fees", "credit"),
    "other_income": AccountKind("Other income", "credit"),
    "bill_recovery": AccountKind("Bills passed on", "credit"),
    "credit_given": AccountKind("Credits given", "debit"),
    "write_off": AccountKind("Written off", "debit"),
    "payment_cost": AccountKind("Cost of payments", "debit"),
    "deposit_held": AccountKind("Deposits held", "credit", LEASE),
    "refund_payable": AccountKind("To be paid back to tenants", "credit", LEASE),
    "owner_payable": AccountKind("Owed to owners", "credit", OWNER),
    "vat_payable": AccountKind("VAT to pay", "credit"),
    "opening_balances": AccountKind("Opening balances", "credit"),
}


@dataclass(frozen=True)
class EntryKind:
    """What an entry is of: `name` is kept with it, `title` is shown.

    Raises ValueError for a name that is not of small letters and underscores.
    """

    name: str
    title: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the kind of entry {self.name!r} is not of small letters and underscores")


CHARGE = EntryKind("charge", "Charge")
LATE_FEE = EntryKind("late_fee", "Late fee")
PAYMENT = EntryKind("payment", "Payment")
CREDIT = EntryKind("credit", "Credit")
ADJUSTMENT = EntryKind("adjustment", "Adjustment")
OPENING = EntryKind("opening", "Opening balance")
DEPOSIT_USED = EntryKind("deposit_used", "Deposit used")
DISPOSITION = EntryKind("disposition", "Deposits at the move-out")
REFUND = EntryKind("refund", "Deposit paid back")
REALLOCATION = EntryKind("reallocation", "Moved between roommates")
REVERSAL = EntryKind("reversal", "Reversal")
"""Of an entry that takes another one back; only `reverse` makes them."""

OWN_ENTRY_KINDS = (
    CHARGE,
    LATE_FEE,
    PAYMENT,
    CREDIT,
    ADJUSTMENT,
    OPENING,
    DEPOSIT_USED,
    DISPOSITION,
    REFUND,
    REALLOCATION,
    REVERSAL,
)
