"""Allocating money to charges: by a policy, for many leases at once; by hand; again; and asking what would be. Raises Refused.

Money is what was paid and what was credited, as far as nothing was allocated of it. It goes to charges on its own account only:
what came for a deposit is a liability and no rent. Whoever allocates has the head of the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db import metadata
from atlasbahamas.db.inserts import insert_many
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.allocation.policy import OpenCharge, Policy, Share, allocate, oldest_first
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit, is_open
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart, is_unused
from atlasbahamas_plugins.ledger.services import open_journal

_ALLOCATIONS = metadata.tables[Allocation.__tablename__]
AT_ONCE = 5000
"""How many leases one statement is given."""

PAYABLE = ("receivable", "deposit_receivable")
"""Kinds of accounts that a payment for a lease pays; a bill is never among them (domain.md 2.3)."""


class OpenMoney(NamedTuple):
    """Something of which cents are left: a part of a payment, or a credit, perhaps one for a certain charge."""

    lease_id: int
    account_id: int
    counts_on: date
    part_id: int | None
    credit_id: int | None
    for_charge_id: int | None
    open_cents: int


def open_charges(db: Session, lease_ids: Collection[int]) -> dict[int, list[OpenCharge]]:
    """The charges of leases of which something is unpaid, by the leases' ids."""
    found: dict[int, list[OpenCharge]] = {}
    query = select(Charge.lease_id, Charge.id, Charge.account_id, Charge.what, Charge.due_on, Charge.open_cents)
    query = query.where(is_open(Charge))
    for batch in _batches(lease_ids):
        for row in db.execute(query.where(Charge.lease_id.in_(batch)).order_by(Charge.id)):
            found.setdefault(row.lease_id, []).append(OpenCharge(*row[1:]))
    return found


def open_money(db: Session, lease_ids: Collection[int]) -> list[OpenMoney]:
    """What was paid and credited for leases and is allocated to nothing: what is for a charge first, then the oldest."""
    parts = select(Payment.lease_id, PaymentPart.account_id, Payment.received_on, PaymentPart.id, PaymentPart.open_cents)
    parts = parts.join(Payment, Payment.id == PaymentPart.payment_id)
    parts = parts.where(is_one_of(Payment.state, "confirmed"), is_unused())
    credits = select(Credit.lease_id, Credit.account_id, Credit.counts_on, Credit.id, Credit.charge_id, Credit.open_cents)
    credits = credits.where(is_open(Credit))
    found = []
    for batch in _batches(lease_ids):
        for lease_id, account_id, on, part_id, cents in db.execute(parts.where(Payment.lease_id.in_(batch))):
            found.append(OpenMoney(lease_id, account_id, on, part_id, None, None, cents))
        for lease_id, account_id, on, credit_id, charge_id, cents in db.execute(credits.where(Credit.lease_id.in_(batch))):
            found.append(OpenMoney(lease_id, account_id, on, None, credit_id, charge_id, cents))
    return sorted(found, key=lambda each: (each.for_charge_id is None, each.counts_on, each.credit_id or 0, each.part_id or 0))


def allocate_leases(
    db: Session, organisation_id: int, lease_ids: Collection[int], *, now: datetime, policy: Policy = oldest_first
) -> int:
    """Use what is left of the money of leases for what is unpaid of them; gives how many allocations that made.

    In as many statements for one lease as for thousands: the rent run calls it for those that it charged.
    """
    open_journal(db, organisation_id)
    # Most have none left, and what is owed on those need not be read.
    money = open_money(db, lease_ids)
    rows = list(_rows(organisation_id, open_charges(db, {each.lease_id for each in money}), money, policy, now))
    insert_many(db, _ALLOCATIONS, rows)
    return len(rows)


def _rows(
    organisation_id: int,
    charges: Mapping[int, Sequence[OpenCharge]],
    money: Iterable[OpenMoney],
    policy: Policy,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    left = {charge.id: charge.open_cents for of_lease in charges.values() for charge in of_lease}
    for each in money:
        fitting = [
            charge for charge in charges.get(each.lease_id, ()) if charge.account_id == each.account_id and left[charge.id]
        ]
        first = [charge for charge in fitting if charge.id == each.for_charge_id]
        others = [charge for charge in fitting if charge.id != each.for_charge_id]
        rest = each.open_cents
        for group in (first, others):
            still = [OpenCharge(*_columns(charge), left[charge.id]) for charge in group]
            for share in allocate(still, rest, policy):
                left[share.charge_id] -= share.cents
                rest -= share.cents
                yield _row(organisation_id, each.lease_id, share, each.part_id, each.credit_id, now)


def _columns(charge: OpenCharge) -> tuple[int, int, str, date]:
    return charge.id, charge.account_id, charge.what, charge.due_on


def _row(
    organisation_id: int,
    lease_id: int,
    share: Share,
    part_id: int | None,
    credit_id: int | None,
    now: datetime,
    *,
    by_hand: bool = False,
) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "lease_id": lease_id,
        "charge_id": share.charge_id,
        "part_id": part_id,
        "credit_id": credit_id,
        "cents": share.cents,
        "by_hand": by_hand,
        "made": now,
    }


def payable_charges(db: Session, lease: Lease) -> list[OpenCharge]:
    """What is unpaid of a lease and can be paid by a payment for it, in the order of the usual policy."""
    found = open_charges(db, [lease.id]).get(lease.id, [])
    of_kind = LedgerAccount.kind.in_(PAYABLE)
    kinds = select(LedgerAccount.id).where(LedgerAccount.lease_id == lease.id, of_kind)
    payable = set(db.scalars(kinds)) if found else set()
    return sorted((charge for charge in found if charge.account_id in payable), key=oldest_first)


def owed_by_leases(db: Session, lease_ids: Collection[int]) -> dict[int, int]:
    """The cents that are unpaid of leases and that payments for them can pay, by the leases' ids; with one query for all."""
    query = select(Charge.lease_id, func.sum(Charge.open_cents)).join(LedgerAccount, LedgerAccount.id == Charge.account_id)
    query = query.where(Charge.lease_id.in_(lease_ids), Charge.voided_by.is_(None), Charge.open_cents > 0)
    rows = db.execute(query.where(LedgerAccount.kind.in_(PAYABLE)).group_by(Charge.lease_id)) if lease_ids else ()
    return {lease_id: int(cents) for lease_id, cents in rows}


@dataclass(frozen=True)
class WhatIf:
    """What would become of some cents: which charge would get how much, and what would be left as credit."""

    shares: list[tuple[Charge, int]]
    rest_cents: int


def what_if(charges: Iterable[Charge], cents: int, *, policy: Policy = oldest_first) -> WhatIf:
    """What some cents would pay of these charges if they came today. The same function allocates them when they come."""
    by_id = {charge.id: charge for charge in charges}
    still = [OpenCharge(row.id, row.account_id, row.what, row.due_on, row.open_cents) for row in by_id.values()]
    shares = allocate(still, cents, policy)
    return WhatIf([(by_id[share.charge_id], share.cents) for share in shares], cents - sum(share.cents for share in shares))


def charges_by_id(db: Session, ids: Collection[int]) -> dict[int, Charge]:
    """Charges by their ids, as they are now: what is left of them, the database keeps."""
    query = select(Charge).where(Charge.id.in_(ids)).execution_options(populate_existing=True)
    return {charge.id: charge for charge in db.scalars(query)} if ids else {}


class Paid(NamedTuple):
    """A charge, and how much of it something pays."""

    charge: Charge
    cents: int
    by_hand: bool


def allocations_of(db: Session, payment: Payment) -> list[Paid]:
    """Where each cent of a payment went, the oldest due first; what is missing is credit."""
    query = select(Charge, Allocation.cents, Allocation.by_hand).join(Charge, Charge.id == Allocation.charge_id)
    query = query.join(PaymentPart, PaymentPart.id == Allocation.part_id).where(PaymentPart.payment_id == payment.id)
    return [Paid(*row) for row in db.execute(query.order_by(Charge.due_on, Charge.id, Allocation.id))]


def paid_by(charge: Charge) -> Select[Any, Any, Any]:
    """SELECT of (payment, credit, cents): what pays a charge, one of the two None."""
    return (
        select(Payment, Credit, Allocation.cents)
        .select_from(Allocation)
        .outerjoin(PaymentPart, PaymentPart.id == Allocation.part_id)
        .outerjoin(Payment, Payment.id == PaymentPart.payment_id)
        .outerjoin(Credit, Credit.id == Allocation.credit_id)
        .where(Allocation.charge_id == charge.id)
        .order_by(Allocation.id)
    )


def charges_for(db: Session, payment: Payment) -> list[tuple[Charge, int, int]]:
    """(charge, cents of it that this payment pays, cents that it could pay): what can be chosen by hand, the oldest first."""
    accounts = select(PaymentPart.account_id).where(PaymentPart.payment_id == payment.id)
    query = select(Charge).where(Charge.lease_id == payment.lease_id, Charge.account_id.in_(accounts), Charge.voided_by.is_(None))
    paid: dict[int, int] = {}
    for each in allocations_of(db, payment):
        paid[each.charge.id] = paid.get(each.charge.id, 0) + each.cents
    charges = db.scalars(query.where(or_(Charge.open_cents > 0, Charge.id.in_(paid))).order_by(Charge.due_on, Charge.id))
    return [(charge, paid.get(charge.id, 0), charge.open_cents + paid.get(charge.id, 0)) for charge in charges]


def allocate_by_hand(db: Session, payment: Payment, wanted: Mapping[int, int], *, now: datetime) -> None:
    """Let a payment pay these charges (id -> cents) and no others; the rest is credit. Raises Refused."""
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    if payment.state != "confirmed":
        raise Refused("Only a confirmed payment pays something.")
    before = _told(allocations_of(db, payment))
    parts = db.scalars(select(PaymentPart).where(PaymentPart.payment_id == payment.id).order_by(PaymentPart.id)).all()
    db.execute(delete(Allocation).where(Allocation.part_id.in_([part.id for part in parts])))
    charges = charges_by_id(db, [charge_id for charge_id, cents in wanted.items() if cents])
    left = {part.account_id: part.cents for part in parts}
    rows = []
    for charge_id, cents in sorted(wanted.items()):
        if not cents:
            continue
        charge = charges.get(charge_id)
        if charge is None or charge.lease_id != payment.lease_id or charge.account_id not in left:
            raise Refused("Choose from the list.")
        if charge.voided_by is not None or cents > charge.open_cents:
            raise Refused("That is more than what is unpaid of it.", f"charge_{charge_id}")
        left[charge.account_id] -= cents
        if left[charge.account_id] < 0:
            raise Refused("That is more than the payment.", f"charge_{charge_id}")
        part_id = next(part.id for part in parts if part.account_id == charge.account_id)
        share = Share(charge.id, charge.account_id, cents)
        rows.append(_row(payment.organisation_id, payment.lease_id, share, part_id, None, now, by_hand=True))
    insert_many(db, _ALLOCATIONS, rows)
    _record(db, payment.organisation_id, ("payment", payment.ref), before, _told(allocations_of(db, payment)))


def allocate_first(db: Session, payment: Payment, charge_id: int, *, now: datetime) -> None:
    """Let a payment that has just been confirmed pay the charge for which it was made, as far as that is unpaid."""
    charge = charges_by_id(db, [charge_id])[charge_id]
    part = db.scalar(select(PaymentPart).where(PaymentPart.payment_id == payment.id, PaymentPart.account_id == charge.account_id))
    if part is None or charge.voided_by is not None or not charge.open_cents:
        return
    share = Share(charge.id, charge.account_id, min(part.cents, charge.open_cents))
    insert_many(db, _ALLOCATIONS, [_row(payment.organisation_id, payment.lease_id, share, part.id, None, now, by_hand=True)])


def reallocate(db: Session, lease: Lease, *, now: datetime, policy: Policy = oldest_first) -> int:
    """Take off all that the money of a lease pays, and allocate it anew; gives how many allocations there are then."""
    open_journal(db, lease.organisation_id)
    taken = db.execute(delete(Allocation).where(Allocation.lease_id == lease.id))
    made = allocate_leases(db, lease.organisation_id, [lease.id], now=now, policy=policy)
    before, after = {"allocations": taken.rowcount}, {"allocations": made}  # type: ignore[attr-defined]
    _record(db, lease.organisation_id, ("lease", lease.ref), before, after)
    return made


def credit_of(db: Session, lease: Lease) -> int:
    """The cents of a lease's payments and credits that pay nothing yet, but for what was paid for bills."""
    return credit_of_leases(db, [lease.id]).get(lease.id, 0)


def credit_of_leases(db: Session, lease_ids: Collection[int]) -> dict[int, int]:
    """The same for many, by the leases' ids; those that have none are left out."""
    found: dict[int, int] = {}
    money = open_money(db, lease_ids)
    payable = select(LedgerAccount.id).where(LedgerAccount.id.in_({each.account_id for each in money}))
    kept = set(db.scalars(payable.where(LedgerAccount.kind.in_(PAYABLE)))) if money else set()
    for each in money:
        if each.account_id in kept:
            found[each.lease_id] = found.get(each.lease_id, 0) + each.open_cents
    return found


def _told(paid: Iterable[Paid]) -> dict[str, Any]:
    return {"pays": {each.charge.ref: each.cents for each in paid}}


def _record(db: Session, organisation_id: int, about: tuple[str, str], before: dict[str, Any], after: dict[str, Any]) -> None:
    record(db, "ledger:payment:allocated", about=about, organisation_id=organisation_id, before=before, after=after)


def _batches(ids: Collection[int]) -> Iterator[list[int]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]
