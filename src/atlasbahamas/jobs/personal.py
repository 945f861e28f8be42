"""A person's own data in the outbox: work holds ids, but nothing keeps a feature from putting an address into a payload."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete
from sqlalchemy.orm import Session

from atlasbahamas.jobs.models import TAKEN, OutboxEntry
from atlasbahamas.personal.leaving import Leaving, Rows


def export(db: Session, person_id: int) -> Rows:
    """Nothing: what is done for a person shows where it has its effect."""
    return {}


def erase(db: Session, leaving: Leaving) -> None:
    """Take away what names them, also what was still to be done. Work that runs at this moment goes when it is cleared away."""
    payload = cast(OutboxEntry.payload, Text)
    named = leaving.mentioned_in_json(payload, ascii_only=True) | leaving.mentioned_in(OutboxEntry.error)
    db.execute(delete(OutboxEntry).where(OutboxEntry.state != TAKEN, named))
