"""What is done with charges and credits by hand, and what a lease owes. Raises Refused where a rule says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.charges.kinds import BY_HAND, CHARGE_KINDS, CREDITS_BY_HAND, CREDITS_TO_TAKE_BACK
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.posting import NewCharge, NewCredit, post_charges, post_credits
from atlasbahamas_plugins.ledger.journal.accounts import Balance
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, EntryWords, LedgerAccount
from atlasbahamas_plugins.ledger.lateness.services import settle_today
from atlasbahamas_plugins.ledger.reasons import FOR_LATER, TENANTS_READ_IT, said_why
from atlasbahamas_plugins.ledger.services import Source, check_not_locked, open_journal, reverse

OWED = ("receivable", "deposit_receivable", "bill_receivable")
"""Kinds of accounts on which a lease owes."""

WITHIN = timedelta(days=366)
"""How far from today something can be due that is written by hand."""

CHANGED = Refused("What is owed is something else by now. This is what it would be.")
OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")


@dataclass(frozen=True)
class Owed:
    """What a lease owes, in cents: rent and fees, deposits, bills. Below zero it is what was paid or credited too much."""

    rent_cents: int
    deposit_cents: int
    bill_cents: int

    @property
    def cents(self) -> int:
        """All of it."""
        return self.rent_cents + self.deposit_cents + self.bill_cents


def owed_by(db: Session, lease: Lease) -> Owed:
    """What a lease owes by the journal, all its roommates' parts together."""
    query = (
        select(LedgerAccount.kind, func.sum(AccountBalance.debit_cents), func.sum(AccountBalance.credit_cents))
        .join(AccountBalance, AccountBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.lease_id == lease.id, LedgerAccount.kind.in_(OWED))
        .group_by(LedgerAccount.kind)
    )
    found = {kind: Balance(kind, int(debit), int(credit)).cents for kind, debit, credit in db.execute(query)}
    return Owed(*[found.get(kind, 0) for kind in OWED])


def memos_of(db: Session, organisation_id: int, entries: list[int]) -> dict[int, str]:
    """The memos of entries by their numbers, as far as they have one."""
    query = select(EntryWords.entry_number, EntryWords.memo)
    found = db.execute(query.where(EntryWords.organisation_id == organisation_id, EntryWords.entry_number.in_(entries)))
    return {row.entry_number: row.memo for row in found}


@dataclass(frozen=True)
class ByHand:
    """Something that staff write: which kind, how much in cents, from which local day, and why.

    `ref` is the key of the form that it came with: sent twice, it is done once.
    """

    what: str
    cents: int
    day: date
    reason: str
    ref: str


def add_charge(
    db: Session, lease: Lease, details: ByHand, *, by: int, now: datetime, today: date, seen: int | None = None
) -> Charge:
    """Charge a lease by hand. The same `ref` again gives the same charge.

    `seen`: the cents that are owed then, as they were shown. Raises Refused where they would be others, and where a rule says no.
    """
    _lock(db, lease)
    there = db.scalar(select(Charge).where(Charge.ref == details.ref))
    if there is not None:
        same = (there.lease_id, there.what, there.cents, there.due_on) == (lease.id, details.what, details.cents, details.day)
        if not same:
            raise OTHERS_KEY
        return there
    _check(db, lease, details, BY_HAND, today)
    if seen is not None and owed_by(db, lease).cents + details.cents != seen:
        raise CHANGED
    new = NewCharge(
        lease_id=lease.id,
        property_id=lease.unit.property_id,
        what=details.what,
        rule=details.ref,
        starts=details.day,
        ends=details.day,
        due_on=details.day,
        cents=details.cents,
        explanation={},
        memo=details.reason.strip(),
        ref=details.ref,
    )
    post_charges(db, lease.organisation_id, [new], now=now, by=by)
    allocate_leases(db, lease.organisation_id, [lease.id], now=now)
    charge = db.scalars(select(Charge).where(Charge.ref == details.ref)).one()
    _record(
        db, "added", lease, charge, after={"what": details.what, "cents": details.cents, "due_on": details.day}, note=new.memo
    )
    return charge


def give_credit(
    db: Session,
    lease: Lease,
    details: ByHand,
    *,
    by: int,
    now: datetime,
    today: date,
    charge: Charge | None = None,
    seen: int | None = None,
) -> Credit:
    """Take something off what a lease owes; for `charge`, where it is for one of them.

    The same `ref` again gives the same credit; `seen` as in `add_charge`. Raises Refused, also for more than the charge was.
    """
    _lock(db, lease)
    there = db.scalar(select(Credit).where(Credit.ref == details.ref))
    charge_id = charge.id if charge is not None else None
    if there is not None:
        same = (there.lease_id, there.what, there.cents, there.charge_id) == (lease.id, details.what, details.cents, charge_id)
        if not same:
            raise OTHERS_KEY
        return there
    _check(db, lease, details, CREDITS_BY_HAND, today)
    if charge is not None:
        _check_charge(db, charge, details.cents)
    if seen is not None and owed_by(db, lease).cents - details.cents != seen:
        raise CHANGED
    new = NewCredit(
        lease_id=lease.id,
        property_id=lease.unit.property_id,
        what=details.what,
        rule=details.ref,
        counts_on=details.day,
        cents=details.cents,
        owed=CHARGE_KINDS[charge.what].owed if charge is not None else "receivable",
        charge_id=charge_id,
        memo=details.reason.strip(),
        ref=details.ref,
    )
    post_credits(db, lease.organisation_id, [new], now=now, by=by)
    settle_today(db, lease.organisation_id, [lease.id], now=now)
    credit = db.scalars(select(Credit).where(Credit.ref == details.ref)).one()
    after = {"what": details.what, "cents": details.cents, "charge": charge.ref if charge is not None else None}
    _record(db, "credited", lease, credit, after=after, note=new.memo)
    return credit


def take_back(db: Session, lease: Lease, row: Charge | Credit, reason: str, *, by: int, now: datetime) -> None:
    """Take back a charge or a credit that somebody wrote by hand. Raises Refused.

    What follows from the lease by itself is not taken back: the next run would charge it again. That takes a credit.
    """
    _lock(db, lease)
    db.refresh(row)
    if row.voided_by is not None:
        raise Refused("This was taken back already.")
    if not may_be_taken_back(row):
        raise Refused("This follows from the lease. To forgive it, give a credit for it.")
    memo = said_why(reason, FOR_LATER)
    reverse(db, row.organisation_id, [row.entry_number], source=Source("by_hand", row.ref), now=now, memo=memo, by=by)
    settle_today(db, row.organisation_id, [lease.id], now=now)
    db.refresh(row)
    _record(db, "taken_back", lease, row, before={"cents": row.cents}, note=reason)


def may_be_taken_back(row: Charge | Credit) -> bool:
    """Whether somebody wrote it by hand, and nobody took it back."""
    return row.voided_by is None and row.what in (BY_HAND if isinstance(row, Charge) else CREDITS_TO_TAKE_BACK)


def credited_for(db: Session, charge: Charge) -> int:
    """The cents that were credited for a charge."""
    query = select(func.coalesce(func.sum(Credit.cents), 0)).where(Credit.charge_id == charge.id, Credit.voided_by.is_(None))
    return int(db.scalar(query) or 0)


def _lock(db: Session, lease: Lease) -> None:
    """One after the other: what is asked twice at once is seen the second time."""
    open_journal(db, lease.organisation_id)


def _check(db: Session, lease: Lease, details: ByHand, kinds: tuple[str, ...], today: date) -> None:
    if lease.state not in BINDING:
        raise Refused("This lease binds nobody, so nothing is charged on it.")
    if details.what not in kinds:
        raise Refused("Choose one of these.", "what")
    said_why(details.reason, TENANTS_READ_IT)
    if abs(details.day - today) > WITHIN:
        raise Refused("Choose a day within a year of today.", "day")
    check_not_locked(db, lease.organisation_id, details.day, "day")


def _check_charge(db: Session, charge: Charge, cents: int) -> None:
    db.refresh(charge)
    if charge.voided_by is not None:
        raise Refused("This charge was taken back, so there is nothing to forgive.")
    left = charge.cents - credited_for(db, charge)
    if cents > left:
        raise Refused("That is more than what is left of this charge.", "cents")


def charges_of(lease: Lease) -> Any:
    """SELECT of the charges of a lease, also of those that were taken back."""
    return select(Charge).where(Charge.lease_id == lease.id)


def _record(db: Session, verb: str, lease: Lease, row: Charge | Credit, **changed: Any) -> None:
    thing = "charge" if isinstance(row, Charge) else "credit"
    action = {"credited": "given"}.get(verb, verb)
    record(db, f"ledger:{thing}:{action}", about=("lease", lease.ref), organisation_id=lease.organisation_id, **changed)
