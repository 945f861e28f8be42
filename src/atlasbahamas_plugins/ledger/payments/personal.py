"""A person's own data among payments: what they reported, recorded or decided, and what was paid for their leases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.models import STATES, Cheque, Payment
from atlasbahamas_plugins.ledger.payments.rails import RAILS
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int, leases: Select[int]) -> list[dict[str, Any]]:
    """The payments for their leases (`leases` are the ids), and those with which they had to do as staff."""
    by = {"reported": Payment.reported_by_id, "recorded": Payment.recorded_by_id, "decided": Payment.decided_by_id}
    mine = or_(Payment.lease_id.in_(leases), *[column == person_id for column in by.values()])
    rows = db.execute(select(Payment, Lease.ref).join(Lease, Lease.id == Payment.lease_id).where(mine).order_by(Payment.id))
    return [
        {
            "lease": lease,
            "cents": row.cents,
            "currency": row.currency,
            "received_on": row.received_on,
            "how": RAILS[row.rail].title if row.rail in RAILS else row.rail,
            "state": STATES[row.state],
            "reference": row.reference,
            "why_not": row.reason,
            "receipt": row.receipt_number,
            "by_you": [verb for verb, column in by.items() if getattr(row, column.key) == person_id],
        }
        for row, lease in rows
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Their name goes from the words of payments and cheques; amounts, days, numbers and proofs stay, as evidence of money."""
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    words = (Payment.reference, Payment.reason)
    there = and_(Payment.organisation_id.in_(known), or_(*[leaving.mentioned_in(column) for column in words]))
    for payment in db.scalars(select(Payment).where(or_(leaving.named_within(Payment.organisation_id, *words), there))):
        payment.reference, payment.reason = leaving.redact_line(payment.reference), leaving.redact_line(payment.reason)
    there = and_(Cheque.organisation_id.in_(known), leaving.mentioned_in(Cheque.bank))
    for cheque in db.scalars(select(Cheque).where(or_(leaving.named_within(Cheque.organisation_id, Cheque.bank), there))):
        cheque.bank = leaving.redact_line(cheque.bank)
    db.flush()
