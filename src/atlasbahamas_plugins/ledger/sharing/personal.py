"""A person's own data among shares: how their leases are shared, and what they wrote down as staff."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.sharing.models import KINDS, LIABILITIES, Share, Sharing
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int, leases: Select[int]) -> list[dict[str, Any]]:
    """How their leases are shared, each with their own part (`leases` are the ids); what they wrote down."""
    same = and_(Share.lease_id == Sharing.lease_id, Share.starts == Sharing.starts)
    theirs = select(LeaseParty.id).join(Contact, Contact.id == LeaseParty.contact_id).where(is_contact_of(db, person_id))
    query = select(Sharing, Lease.ref, Share.weight).join(Lease, Lease.id == Sharing.lease_id)
    query = query.outerjoin(Share, and_(same, Share.party_id.in_(theirs)))
    mine = or_(Sharing.lease_id.in_(leases), Sharing.by_person_id == person_id)
    return [
        {
            "lease": ref,
            "starts": row.starts,
            "how": KINDS[row.kind],
            "who_answers": LIABILITIES[row.liability],
            "your_part": weight,
            "of": row.total,
            "agreed": row.reason,
            "by_you": row.by_person_id == person_id,
        }
        for row, ref, weight in db.execute(query.where(mine).order_by(Sharing.id))
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Their name goes from what was agreed in words; the parts stay, as a contract that has other sides."""
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    there = and_(Sharing.organisation_id.in_(known), leaving.mentioned_in(Sharing.reason))
    for row in db.scalars(select(Sharing).where(or_(leaving.named_within(Sharing.organisation_id, Sharing.reason), there))):
        row.reason = leaving.redact_line(row.reason)
    db.flush()
