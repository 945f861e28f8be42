"""The sums that the database keeps for figures, held against honest ones of every charge and payment."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas_plugins.leasing.models import FOR_EVER, RUNNING, Lease
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.figures.models import ALL_PROPERTIES, MonthSum, Standing
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.portfolio.models import Unit

NEVER = date.fromisoformat(FOR_EVER)


def assert_sums_hold(db: Session, organisation_id: int) -> None:
    """Standings and months of an organisation. A lease that is over may stand there until the next run has looked at it."""
    unpaid = (Charge.organisation_id == organisation_id, Charge.voided_by.is_(None), Charge.open_cents > 0)
    query = select(Charge.lease_id, func.sum(Charge.open_cents), func.min(Charge.due_on)).where(*unpaid)
    owing = {lease_id: (int(cents), since) for lease_id, cents, since in db.execute(query.group_by(Charge.lease_id))}
    runs = select(Lease.id).where(Lease.organisation_id == organisation_id, Lease.state.in_(RUNNING))
    kept = select(Standing).where(Standing.organisation_id == organisation_id)
    found = {row.lease_id: (row.unpaid_cents, row.unpaid_since) for row in db.scalars(kept)}
    over = dict.fromkeys(found, (0, NEVER))
    there = dict.fromkeys(db.scalars(runs), (0, NEVER)) | owing
    assert found == over | there
    assert {key: sums for key, sums in _months(db, organisation_id).items() if any(sums)} == _honest(db, organisation_id)


def _months(db: Session, organisation_id: int) -> dict[tuple[date, int], list[int]]:
    mine = select(MonthSum).where(MonthSum.organisation_id == organisation_id)
    sums = db.scalars(mine).all()
    return {(row.month, row.property_id): [row.charged_cents, row.unpaid_cents, row.received_cents] for row in sums}


def _honest(db: Session, organisation_id: int) -> dict[tuple[date, int], list[int]]:
    of_lease = dict(db.execute(select(Lease.id, Unit.property_id).join(Unit, Unit.id == Lease.unit_id)).all())
    months: dict[tuple[date, int], list[int]] = {}
    charges = select(Charge).where(Charge.organisation_id == organisation_id, Charge.voided_by.is_(None))
    for charge in db.scalars(charges):
        for number in (of_lease[charge.lease_id], ALL_PROPERTIES):
            cell = months.setdefault((charge.due_on.replace(day=1), number), [0, 0, 0])
            cell[0] += charge.cents
            cell[1] += charge.open_cents
    payments = select(Payment).where(Payment.organisation_id == organisation_id, Payment.state == "confirmed")
    for payment in db.scalars(payments):
        for number in (of_lease[payment.lease_id], ALL_PROPERTIES):
            months.setdefault((payment.received_on.replace(day=1), number), [0, 0, 0])[2] += payment.cents
    return months
