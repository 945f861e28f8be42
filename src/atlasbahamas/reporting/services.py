"""Whether an error is mailed now or held back, decided by a row, so that all processes count together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.mail.services import send_mail
from atlasbahamas.reporting.describing import Told
from atlasbahamas.reporting.models import ErrorReport

TEMPLATE = "mail/error.jinja2"
KEEP = timedelta(days=90)


def report(db: Session, told: Told, addresses: Sequence[str], *, cool_down: timedelta, now: datetime) -> bool:
    """Ask for a mail to each address, unless one of this kind went out within the cool-down: then count. Gives which it was."""
    new = {"key": told.key, "kind": told.kind, "seen": now, "mailed": None, "held_back": 0}
    insert_unless_there(db, ErrorReport, new, unique=["key"])
    # The row is locked from here to the end, so of two processes one mails and the other counts.
    row = db.scalars(select(ErrorReport).where(ErrorReport.key == told.key).with_for_update()).one()
    row.seen = now
    if row.mailed is not None and row.mailed > now - cool_down:
        row.held_back += 1
        return False
    for address in addresses:
        send_mail(db, TEMPLATE, now=now, address=address, content=content(told, row.held_back))
    row.mailed, row.held_back = now, 0
    return True


def content(told: Told, held_back: int) -> dict[str, Any]:
    """What the mail says."""
    return {
        "kind": told.kind,
        "places": list(told.places),
        "where": told.where,
        "request_id": told.request_id,
        "held_back": held_back,
    }


def forget_reports(db: Session, *, now: datetime) -> None:
    """Delete kinds that were not seen for 90 days."""
    db.execute(delete(ErrorReport).where(ErrorReport.seen <= now - KEEP))
