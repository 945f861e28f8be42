"""A person's own data among the notifications."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.notifications.models import Notification, NotificationPreference
from atlasbahamas.personal.leaving import Leaving, Rows


def export(db: Session, person_id: int) -> Rows:
    """What they were told, and how they wanted to be told."""
    told = db.scalars(select(Notification).where(Notification.person_id == person_id).order_by(Notification.id))
    chosen = db.scalars(select(NotificationPreference).where(NotificationPreference.person_id == person_id))
    return {
        "notification": [
            {name: getattr(row, name) for name in ("category", "subject", "path", "created", "read")} for row in told
        ],
        "notification_preference": [{"category": row.category, "channel": row.channel} for row in chosen],
    }


def erase(db: Session, leaving: Leaving) -> None:
    """What they were told goes. In what others who know them were told a pseudonym stands in their place."""
    for model in (Notification, NotificationPreference):
        db.execute(delete(model).where(model.person_id == leaving.person_id))
    told_of = or_(
        leaving.told_of_in(Notification.person_id, Notification.subject, json_text=False),
        leaving.told_of_in(Notification.person_id, cast(Notification.content, Text)),
    )
    for row in db.scalars(select(Notification).where(told_of)):
        row.subject, row.content = leaving.redact(row.subject), leaving.redact(row.content)
    db.flush()
