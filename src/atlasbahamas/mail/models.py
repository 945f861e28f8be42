"""The log of mails: what is to be sent, what was sent, and what was not and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key
from atlasbahamas.people.models import Base, Person

WAITING, SENT, DROPPED = "waiting", "sent", "dropped"
MAIL_STATES = {WAITING: "Waiting", SENT: "Sent", DROPPED: "Not sent"}


class Mail(Base):
    """One mail to one address. It is composed when it is sent, from `template` and `content`, which holds no secret.

    `address` is the one it goes to, or None for the person's own at the time of sending. `reason` says why one was dropped.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'dropped')", name="known_state"),
        CheckConstraint("(state = 'waiting') = (finished IS NULL)", name="ended_has_time"),
        CheckConstraint("address IS NOT NULL OR person_id IS NOT NULL OR state <> 'waiting'", name="has_recipient"),
        Index("ix_mail_person_id", "person_id"),
        Index("ix_mail_created", "created", "id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    address: Mapped[str | None] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    category: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(60))
    created: Mapped[datetime]
    finished: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()
