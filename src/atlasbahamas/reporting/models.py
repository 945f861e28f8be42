"""Which kinds of errors there were, and when the operators were told last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.people.models import Base


class ErrorReport(Base):
    """A kind of error: its class and the place where it came up. `held_back` counts those since the last mail, `mailed`."""

    __tablename__ = "error_report"
    __table_args__ = (CheckConstraint("held_back >= 0", name="held_back_not_below_zero"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(300))
    seen: Mapped[datetime]
    mailed: Mapped[datetime | None]
    held_back: Mapped[int]
