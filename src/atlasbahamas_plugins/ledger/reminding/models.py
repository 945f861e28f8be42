"""What tenants were told, so that they are told once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import BigKey
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.models import Base

DUE, LATE = "due", "late"
"""Rent will be due; rent is late."""


class Told(Base):
    """The tenants of a lease were told of the rent that is due on a local day."""

    __tablename__ = "ledger_told"
    __table_args__ = (CheckConstraint(f"what IN ('{DUE}', '{LATE}')", name="known_kind"),)

    lease_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Lease.id), primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
