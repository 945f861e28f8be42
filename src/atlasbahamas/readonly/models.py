"""The table of the switch: a row while the site is read-only, else none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.people.models import Base

THE_ONE = 1
WHY_LENGTH = 200


class ReadOnly(Base):
    """Since when the site has been read-only, until when people are told that it will be, and why, in words for them."""

    __tablename__ = "read_only"
    __table_args__ = (
        CheckConstraint(f"id = {THE_ONE}", name="only_one"),
        CheckConstraint("until > since", name="ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    until: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(WHY_LENGTH))
