"""What becomes of deposits: the last rent is used up, the final statement is posted, the rest is paid back. Raises Refused.

The final statement is the landlord's word, and leasing's: what it takes is charged as far as it was not yet, the deposits pay it,
and what is left is to be paid back. All of that is one entry, and what is wrong is taken back as one. Whoever acts has the head
of the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import NASSAU, local_date
from atlasbahamas_plugins.leasing.leaving.events import Missing
from atlasbahamas_plugins.leasing.leaving.models import HELD, Deduction, Statement
from atlasbahamas_plugins.leasing.leaving.services import missing_in, statement_of
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.run import bring_up_to_date
from atlasbahamas_plugins.ledger.charges.words import what_it_is
from atlasbahamas_plugins.ledger.deposits.guards import DISPOSITION_SOURCE, REFUND_SOURCE
from atlasbahamas_plugins.ledger.deposits.models import Disposition, Refund
from atlasbahamas_plugins.ledger.deposits.posting import DepositPosting
from atlasbahamas_plugins.ledger.deposits.rails import REFUND_RAILS
from atlasbahamas_plugins.ledger.deposits.standing import LAST_RENT, chain, not_there, sources_of, standing_of, used_of
from atlasbahamas_plugins.ledger.deposits.telling import tell_tenants
from atlasbahamas_plugins.ledger.journal.kinds import DEPOSIT_USED, DISPOSITION, REFUND
from atlasbahamas_plugins.ledger.reasons import TENANTS_READ_IT, said_why
from atlasbahamas_plugins.ledger.services import (
    AccountKey,
    Entry,
    Source,
    Transfer,
    accounts,
    check_not_locked,
    open_journal,
    post,
    reverse,
)

LONGEST_AFTER = timedelta(days=35)
"""How long after a lease its last period can be due: in arrears, on the day after it; and a few days may be missed."""

OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")
ALREADY = Refused("This was taken back already.")


class DepositBooks:
    """Tells leasing what of the deposits is not there, and posts the final statement (leasing's point `deposit-keeper`)."""

    def missing(self, db: Session, lease: Lease) -> list[Missing]:
        """The last rent that was used, and deposits that nobody paid, as far as the lease asks for them."""
        asked = sum(deposit.cents for deposit in lease.deposits if deposit.kind in HELD)
        used, unpaid = not_there(db, lease)
        found = [Missing(f"Used for: {_title(charge)}" if charge else "Used for rent", cents) for cents, charge in used]
        if unpaid:
            found.append(Missing("Not paid", unpaid))
        return _at_most(found, asked)

    def statement_sent(self, db: Session, lease: Lease, statement: Statement, *, by: int | None, now: datetime) -> None:
        """Post it."""
        dispose(db, lease, by=by, now=now)


def _at_most(lines: list[Missing], cents: int) -> list[Missing]:
    found = []
    for line in lines:
        taken = min(line.cents, cents)
        if taken > 0:
            found.append(Missing(line.words, taken))
        cents -= taken
    return found


def _title(charge: Charge) -> str:
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


# The last rent


@dataclass(frozen=True)
class LastRent:
    """How the last rent, paid at the beginning, can be used: for the charge of the last period, so many cents."""

    charge: Charge
    cents: int


def last_rent_of(db: Session, lease: Lease) -> LastRent | None:
    """What of the last rent can pay for the last period of a lease; None where nothing can, or nobody knows when it ends."""
    if lease.state not in BINDING or lease.last_day is None:
        return None
    paid = sum(source.charge.cents - source.unpaid_cents for source in sources_of(db, lease) if source.kind == "last")
    paid -= sum(used.credit.cents for used in used_of(db, lease, [LAST_RENT]))
    if paid <= 0 or disposition_of(db, lease) is not None:
        return None
    last = select(Charge).where(Charge.lease_id == lease.id, Charge.what == "rent", Charge.voided_by.is_(None))
    last = last.where(Charge.period_ends >= lease.last_day, Charge.open_cents > 0).order_by(Charge.period_ends, Charge.id)
    charge = db.scalar(last.limit(1))
    cents = min(paid, charge.open_cents, standing_of(db, lease).held_cents) if charge is not None else 0
    return LastRent(charge, cents) if charge is not None and cents > 0 else None


def use_last_rent(db: Session, lease: Lease, *, by: int | None, now: datetime, seen: int | None = None) -> Credit:
    """Let the last rent pay for the last period. `seen`: the cents that were shown. Raises Refused."""
    open_journal(db, lease.organisation_id)
    found = last_rent_of(db, lease)
    if found is None:
        raise Refused("There is no last rent that could pay for the last period.")
    if seen is not None and seen != found.cents:
        raise Refused("Something changed meanwhile. Look at it again.")
    post_it = DepositPosting(db, lease, standing_of(db, lease), _today(now))
    post_it.gather(found.cents)
    credit = post_it.credit(LAST_RENT, f"last-rent:{long_key('last')}", found.cents, charge=found.charge)
    post_it.write(Entry(DEPOSIT_USED, post_it.day, post_it.transfers, Source(LAST_RENT, credit.ref), by=by), now=now)
    allocate_leases(db, lease.organisation_id, [lease.id], now=now)
    _record(db, "last_rent_used", lease, after={"cents": found.cents, "charge": found.charge.ref})
    return credit


def use_last_rents(db: Session, *, today: date, now: datetime, most: int = 200) -> int:
    """Use the last rents whose period is due; gives how many. What somebody took back is not used again by itself."""
    before = select(Credit.id).where(Credit.lease_id == Lease.id, Credit.what == LAST_RENT)
    last = select(Charge.id).where(Charge.lease_id == Lease.id, Charge.what == "rent", Charge.voided_by.is_(None))
    last = last.where(Charge.period_ends >= Lease.last_day, Charge.open_cents > 0, Charge.due_on <= today)
    deposit = select(Charge.id).where(Charge.what == "deposit", Charge.rule == "deposit:last", Charge.voided_by.is_(None))
    deposit = deposit.where((Charge.lease_id == Lease.id) | (Charge.lease_id == Lease.continues_id))
    soon = select(Lease).where(Lease.state.in_(("active", "notice", "ended")), Lease.last_day >= today - LONGEST_AFTER)
    found = db.scalars(soon.where(deposit.exists(), last.exists(), ~before.exists()).order_by(Lease.organisation_id, Lease.id))
    used = 0
    for lease in found.unique().all()[:most]:
        if last_rent_of(db, lease) is not None:
            use_last_rent(db, lease, by=None, now=now)
            used += 1
    return used


# The final statement


def disposition_of(db: Session, lease: Lease) -> Disposition | None:
    """What became of the deposits of a lease, if its final statement was posted and counts."""
    return db.scalar(select(Disposition).where(Disposition.lease_id == lease.id, Disposition.voided_by.is_(None)))


def dispose(db: Session, lease: Lease, *, by: int | None, now: datetime) -> Disposition | None:
    """Post what the final statement of a lease says; None where it moves nothing. Raises Refused.

    What the statement says is held, and the books do not have, was held before these books.
    """
    open_journal(db, lease.organisation_id)
    statement = statement_of(db, lease)
    if statement is None:
        raise Refused("Send the final statement first. It says what becomes of the deposits.")
    if disposition_of(db, lease) is not None:
        raise Refused("The final statement is in the books already.")
    today = _today(now)
    bring_up_to_date(db, lease, now=now, today=today, by=by)
    standing = standing_of(db, lease)
    row, posting = Disposition(ref=long_key("deposits")), DepositPosting(db, lease, standing, today)
    held_before = posting.bring_in(statement.held_cents - sum(each.cents for each in missing_in(statement)) - standing.held_cents)
    held = standing.held_cents + held_before
    used = posting.pay_deductions(_deductions(db, lease), held)
    posting.gather(held - held_before)
    posting.let_go_of_unpaid(row.ref)
    posting.move("deposit_held", "refund_payable", held - used)
    if not posting.transfers:
        return None
    memo = f"Final statement of {local_date(statement.sent)}"
    entry = Entry(DISPOSITION, posting.day, posting.transfers, Source(DISPOSITION_SOURCE, row.ref), memo, by)
    number = posting.write(entry, now=now)
    row.organisation_id, row.lease_id, row.statement_id = lease.organisation_id, lease.id, statement.id
    row.day, row.entry_number, row.by_person_id, row.made, row.reason = posting.day, number, by, now, ""
    row.held_cents, row.used_cents, row.back_cents = held, used, held - used
    db.add(row)
    db.flush()
    allocate_leases(db, lease.organisation_id, list(standing.by_lease), now=now)
    _record(db, "disposed", lease, after=_told(row))
    return row


def _deductions(db: Session, lease: Lease) -> Sequence[Deduction]:
    return db.scalars(select(Deduction).where(Deduction.lease_id == lease.id).order_by(Deduction.id)).all()


def take_disposition_back(db: Session, lease: Lease, row: Disposition, reason: str, *, by: int, now: datetime) -> None:
    """Take back what the final statement posted. Raises Refused where something of it was paid back already."""
    open_journal(db, lease.organisation_id)
    db.refresh(row)
    if row.voided_by is not None:
        raise ALREADY
    reason = said_why(reason, TENANTS_READ_IT)
    if standing_of(db, lease).payable_cents < row.back_cents:
        raise Refused("Something of it was paid back to the tenants. Take that back first.")
    _take_back(db, row, DISPOSITION_SOURCE, reason, by=by, now=now)
    allocate_leases(db, lease.organisation_id, list(db.scalars(chain(lease))), now=now)
    _record(db, "disposition_taken_back", lease, before=_told(row), note=reason)


# Paying back


@dataclass(frozen=True)
class PaidBack:
    """Money that went back to tenants: cents, the local day, how, the bank's number, to whom. `ref` is the key of the form."""

    cents: int
    paid_on: date
    rail: str
    reference: str = ""
    party: LeaseParty | None = None
    ref: str = field(default_factory=lambda: long_key("refund"))


def pay_back(
    db: Session, lease: Lease, paid: PaidBack, *, by: int, now: datetime, today: date, seen: int | None = None
) -> Refund:
    """Write down that money went back to the tenants, who are told. The same `ref` again gives the same refund.

    `seen`: the cents that are to be paid back after it, as they were shown. Raises Refused.
    """
    open_journal(db, lease.organisation_id)
    there = db.scalar(select(Refund).where(Refund.ref == paid.ref))
    party_id = paid.party.id if paid.party is not None else None
    if there is not None:
        was = (there.lease_id, there.cents, there.paid_on, there.rail, there.reference, there.party_id)
        if was != (lease.id, paid.cents, paid.paid_on, paid.rail, paid.reference, party_id):
            raise OTHERS_KEY
        return there
    payable = standing_of(db, lease).payable_cents
    _check(db, lease, paid, payable, today)
    if seen is not None and payable - paid.cents != seen:
        raise Refused("Something changed meanwhile. Look at it again.")
    keys = [AccountKey("refund_payable", lease.id), AccountKey(REFUND_RAILS[paid.rail].from_account)]
    refs = accounts(db, lease.organisation_id, keys)
    transfer = Transfer(refs[keys[0]], refs[keys[1]], paid.cents)
    entry = Entry(REFUND, paid.paid_on, [transfer], Source(REFUND_SOURCE, paid.ref), by=by)
    [number] = post(db, lease.organisation_id, [entry], now=now)
    refund = Refund(
        ref=paid.ref,
        organisation_id=lease.organisation_id,
        lease_id=lease.id,
        party_id=party_id,
        cents=paid.cents,
        paid_on=paid.paid_on,
        rail=paid.rail,
        reference=paid.reference,
        entry_number=number,
        reason="",
        by_person_id=by,
        made=now,
    )
    db.add(refund)
    db.flush()
    _record(db, "paid_back", lease, after={"cents": paid.cents, "paid_on": paid.paid_on, "rail": paid.rail})
    tell_tenants(db, lease, "Paid back", paid.cents, now=now)
    return refund


def take_refund_back(db: Session, lease: Lease, row: Refund, reason: str, *, by: int, now: datetime) -> None:
    """Take back that money went back: it did not. The tenants are told. Raises Refused."""
    open_journal(db, lease.organisation_id)
    db.refresh(row)
    if row.voided_by is not None:
        raise ALREADY
    reason = said_why(reason, TENANTS_READ_IT)
    _take_back(db, row, REFUND_SOURCE, reason, by=by, now=now)
    _record(db, "refund_taken_back", lease, before={"cents": row.cents, "paid_on": row.paid_on}, note=reason)
    tell_tenants(db, lease, "Not paid back after all", row.cents, now=now)


def refunds_of(db: Session, lease: Lease) -> Sequence[Refund]:
    """What was paid back of a lease, also what was taken back, the oldest first."""
    return settlement_of(db, lease).refunds


@dataclass(frozen=True)
class Settlement:
    """How far a lease is settled: whether the final statement was sent, what became of the deposits, what was paid back."""

    statement_sent: bool
    disposition: Disposition | None
    refunds: list[Refund]


def settlement_of(db: Session, lease: Lease) -> Settlement:
    """How far a lease is settled; one query."""
    in_force = and_(Disposition.lease_id == Lease.id, Disposition.voided_by.is_(None))
    query = select(Statement.id, Disposition, Refund).select_from(Lease).where(Lease.id == lease.id)
    query = query.outerjoin(Statement, Statement.lease_id == Lease.id).outerjoin(Disposition, in_force)
    query = query.outerjoin(Refund, Refund.lease_id == Lease.id).order_by(Refund.paid_on, Refund.id)
    whose = joinedload(Refund.party, innerjoin=False).joinedload(LeaseParty.contact, innerjoin=False)
    rows = db.execute(query.options(whose)).all()
    refunds = [refund for _, _, refund in rows if refund is not None]
    return Settlement(rows[0][0] is not None, rows[0][1], refunds)


def _check(db: Session, lease: Lease, paid: PaidBack, payable: int, today: date) -> None:
    if paid.cents > payable:
        raise Refused("That is more than what is to be paid back.", "cents")
    if paid.paid_on > today:
        raise Refused("This day has not come yet.", "paid_on")
    settled = disposition_of(db, lease)
    if settled is not None and paid.paid_on < settled.day:
        raise Refused(f"The final statement counts from {local_date(settled.day)}. Choose that day or a later one.", "paid_on")
    check_not_locked(db, lease.organisation_id, paid.paid_on, "paid_on")
    if REFUND_RAILS[paid.rail].needs_reference and not paid.reference:
        raise Refused(REFUND_RAILS[paid.rail].needs_reference, "reference")


def _take_back(db: Session, row: Disposition | Refund, source: str, reason: str, *, by: int, now: datetime) -> None:
    row.reason = reason
    db.flush()
    reverse(db, row.organisation_id, [row.entry_number], source=Source(source, row.ref), now=now, memo=reason, by=by)
    db.refresh(row)


def _today(now: datetime) -> date:
    return now.astimezone(NASSAU).date()


def _told(row: Disposition) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("day", "held_cents", "used_cents", "back_cents")}


def _record(db: Session, verb: str, lease: Lease, **changed: Any) -> None:
    record(db, f"ledger:deposit:{verb}", about=("lease", lease.ref), organisation_id=lease.organisation_id, **changed)
