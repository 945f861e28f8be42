"""A person's own data in autopay: what they set up. It ends when they leave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.autopay.models import STATES, Autopay


def export(db: Session, person_id: int) -> list[dict[str, Any]]:
    """What they set up for which home."""
    query = select(Autopay, Lease.ref).join(Lease, Lease.id == Autopay.lease_id).where(Autopay.person_id == person_id)
    return [
        {
            "lease": lease,
            "takes_money": row.method_id is not None,
            "day_of_month": row.day,
            "reminds_days_before": row.lead_days,
            "state": STATES[row.state],
            "made": row.created,
        }
        for row, lease in db.execute(query.order_by(Autopay.id))
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Nothing is taken for them any more."""
    mine = (Autopay.person_id == leaving.person_id, Autopay.state != "ended")
    db.execute(update(Autopay).where(*mine).values(state="ended", reason=""))
