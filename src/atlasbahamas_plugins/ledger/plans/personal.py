"""A person's own data among payment plans: those of their leases, and what they proposed or wrote down as staff."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.plans.models import STATES, Plan
from atlasbahamas_plugins.ledger.plans.services import WHOLE
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int, leases: Select[int]) -> list[dict[str, Any]]:
    """Of their leases (`leases` are the ids), and what they did as staff."""
    mine = or_(Plan.lease_id.in_(leases), Plan.proposed_by_id == person_id, Plan.written_by_id == person_id)
    query = select(Plan, Lease.ref).join(Lease, Lease.id == Plan.lease_id).where(mine).options(*WHOLE)
    return [
        {
            "lease": ref,
            "state": STATES[row.state],
            "cents": row.cents,
            "agreed_on": row.agreed_on,
            "closed_on": row.closed_on,
            "why": row.reason,
            "instalments": [{"due_on": each.due_on, "cents": each.cents} for each in row.instalments],
            "by_you": person_id in (row.proposed_by_id, row.written_by_id),
        }
        for row, ref in db.execute(query.order_by(Plan.id))
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Their name goes from the words; what was agreed stays, as a contract that has another side."""
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    there = and_(Plan.organisation_id.in_(known), leaving.mentioned_in(Plan.reason))
    for plan in db.scalars(select(Plan).where(or_(leaving.named_within(Plan.organisation_id, Plan.reason), there))):
        plan.reason = leaving.redact_line(plan.reason)
    db.flush()
