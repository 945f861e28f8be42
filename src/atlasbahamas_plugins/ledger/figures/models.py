"""Sums that the database keeps (guards.py), so that a page costs the same whatever the number of leases. Only it writes them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.models import Base


class Standing(Base):
    """A lease of the rent roll: one that runs, or on which something is unpaid. Others have no row.

    `unpaid_cents` is what is unpaid of its charges, and `unpaid_since` the local day on which the oldest of those was due; where
    nothing is unpaid, leasing's FOR_EVER. One that ended stays until the next run has looked at it.
    """

    __tablename__ = "ledger_standing"
    __table_args__ = (
        Index("ix_ledger_standing_since", "organisation_id", "unpaid_since", "lease_id"),
        Index("ix_ledger_standing_unpaid", "organisation_id", "unpaid_cents", "lease_id"),
    )

    lease_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Lease.id), primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    unpaid_cents: Mapped[Cents]
    unpaid_since: Mapped[date]

    lease: Mapped[Lease] = relationship(Lease)


ALL_PROPERTIES = 0
"""What a sum of all properties of an organisation has for the number of one."""


class MonthSum(Base):
    """What fell due in a month, what of that is unpaid now, and what money came in that month.

    For the homes of a property, and (ALL_PROPERTIES) for all of an organisation. `month` is its first day. A charge belongs to
    the month in which it is due, a payment to that in which it was received; what was taken back counts nowhere. A unit stays
    with its property, so the sums do.
    """

    __tablename__ = "ledger_month_sum"

    organisation_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Organisation.id), primary_key=True, autoincrement=False)
    property_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    charged_cents: Mapped[Cents]
    unpaid_cents: Mapped[Cents]
    received_cents: Mapped[Cents]
