"""Tables of what became of deposits. What the database refuses about them, and keeps by itself, is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id, Key, Line, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.leaving.models import Statement
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.models import Base

_IN_FORCE = only_where("voided_by IS NULL")


def _to_entry(table: str, column: str) -> ForeignKeyConstraint:
    """Of an entry of the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", column], ["ledger_entry.organisation_id", "ledger_entry.number"], name=f"fk_{table}_{column}"
    )


class Disposition(Base):
    """What became of the deposits of a lease, as its final statement says: one that counts for each lease.

    `held_cents` is what was there on `day` (local): `used_cents` for what was taken from it, `back_cents` to be paid back. All of
    it is one entry, with the charges and credits that came of it; `voided_by` is the entry that took it back, and `reason` why.
    """

    __tablename__ = "ledger_disposition"
    __table_args__ = (
        _to_entry("ledger_disposition", "entry_number"),
        _to_entry("ledger_disposition", "voided_by"),
        CheckConstraint("used_cents >= 0 AND back_cents >= 0", name="cents_not_below_zero"),
        CheckConstraint("held_cents = used_cents + back_cents", name="all_of_it"),
        CheckConstraint("voided_by IS NULL OR reason <> ''", name="taken_back_with_a_reason"),
        Index("ix_ledger_disposition_lease_id", "lease_id"),
        Index("ix_ledger_disposition_statement_id", "statement_id"),
        Index("ix_ledger_disposition_by_person_id", "by_person_id"),
        Index("ix_ledger_disposition_entry_number", "organisation_id", "entry_number"),
        Index("uq_ledger_disposition_in_force", "lease_id", unique=True, **_IN_FORCE),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    statement_id: Mapped[int] = mapped_column(ForeignKey(Statement.id))
    day: Mapped[date]
    held_cents: Mapped[Cents]
    used_cents: Mapped[Cents]
    back_cents: Mapped[Cents]
    entry_number: Mapped[int]
    voided_by: Mapped[int | None] = mapped_column(server_onupdate=FetchedValue())
    reason: Mapped[Line]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    made: Mapped[datetime]

    by: Mapped[Person | None] = relationship(Person)

    __mapper_args__ = {"eager_defaults": False}


class Refund(Base):
    """Money that was paid back to tenants on a day (local), how, and with which number of the bank or wallet.

    `party_id` is who got it, where somebody said so. `ref` is the key of the form that it came with: sent twice, it is one.
    """

    __tablename__ = "ledger_refund"
    __table_args__ = (
        _to_entry("ledger_refund", "entry_number"),
        _to_entry("ledger_refund", "voided_by"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("rail <> ''", name="has_a_rail"),
        CheckConstraint("voided_by IS NULL OR reason <> ''", name="taken_back_with_a_reason"),
        Index("ix_ledger_refund_lease_id", "lease_id", "paid_on", "id"),
        Index("ix_ledger_refund_party_id", "party_id"),
        Index("ix_ledger_refund_by_person_id", "by_person_id"),
        Index("ix_ledger_refund_entry_number", "organisation_id", "entry_number"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    cents: Mapped[Cents]
    paid_on: Mapped[date]
    rail: Mapped[str] = mapped_column(String(20))
    reference: Mapped[Line]
    entry_number: Mapped[int]
    voided_by: Mapped[int | None] = mapped_column(server_onupdate=FetchedValue())
    reason: Mapped[Line]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    made: Mapped[datetime]

    party: Mapped[LeaseParty | None] = relationship(LeaseParty)
    by: Mapped[Person | None] = relationship(Person)

    __mapper_args__ = {"eager_defaults": False}
