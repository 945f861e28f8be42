"""A person's own data among deposits: what became of those of their leases, and what was paid back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.deposits.models import Disposition, Refund
from atlasbahamas_plugins.ledger.deposits.rails import REFUND_RAILS
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int, leases: Select[int]) -> dict[str, list[dict[str, Any]]]:
    """Of their leases (`leases` are the ids), and what they wrote down as staff."""
    return {
        "ledger_disposition": [
            {
                "lease": ref,
                "day": row.day,
                "held_cents": row.held_cents,
                "used_cents": row.used_cents,
                "back_cents": row.back_cents,
                "taken_back": row.reason,
                "by_you": row.by_person_id == person_id,
            }
            for row, ref in db.execute(_of(Disposition, person_id, leases))
        ],
        "ledger_refund": [
            {
                "lease": ref,
                "cents": row.cents,
                "paid_on": row.paid_on,
                "how": REFUND_RAILS[row.rail].title if row.rail in REFUND_RAILS else row.rail,
                "reference": row.reference,
                "taken_back": row.reason,
                "by_you": row.by_person_id == person_id,
            }
            for row, ref in db.execute(_of(Refund, person_id, leases))
        ],
    }


def _of(model: Any, person_id: int, leases: Select[int]) -> Select[Any, str]:
    query = select(model, Lease.ref).join(Lease, Lease.id == model.lease_id)
    return query.where(or_(model.lease_id.in_(leases), model.by_person_id == person_id)).order_by(model.id)


def erase(db: Session, leaving: Leaving) -> None:
    """Their name goes from the words; amounts and days stay, as evidence of money."""
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    for model, words in ((Disposition, (Disposition.reason,)), (Refund, (Refund.reference, Refund.reason))):
        there = and_(model.organisation_id.in_(known), or_(*[leaving.mentioned_in(column) for column in words]))
        for row in db.scalars(select(model).where(or_(leaving.named_within(model.organisation_id, *words), there))):
            for column in words:
                setattr(row, column.key, leaving.redact_line(getattr(row, column.key)))
    db.flush()
