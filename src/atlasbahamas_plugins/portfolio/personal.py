"""A person's own data in the portfolio: the holds that they made."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.portfolio.models import Hold, Property, Unit


def export(db: Session, person_id: int) -> Rows:
    """Their holds, with the unit of each."""
    rows = db.execute(
        select(Hold, Unit.label, Property.name)
        .join(Unit, Unit.id == Hold.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .where(Hold.person_id == person_id)
        .order_by(Hold.id)
    )
    names = ("ref", "starts", "ends", "reason", "created")
    return {
        "portfolio_hold": [
            {"property": above, "unit": label, **{name: getattr(hold, name) for name in names}} for hold, label, above in rows
        ]
    }


def erase(db: Session, leaving: Leaving) -> None:
    """The unit stays held, by nobody in particular; in a reason that names them a pseudonym stands in their place."""
    for hold in db.scalars(select(Hold).where(Hold.person_id == leaving.person_id)):
        hold.person_id, hold.reason = None, leaving.redact(hold.reason)
    db.flush()
