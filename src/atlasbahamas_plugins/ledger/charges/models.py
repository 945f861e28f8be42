"""Tables of charges. What the database refuses about them, and keeps by itself, is in guards.py."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    and_,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents, Id, Key, Line, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.models import Base

IN_FORCE = "voided_by IS NULL"
UNPAID = "voided_by IS NULL AND open_cents > 0"
BATCHES = {"rent_run": "Rent run"}


_ASKED = ("open_cents", "voided_by", "lease_id")


def _to_entry(column: str, name: str) -> ForeignKeyConstraint:
    """Of an entry of the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", column], ["ledger_entry.organisation_id", "ledger_entry.number"], name=f"fk_{name}"
    )


def _to_account(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organisation_id", "account_id"], ["ledger_account.organisation_id", "ledger_account.id"], name=f"fk_{table}_account"
    )


class Batch(Base):
    """Many charges that one run made: up to which day, when and by whom (None: by the daily job), how many, how much.

    A run sets right what does not fit any more: `taken_back` counts what it took back. `reversed_at` says that all it charged
    was taken back together, and `reason` why.
    """

    __tablename__ = "ledger_batch"
    __table_args__ = (
        CheckConstraint(
            "charges >= 0 AND cents >= 0 AND taken_back >= 0 AND taken_back_cents >= 0", name="counts_not_below_zero"
        ),
        CheckConstraint("(reversed_at IS NULL) = (reason = '')", name="reversed_with_a_reason"),
        CheckConstraint("reversed_at IS NOT NULL OR reversed_by_id IS NULL", name="reversed_by_somebody"),
        Index("ix_ledger_batch_organisation_id_made", "organisation_id", "made", "id"),
        Index("ix_ledger_batch_by_person_id", "by_person_id"),
        Index("ix_ledger_batch_reversed_by_id", "reversed_by_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    what: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    made: Mapped[datetime]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    charges: Mapped[int]
    cents: Mapped[Cents]
    taken_back: Mapped[int]
    taken_back_cents: Mapped[Cents]
    reversed_at: Mapped[datetime | None]
    reversed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[Line]

    maker: Mapped[Person | None] = relationship(Person, foreign_keys=by_person_id)


class Charge(Base):
    """Something that is owed on a lease, and why.

    `account_id` is the account on which it is owed: that of the lease, or a roommate's part of it. `what` is a line of
    kinds.CHARGE_KINDS. `rule` says by what it came to be: "rent", "deposit:key", "opening", or its own reference where somebody
    wrote it. Of one lease, rule, first day and account there is one that counts. `period_starts` and `period_ends` are local
    days, both charged; where no period is charged, the day on which it is due. `explanation` is the arithmetic as data
    (words.py), never personal. `open_cents` is what nothing was allocated to yet. `entry_number` is its entry in the journal,
    `voided_by` the entry that took that back: then it is owed no more, and no part of it.
    """

    __tablename__ = "ledger_charge"
    __table_args__ = (
        _to_account("ledger_charge"),
        _to_entry("entry_number", "ledger_charge_entry"),
        _to_entry("voided_by", "ledger_charge_voided_by"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("open_cents BETWEEN 0 AND cents", name="open_within_cents"),
        CheckConstraint("period_ends >= period_starts", name="period_has_days"),
        Index("ix_ledger_charge_lease_id", "lease_id", "due_on", "id"),
        Index("ix_ledger_charge_account_id", "account_id"),
        Index("ix_ledger_charge_batch_id", "batch_id", "id"),
        Index("ix_ledger_charge_entry_number", "organisation_id", "entry_number"),
        Index("ix_ledger_charge_unpaid_of_lease", "lease_id", "due_on", "id", **only_where(UNPAID)),
        # With all that figures ask of them, so that those need not go to the table.
        Index("ix_ledger_charge_unpaid", "organisation_id", "due_on", "id", *_ASKED, **only_where(UNPAID)),
        # Of all: SQLite takes two that are of some for equally good, and would read this one for what is unpaid.
        Index("ix_ledger_charge_organisation_id_due_on", "organisation_id", "due_on", "id"),
        Index("uq_ledger_charge_period", "lease_id", "rule", "period_starts", "account_id", unique=True, **only_where(IN_FORCE)),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    account_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(80))
    period_starts: Mapped[date]
    period_ends: Mapped[date]
    due_on: Mapped[date]
    cents: Mapped[Cents]
    open_cents: Mapped[Cents]
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON())
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(Batch.id))
    entry_number: Mapped[int]
    voided_by: Mapped[int | None]

    lease: Mapped[Lease] = relationship(Lease)
    batch: Mapped[Batch | None] = relationship(Batch)


class Credit(Base):
    """Something that is owed no more although nobody paid it: given by the landlord, written off, or paid before these books.

    `what` is a line of kinds.CREDIT_KINDS. `rule` says by what it came to be: "opening", "paid:deposit:key", or its own reference
    where somebody gave it; of one lease, rule and account there is one that counts. `charge_id` is the charge for which it was
    given, if it was for one: it is allocated to that before any other. `open_cents` is what was allocated to no charge yet.
    `counts_on` is a local day. The reason is the memo of its entry.
    """

    __tablename__ = "ledger_credit"
    __table_args__ = (
        _to_account("ledger_credit"),
        _to_entry("entry_number", "ledger_credit_entry"),
        _to_entry("voided_by", "ledger_credit_voided_by"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("open_cents BETWEEN 0 AND cents", name="open_within_cents"),
        Index("ix_ledger_credit_lease_id", "lease_id", "counts_on", "id"),
        Index("ix_ledger_credit_account_id", "account_id"),
        Index("ix_ledger_credit_charge_id", "charge_id"),
        Index("ix_ledger_credit_entry_number", "organisation_id", "entry_number"),
        Index("ix_ledger_credit_unused", "lease_id", "counts_on", "id", **only_where(UNPAID)),
        Index("uq_ledger_credit_rule", "lease_id", "rule", "account_id", unique=True, **only_where(IN_FORCE)),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    account_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(80))
    charge_id: Mapped[int | None] = mapped_column(ForeignKey(Charge.id))
    counts_on: Mapped[date]
    cents: Mapped[Cents]
    open_cents: Mapped[Cents]
    entry_number: Mapped[int]
    voided_by: Mapped[int | None]

    lease: Mapped[Lease] = relationship(Lease)
    charge: Mapped[Charge | None] = relationship(Charge)


def is_open(of: type[Charge] | type[Credit]) -> ColumnElement[bool]:
    """SQL: a charge or credit counts, and something of it is open. Without a parameter, so that SQLite sees that an index is of
    just these.
    """
    return and_(of.voided_by.is_(None), of.open_cents > literal_column("0"))


class Schedule(Base):
    """When a lease has to be looked at next: the first day on which something is due that was not charged. None: never again."""

    __tablename__ = "ledger_schedule"
    __table_args__ = (Index("ix_ledger_schedule_next_due_on", "organisation_id", "next_due_on", "lease_id"),)

    lease_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Lease.id), primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    next_due_on: Mapped[date | None]


class LeaseChange(Base):
    """Says that what a lease owes may be something else now: the database adds a row when a lease, or its rent, changes.

    A row and no mark on the lease's schedule, because who changes a lease must not wait for a run, nor a run for them.
    """

    __tablename__ = "ledger_lease_change"
    __table_args__ = (Index("ix_ledger_lease_change_lease", "organisation_id", "lease_id"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigKey)
    lease_id: Mapped[int] = mapped_column(BigKey)
