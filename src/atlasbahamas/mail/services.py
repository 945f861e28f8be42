"""Asking for a mail, and noting what became of it. Nothing here connects to a server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.jobs.services import enqueue
from atlasbahamas.mail.models import DROPPED, SENT, WAITING, Mail
from atlasbahamas.traversal.keys import new_key

SEND_MAIL = "atlas.send_mail"


def send_mail(
    db: Session,
    template: str,
    *,
    now: datetime,
    person_id: int | None = None,
    address: str | None = None,
    content: dict[str, Any] | None = None,
    category: str | None = None,
) -> Mail:
    """Ask for a mail to a person, or to an address that belongs to nobody yet; it is sent if and only if this commits.

    `content` holds what the template needs and no secret. Without an `address` it goes to the person's confirmed one.
    """
    mail = Mail(
        ref=new_key("mail"),
        person_id=person_id,
        address=address,
        template=template,
        content=content or {},
        category=category,
        state=WAITING,
        created=now,
    )
    db.add(mail)
    db.flush()
    enqueue(db, SEND_MAIL, {"mail": mail.id}, now=now)
    return mail


def note_sent(db: Session, mail: Mail, address: str, *, now: datetime) -> None:
    """Note that a mail was taken by the server."""
    mail.state, mail.address, mail.finished = SENT, address, now
    db.flush()


def drop_mail(db: Session, mail: Mail, reason: str, *, now: datetime) -> None:
    """Note that a mail is not sent, and why."""
    mail.state, mail.reason, mail.finished = DROPPED, reason, now
    db.flush()
