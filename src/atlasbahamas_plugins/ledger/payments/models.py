"""Tables of payments. What the database refuses about them, and keeps by itself, is in guards.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents, Id, Key, Line, only_where
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.payments.rails import CURRENCIES

STATES = {
    "reported": "Reported",
    "waiting": "Waits for its day",
    "confirmed": "Confirmed",
    "refused": "Refused",
    "returned": "Returned by the bank",
    "reversed": "Taken back",
}
TONES = {
    "reported": "warn",
    "waiting": "sea",
    "confirmed": "good",
    "refused": "bad",
    "returned": "bad",
    "reversed": "quiet",
}
"""Tone of a state's badge."""

MOVES = {
    "reported": ("waiting", "confirmed", "refused"),
    "waiting": ("confirmed", "refused"),
    "confirmed": ("returned", "reversed"),
    "refused": (),
    "returned": (),
    "reversed": (),
}
"""Which state can follow on which. The database keeps to it."""

UNDECIDED = ("reported", "waiting")
"""States of a payment that a tenant reported, or a cheque with a later day, before it counts."""

IN_THE_BOOKS = ("confirmed", "returned", "reversed")
"""States of a payment that the journal knows; only a confirmed one counts."""

CHEQUE_STATES = {
    "received": "In hand",
    "lodged": "At the bank",
    "cleared": "Cleared",
    "returned": "Returned",
}
CHEQUE_TONES = {"received": "sea", "lodged": "warn", "cleared": "good", "returned": "bad"}
CHEQUE_MOVES = {"received": ("lodged",), "lodged": ("cleared", "returned"), "cleared": ("returned",), "returned": ()}
"""Which state of a cheque can follow on which. A bank may take back what it had paid."""


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _to_entry(table: str, column: str) -> ForeignKeyConstraint:
    """Of an entry of the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", column], ["ledger_entry.organisation_id", "ledger_entry.number"], name=f"fk_{table}_{column}"
    )


class Payment(Base):
    """Money for a lease: said to be paid (reported), or there (confirmed), or no more.

    `cents` and `received_on`, the local day from which it counts, are what was reported until it is confirmed, then what came.
    `reference` is the number that a bank or wallet gave it. `ref` is the key of the form that it came with: sent twice, it is one
    payment. `entry_number` is its entry in the journal, `voided_by` the entry that took that back. `reminded`: when the owners
    were told that a report waits. Once confirmed it has a receipt: a number without gaps in its organisation, which stays for
    good, and `receipt_token`, the address at which anybody can check it.
    """

    __tablename__ = "ledger_payment"
    __table_args__ = (
        _to_entry("ledger_payment", "entry_number"),
        _to_entry("ledger_payment", "voided_by"),
        UniqueConstraint("organisation_id", "id"),
        UniqueConstraint("organisation_id", "receipt_number"),
        CheckConstraint(_one_of("state", STATES), name="known_state"),
        CheckConstraint(_one_of("currency", CURRENCIES), name="known_currency"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("rail <> ''", name="has_a_rail"),
        CheckConstraint(f"(entry_number IS NOT NULL) = ({_one_of('state', IN_THE_BOOKS)})", name="in_the_books"),
        CheckConstraint("(voided_by IS NOT NULL) = (state IN ('returned', 'reversed'))", name="void_by_an_entry"),
        CheckConstraint("(receipt_number IS NULL) = (entry_number IS NULL)", name="confirmed_has_a_receipt"),
        CheckConstraint("(receipt_token IS NULL) = (receipt_number IS NULL)", name="receipt_can_be_checked"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refused_with_a_reason"),
        Index("ix_ledger_payment_organisation_id_received_on", "organisation_id", "received_on", "id"),
        Index("ix_ledger_payment_organisation_id_created", "organisation_id", "created", "id"),
        Index("ix_ledger_payment_organisation_id_state", "organisation_id", "state", "id"),
        Index("ix_ledger_payment_organisation_id_reference", "organisation_id", "reference"),
        Index("ix_ledger_payment_lease_id", "lease_id", "received_on", "id"),
        Index("ix_ledger_payment_reported_by_id", "reported_by_id"),
        Index("ix_ledger_payment_recorded_by_id", "recorded_by_id"),
        Index("ix_ledger_payment_decided_by_id", "decided_by_id"),
        Index("ix_ledger_payment_entry_number", "organisation_id", "entry_number"),
        Index("ix_ledger_payment_to_remind", "created", **only_where("state = 'reported' AND reminded IS NULL")),
        Index("ix_ledger_payment_waiting", "received_on", **only_where("state = 'waiting'")),
        Index("ix_ledger_payment_undecided", "lease_id", **only_where(_one_of("state", UNDECIDED))),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    cents: Mapped[Cents]
    currency: Mapped[str] = mapped_column(String(3))
    rail: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), server_onupdate=FetchedValue())
    received_on: Mapped[date]
    reference: Mapped[Line]
    created: Mapped[datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided: Mapped[datetime | None]
    reason: Mapped[Line]
    reminded: Mapped[datetime | None]
    entry_number: Mapped[int | None]
    voided_by: Mapped[int | None] = mapped_column(server_onupdate=FetchedValue())
    receipt_number: Mapped[int | None]
    receipt_token: Mapped[str | None] = mapped_column(String(40), unique=True)

    lease: Mapped[Lease] = relationship(Lease)
    reported_by: Mapped[Person | None] = relationship(Person, foreign_keys=reported_by_id)
    recorded_by: Mapped[Person | None] = relationship(Person, foreign_keys=recorded_by_id)
    proofs: Mapped[list[PaymentProof]] = relationship(order_by="PaymentProof.id")
    cheque: Mapped[Cheque | None] = relationship(back_populates="payment")

    # What a trigger writes is read when somebody asks for it.
    __mapper_args__ = {"eager_defaults": False}

    @property
    def is_void(self) -> bool:
        """Whether it counted once and does no more."""
        return self.state in ("returned", "reversed")


class PaymentPart(Base):
    """What of a confirmed payment came on which account of its lease: rent and fees, or a deposit. Together they are the payment.

    `open_cents` is what was allocated to no charge: the credit of the tenants. The database keeps it.
    """

    __tablename__ = "ledger_payment_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["ledger_payment.organisation_id", "ledger_payment.id"],
            name="fk_ledger_payment_part_payment",
        ),
        ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["ledger_account.organisation_id", "ledger_account.id"],
            name="fk_ledger_payment_part_account",
        ),
        UniqueConstraint("payment_id", "account_id"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("open_cents BETWEEN 0 AND cents", name="open_within_cents"),
        Index("ix_ledger_payment_part_account_id", "account_id"),
        Index("ix_ledger_payment_part_unused", "account_id", **only_where("open_cents > 0")),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int]
    payment_id: Mapped[int]
    account_id: Mapped[int]
    cents: Mapped[Cents]
    open_cents: Mapped[Cents] = mapped_column(server_onupdate=FetchedValue())

    __mapper_args__ = {"eager_defaults": False}


def is_unused() -> ColumnElement[bool]:
    """SQL: something of a part of a payment pays nothing yet. Without a parameter: SQLite sees that an index is of just these."""
    return PaymentPart.open_cents > literal_column("0")


class PaymentProof(Base):
    """A photo or document that somebody gave as proof of a payment."""

    __tablename__ = "ledger_payment_proof"
    __table_args__ = (
        Index("ix_ledger_payment_proof_payment_id", "payment_id", "id"),
        Index("ix_ledger_payment_proof_file_id", "file_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id))
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))

    file: Mapped[File] = relationship(File, lazy="joined")


class Cheque(Base):
    """The cheque by which a payment came, and how far it is. The day that stands on it is the payment's `received_on`.

    `lodge_entry` and `clear_entry` are the entries that moved its money from the hand to the way, and from there to the bank.
    """

    __tablename__ = "ledger_cheque"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["ledger_payment.organisation_id", "ledger_payment.id"],
            name="fk_ledger_cheque_payment",
        ),
        _to_entry("ledger_cheque", "lodge_entry"),
        _to_entry("ledger_cheque", "clear_entry"),
        CheckConstraint(_one_of("state", CHEQUE_STATES), name="known_state"),
        CheckConstraint("number <> ''", name="has_a_number"),
        CheckConstraint("(lodged_on IS NULL) = (lodge_entry IS NULL)", name="lodged_by_an_entry"),
        CheckConstraint("(lodged_on IS NULL) = (state = 'received')", name="lodged_on_a_day"),
        CheckConstraint("(cleared_on IS NULL) = (clear_entry IS NULL)", name="cleared_by_an_entry"),
        CheckConstraint("state <> 'cleared' OR cleared_on IS NOT NULL", name="cleared_on_a_day"),
        Index("ix_ledger_cheque_state", "organisation_id", "state", "payment_id"),
        Index("ix_ledger_cheque_lodge_entry", "organisation_id", "lodge_entry"),
        Index("ix_ledger_cheque_clear_entry", "organisation_id", "clear_entry"),
    )

    payment_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    organisation_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    bank: Mapped[Line]
    state: Mapped[str] = mapped_column(String(10))
    lodged_on: Mapped[date | None]
    lodge_entry: Mapped[int | None]
    cleared_on: Mapped[date | None]
    clear_entry: Mapped[int | None]

    payment: Mapped[Payment] = relationship(Payment, back_populates="cheque")


class ReceiptBook(Base):
    """The number of an organisation's last receipt. Whoever confirms locks this row, so that numbers have no gaps."""

    __tablename__ = "ledger_receipt_book"
    __table_args__ = (CheckConstraint("last_number >= 0", name="number_not_below_zero"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True, autoincrement=False)
    last_number: Mapped[int]
