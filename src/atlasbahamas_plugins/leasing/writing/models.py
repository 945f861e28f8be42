"""Where a lease stood when it was written down, for one that was there before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id
from atlasbahamas.db.triggers import append_only
from atlasbahamas_plugins.leasing.models import Base, Lease

if TYPE_CHECKING:
    from atlasbahamas_plugins.leasing.importing.models import LeaseImport


class Opening(Base):
    """Where a lease stood when it came here: what the ledger begins with.

    `brought_in` is the local day on which it was recorded, by the form or with a file (`import_id`). `paid_to` is the last day
    for which rent was paid; None: all that was due before that day was. `balance_cents` is what the tenants owed besides; below
    zero it is what they had paid too much.
    """

    __tablename__ = "leasing_opening"
    __table_args__ = (Index("ix_leasing_opening_import_id", "import_id", "lease_id"),)

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id), unique=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("leasing_import.id"))
    brought_in: Mapped[date]
    paid_to: Mapped[date | None]
    balance_cents: Mapped[Cents]

    lease: Mapped[Lease] = relationship(Lease)
    lease_import: Mapped[LeaseImport | None] = relationship("LeaseImport")


TRIGGERS = append_only("leasing_opening", "id")
