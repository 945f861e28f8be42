"""The table of allocations. What the database refuses about it, and keeps by itself, is in guards.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import BigKey, Cents, Id
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.payments.models import PaymentPart


class Allocation(Base):
    """So many cents of a payment's part, or of a credit, for a charge on the same account.

    Rows come and go: the journal says what is owed and what came, these say which paid which. `by_hand`: somebody chose it.
    """

    __tablename__ = "ledger_allocation"
    __table_args__ = (
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("(part_id IS NULL) <> (credit_id IS NULL)", name="of_one_thing"),
        Index("ix_ledger_allocation_charge_id", "charge_id"),
        Index("ix_ledger_allocation_part_id", "part_id"),
        Index("ix_ledger_allocation_credit_id", "credit_id"),
        Index("ix_ledger_allocation_lease_id", "lease_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigKey)
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    charge_id: Mapped[int] = mapped_column(ForeignKey(Charge.id))
    part_id: Mapped[int | None] = mapped_column(ForeignKey(PaymentPart.id))
    credit_id: Mapped[int | None] = mapped_column(ForeignKey(Credit.id))
    cents: Mapped[Cents]
    by_hand: Mapped[bool]
    made: Mapped[datetime]
