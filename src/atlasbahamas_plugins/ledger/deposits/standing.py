"""What is held of a lease, and where it came from. Reads only.

A lease that continues another asks only what comes on top, so the deposits of its tenants may lie on the accounts of the leases
before it: all of them together are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, LedgerAccount

LAST_RENT = "last_rent"
KINDS = ("deposit_held", "deposit_receivable", "refund_payable")


@dataclass
class OnLease:
    """What stands on the accounts of one lease, in cents: the liability, what of it is unpaid, and what is to be paid back."""

    held_cents: int = 0
    unpaid_cents: int = 0
    payable_cents: int = 0

    @property
    def really_cents(self) -> int:
        """What is there. Below zero where something was used, and its payment was taken back."""
        return self.held_cents - self.unpaid_cents


@dataclass
class Standing:
    """The same of a lease with those that it continues, the oldest last."""

    lease_id: int
    by_lease: dict[int, OnLease] = field(default_factory=dict)

    @property
    def mine(self) -> OnLease:
        """What stands on the lease's own accounts."""
        return self.by_lease[self.lease_id]

    @property
    def held_cents(self) -> int:
        """What is there for its tenants; never below zero."""
        return max(0, sum(each.really_cents for each in self.by_lease.values()))

    @property
    def payable_cents(self) -> int:
        """What is to be paid back to them."""
        return self.mine.payable_cents


def chain(lease: Lease) -> Select[int]:
    """SELECT of the ids of a lease and of those of the same landlord that it continues."""
    return chain_of(lease.id)


def chain_of(lease_id: Any) -> Select[int]:
    """The same by the lease's id, which may be a parameter."""
    ids = select(Lease.id, Lease.continues_id).where(Lease.id == lease_id).cte("chain", recursive=True)
    ids = ids.union_all(select(Lease.id, Lease.continues_id).join(ids, Lease.id == ids.c.continues_id))
    return select(ids.c.id)


def standing_of(db: Session, lease: Lease) -> Standing:
    """What is held of a lease; one query."""
    query = (
        select(Lease.id, LedgerAccount.kind, func.sum(AccountBalance.credit_cents - AccountBalance.debit_cents))
        .outerjoin(LedgerAccount, (LedgerAccount.lease_id == Lease.id) & LedgerAccount.kind.in_(KINDS))
        .outerjoin(AccountBalance, AccountBalance.account_id == LedgerAccount.id)
        .where(Lease.id.in_(chain(lease)))
        .group_by(Lease.id, LedgerAccount.kind)
        .order_by(Lease.id.desc())
    )
    return standing_from(lease, [(lease_id, kind, int(cents or 0)) for lease_id, kind, cents in db.execute(query) if kind])


def standing_from(lease: Lease, balances: Iterable[tuple[int, str, int]]) -> Standing:
    """The same from (lease, kind of account, cents credited less those debited), in any order."""
    found = Standing(lease.id, {lease.id: OnLease()})
    for lease_id, kind, cents in balances:
        of_lease = found.by_lease.setdefault(lease_id, OnLease())
        if kind == "deposit_receivable":
            of_lease.unpaid_cents = max(0, -cents)
        elif kind in KINDS:
            setattr(of_lease, "held_cents" if kind == "deposit_held" else "payable_cents", cents)
    return found


class Source(NamedTuple):
    """A deposit that was charged: its kind, since when, how much, and what of it is not paid."""

    kind: str
    charge: Charge
    unpaid_cents: int


def sources_of(db: Session, lease: Lease) -> list[Source]:
    """The deposits that were charged of a lease and those that it continues, the oldest first."""
    query = select(Charge).where(Charge.lease_id.in_(chain(lease)), Charge.what == "deposit", Charge.voided_by.is_(None))
    charges = db.scalars(query.order_by(Charge.due_on, Charge.id))
    return [Source(each.explanation.get("kind", ""), each, each.open_cents) for each in charges]


class Used(NamedTuple):
    """Something that was paid from deposits, for which charge if for one, since which local day."""

    credit: Credit
    charge: Charge | None
    counts_on: date


def used_of(db: Session, lease: Lease, kinds: Sequence[str]) -> list[Used]:
    """What the deposits of a lease and those before it paid, by kinds of credits (charges/kinds.py), the oldest first."""
    query: Any = select(Credit, Charge).outerjoin(Charge, Charge.id == Credit.charge_id)
    mine = (Credit.lease_id.in_(chain(lease)), Credit.what.in_(kinds), Credit.voided_by.is_(None))
    return [Used(credit, charge, credit.counts_on) for credit, charge in db.execute(query.where(*mine).order_by(Credit.id))]


def not_there(db: Session, lease: Lease) -> tuple[list[tuple[int, Charge | None]], int]:
    """The last rents that were used (cents, for which charge), and the cents of deposits that are not paid; one query."""
    leases = chain(lease)
    deposits = (Charge.lease_id.in_(leases), Charge.what == "deposit", Charge.voided_by.is_(None))
    unpaid = select(func.sum(Charge.open_cents)).where(*deposits).scalar_subquery()
    last_rents = (Credit.lease_id.in_(leases), Credit.what == LAST_RENT, Credit.voided_by.is_(None))
    paid = alias_of(Charge, "paid")
    query = select(unpaid, Credit.cents, paid).select_from(Lease).outerjoin(Credit, and_(*last_rents))
    rows = db.execute(query.outerjoin(paid, paid.id == Credit.charge_id).where(Lease.id == lease.id).order_by(Credit.id)).all()
    return [(cents, charge) for _, cents, charge in rows if cents is not None], int(rows[0][0] or 0)
