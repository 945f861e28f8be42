"""An entry about the deposits of a lease as it comes to be. What one says is decided in `services.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.leaving.models import Deduction
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.deposits.standing import Standing
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount
from atlasbahamas_plugins.ledger.services import (
    AccountKey,
    AccountRef,
    Entry,
    Transfer,
    accounts,
    first_open_day,
    post,
)


@dataclass
class DepositPosting:
    """An entry about the deposits of a lease as it comes to be: its transfers, with the charges and credits that they make."""

    db: Session
    lease: Lease
    standing: Standing
    on: date
    transfers: list[Transfer] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    credits: list[tuple[Credit, Charge | None]] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The local day on which it counts."""
        return first_open_day(self.db, self.lease.organisation_id, self.on)

    def account(self, kind: str, lease_id: int | None = None) -> AccountRef:
        """An account of the lease, or of another one."""
        property_id = self.lease.unit.property_id
        keys = {"other_income": AccountKey(kind, property_id=property_id), "opening_balances": AccountKey(kind)}
        key = keys.get(kind, AccountKey(kind, lease_id or self.lease.id))
        return accounts(self.db, self.lease.organisation_id, [key])[key]

    def move(self, debit: str, credit: str, cents: int) -> None:
        """So many cents, if any, between accounts of the lease."""
        if cents > 0:
            self.transfers.append(Transfer(self.account(debit), self.account(credit), cents))

    def bring_in(self, cents: int) -> int:
        """What was held before these books, if anything; gives how much."""
        self.move("opening_balances", "deposit_held", cents)
        return max(0, cents)

    def gather(self, cents: int) -> None:
        """Bring what is held on the leases before, and is needed here, to this one."""
        cents -= max(0, self.standing.mine.really_cents)
        for lease_id, there in self.standing.by_lease.items():
            part = min(cents, there.really_cents) if lease_id != self.lease.id else 0
            if part > 0:
                here = self.account("deposit_held")
                self.transfers.append(Transfer(self.account("deposit_held", lease_id), here, part))
                cents -= part

    def pay_deductions(self, deductions: Sequence[Deduction], cents: int) -> int:
        """Charge what was not charged yet, and let the deposits pay it, in this order; gives how many cents were used."""
        left = cents
        bills = unpaid_on(self.db, self.lease, "bill_receivable")
        for each in deductions:
            taken = each.taken_cents
            if each.kind == "rent":
                left -= self._pay(each, min(taken, left), "receivable", None)
                continue
            billed = min(taken, bills) if each.kind == "bill" else 0
            bills -= billed
            left -= self._pay(each, min(billed, left), "bill_receivable", None)
            if taken > billed:
                left -= self._pay(each, min(taken - billed, left), "receivable", self._charge(each, taken - billed))
        return cents - left

    def _charge(self, deduction: Deduction, cents: int) -> Charge:
        owed = self.account("receivable")
        charge = Charge(
            ref=long_key("charge"),
            organisation_id=self.lease.organisation_id,
            lease_id=self.lease.id,
            account_id=owed.id,
            what="deduction",
            rule=f"deduction:{deduction.ref}",
            period_starts=self.on,
            period_ends=self.on,
            due_on=self.on,
            cents=cents,
            open_cents=cents,
            explanation={"kind": deduction.kind, "cents": deduction.cents, "wear_cents": deduction.wear_cents},
        )
        self.charges.append(charge)
        self.move("receivable", "other_income", cents)
        return charge

    def _pay(self, deduction: Deduction, cents: int, owed: str, charge: Charge | None) -> int:
        if cents > 0:
            self.credit("deposit", f"deduction:{deduction.ref}", cents, charge=charge, owed=owed)
        return max(0, cents)

    def let_go_of_unpaid(self, ref: str) -> None:
        """Deposits that nobody paid are owed no more when somebody has left."""
        for lease_id, there in self.standing.by_lease.items():
            cents = min(there.unpaid_cents, there.held_cents)
            if cents > 0:
                self.credit("deposit", f"unpaid:{ref}", cents, owed="deposit_receivable", lease_id=lease_id)

    def credit(
        self,
        what: str,
        rule: str,
        cents: int,
        *,
        charge: Charge | None = None,
        owed: str = "receivable",
        lease_id: int | None = None,
    ) -> Credit:
        """Something that a deposit pays, on an account of the lease, or of one before it."""
        account = self.account(owed, lease_id)
        self.transfers.append(Transfer(self.account("deposit_held", lease_id), account, cents))
        credit = Credit(
            ref=long_key("credit"),
            organisation_id=self.lease.organisation_id,
            lease_id=lease_id or self.lease.id,
            account_id=account.id,
            what=what,
            rule=rule,
            counts_on=self.on,
            cents=cents,
            open_cents=cents,
        )
        self.credits.append((credit, charge))
        return credit

    def write(self, entry: Entry, *, now: datetime) -> int:
        """Post the entry, with its charges and credits; gives its number."""
        [number] = post(self.db, self.lease.organisation_id, [entry], now=now)
        for charge in self.charges:
            charge.entry_number = number
        self.db.add_all(self.charges)
        self.db.flush()
        for credit, paid in self.credits:
            credit.entry_number, credit.charge_id = number, paid.id if paid is not None else None
            self.db.add(credit)
        self.db.flush()
        return number


def unpaid_on(db: Session, lease: Lease, kind: str) -> int:
    """What is unpaid of the charges on an account of a lease."""
    query = select(func.coalesce(func.sum(Charge.open_cents), 0)).join(LedgerAccount, LedgerAccount.id == Charge.account_id)
    mine = (Charge.lease_id == lease.id, Charge.voided_by.is_(None), Charge.open_cents > 0)
    return int(db.scalar(query.where(*mine, LedgerAccount.kind == kind)) or 0)
