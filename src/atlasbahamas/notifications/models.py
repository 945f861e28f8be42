"""Tables of notifications, and of how each person wants to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import Id, Key, Line, only_where
from atlasbahamas.people.models import Base, Person


class Notification(Base):
    """Something that one person was told. `path` is the page that it is about; `content` is what its mail template needs.

    `waits_for_digest`: it will be in the person's next daily mail, unless it is read before.
    """

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint("path LIKE '/%'", name="path_of_this_site"),
        Index("ix_notification_person_id_created", "person_id", "created", "id"),
        Index(
            "ix_notification_unread",
            "person_id",
            **only_where("read IS NULL"),
        ),
        Index(
            "ix_notification_digest",
            "person_id",
            "id",
            **only_where("waits_for_digest"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(String(60))
    subject: Mapped[Line]
    path: Mapped[str] = mapped_column(String(300))
    template: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime]
    read: Mapped[datetime | None]
    waits_for_digest: Mapped[bool]


class NotificationPreference(Base):
    """How a person wants to be told of a category; no row means the category's default."""

    __tablename__ = "notification_preference"
    __table_args__ = (CheckConstraint("channel IN ('at_once', 'digest', 'site_only')", name="known_channel"),)

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    category: Mapped[str] = mapped_column(String(60), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
