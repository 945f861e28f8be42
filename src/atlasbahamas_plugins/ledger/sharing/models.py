"""Tables of shares among the tenants of a lease. What the database refuses about them is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Id, Key, Line
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.payments.models import Payment

KINDS = {"percent": "By percent", "amount": "By amounts of the rent"}
LIABILITIES = {"joint": "Each answers for the whole", "several": "Each answers for their own part"}
WHOLE = 10_000
"""All of it, in hundredths of a percent."""


class Sharing(Base):
    """How a lease is shared among its tenants, for what is due from a local day on, until the next one begins.

    `total` is what the weights of its shares add up to: hundredths of a percent, or the cents of a rent. `reason` is what was
    agreed, in words. Where what was owed before is shared anew, too, `entry_number` is the entry that moved it between them.
    """

    __tablename__ = "ledger_sharing"
    __table_args__ = (
        UniqueConstraint("lease_id", "starts"),
        ForeignKeyConstraint(
            ["organisation_id", "entry_number"],
            ["ledger_entry.organisation_id", "ledger_entry.number"],
            name="fk_ledger_sharing_entry_number",
        ),
        CheckConstraint("kind IN ('percent', 'amount')", name="known_kind"),
        CheckConstraint("liability IN ('joint', 'several')", name="known_liability"),
        CheckConstraint(f"total > 0 AND (kind <> 'percent' OR total = {WHOLE})", name="all_of_it"),
        CheckConstraint("reason <> ''", name="agreed_somehow"),
        Index("ix_ledger_sharing_organisation_id", "organisation_id"),
        Index("ix_ledger_sharing_entry_number", "organisation_id", "entry_number"),
        Index("ix_ledger_sharing_by_person_id", "by_person_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    starts: Mapped[date]
    kind: Mapped[str] = mapped_column(String(8))
    liability: Mapped[str] = mapped_column(String(8))
    total: Mapped[int]
    reason: Mapped[Line]
    entry_number: Mapped[int | None]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    made: Mapped[datetime]

    shares: Mapped[list[Share]] = relationship(order_by="Share.party_id", viewonly=True)


class Share(Base):
    """A tenant's part of a lease. Shares come first, and what they are of seals them."""

    __tablename__ = "ledger_share"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lease_id", "starts"],
            ["ledger_sharing.lease_id", "ledger_sharing.starts"],
            name="fk_ledger_share_sharing",
            initially="DEFERRED",
            deferrable=True,
        ),
        CheckConstraint("weight >= 0", name="weight_not_below_zero"),
        Index("ix_ledger_share_party_id", "party_id"),
    )

    lease_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    starts: Mapped[date] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(BigKey, ForeignKey(LeaseParty.id), primary_key=True, autoincrement=False)
    weight: Mapped[int]


class Payer(Base):
    """Which tenant of a lease a payment came from. Whoever reports a payment pays it; of others somebody says it."""

    __tablename__ = "ledger_payer"
    __table_args__ = (Index("ix_ledger_payer_party_id", "party_id"),)

    payment_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Payment.id), primary_key=True, autoincrement=False)
    party_id: Mapped[int] = mapped_column(ForeignKey(LeaseParty.id))
