"""Tables of bills. What the database refuses about them is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents, Id, Key, only_where
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.places.models import Utility

PAYERS = {
    "tenant": "The tenants, to the company",
    "landlord": "The landlord",
    "rebilled": "The landlord, who passes it on to the tenants",
}
"""Who pays the bills of an account."""

OF_TENANTS = ("tenant", "rebilled")
"""Payers whose bills the tenants see."""

NUMBER_LENGTH = 40

BILL, PROOF = "bill", "proof"
"""What a file is: the bill itself, or a proof that it was paid."""


class BillAccount(Base):
    """An account with a utility for a unit: its number there, and who pays its bills. `closed`: the local day from which no
    more come. Of one unit, utility and number one account is open.
    """

    __tablename__ = "ledger_bill_account"
    __table_args__ = (
        UniqueConstraint("organisation_id", "unit_id", "id"),
        CheckConstraint(f"payer IN ({', '.join(repr(payer) for payer in PAYERS)})", name="known_payer"),
        CheckConstraint("number <> ''", name="has_a_number"),
        Index("ix_ledger_bill_account_unit_id", "unit_id"),
        Index("ix_ledger_bill_account_utility_id", "utility_id"),
        Index(
            "uq_ledger_bill_account_open",
            "organisation_id",
            "unit_id",
            "utility_id",
            "number",
            unique=True,
            **only_where("closed IS NULL"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    utility_id: Mapped[int] = mapped_column(ForeignKey(Utility.id))
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    payer: Mapped[str] = mapped_column(String(10))
    closed: Mapped[date | None]
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit] = relationship(Unit)
    utility: Mapped[Utility] = relationship(Utility, lazy="joined")

    __mapper_args__ = {"version_id_col": version}


class Bill(Base):
    """A bill of an account: for the local days from `starts` to `ends`, due on a day, cents.

    `payer` is who pays this one, whatever is agreed later. It is about the lease that has the day `starts`. `paid_on` is the
    local day on which somebody says that the company was paid, `paid_by_id` who says so. `charge_id` is the charge by which it
    was passed on to the tenants last. `reminded`: when people were told that it will be due. `ref` is the key of the form that
    it came with: sent twice, it is one bill.
    """

    __tablename__ = "ledger_bill"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "unit_id", "account_id"],
            ["ledger_bill_account.organisation_id", "ledger_bill_account.unit_id", "ledger_bill_account.id"],
            name="fk_ledger_bill_account",
        ),
        CheckConstraint(f"payer IN ({', '.join(repr(payer) for payer in PAYERS)})", name="known_payer"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("ends >= starts", name="period_has_days"),
        CheckConstraint("due_on >= starts", name="due_after_it_begins"),
        CheckConstraint("paid_on IS NOT NULL OR paid_by_id IS NULL", name="paid_says_somebody"),
        CheckConstraint("charge_id IS NULL OR payer = 'rebilled'", name="only_some_are_passed_on"),
        Index("ix_ledger_bill_account_id", "account_id", "starts"),
        Index("ix_ledger_bill_unit_id", "unit_id", "starts"),
        Index("ix_ledger_bill_organisation_id_due_on", "organisation_id", "due_on", "id"),
        Index("uq_ledger_bill_charge_id", "charge_id", unique=True),
        Index("ix_ledger_bill_paid_by_id", "paid_by_id"),
        Index(
            "ix_ledger_bill_to_remind",
            "due_on",
            **only_where("reminded IS NULL AND paid_on IS NULL"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int]
    unit_id: Mapped[int]
    account_id: Mapped[int]
    payer: Mapped[str] = mapped_column(String(10))
    starts: Mapped[date]
    ends: Mapped[date]
    due_on: Mapped[date]
    cents: Mapped[Cents]
    created: Mapped[datetime]
    paid_on: Mapped[date | None]
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    charge_id: Mapped[int | None] = mapped_column(ForeignKey(Charge.id))
    reminded: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    account: Mapped[BillAccount] = relationship(BillAccount)
    charge: Mapped[Charge | None] = relationship(Charge)
    files: Mapped[list[BillFile]] = relationship(order_by="BillFile.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_passed_on(self) -> bool:
        """Whether tenants owe it to the landlord."""
        return self.charge is not None and self.charge.voided_by is None

    @property
    def is_paid(self) -> bool:
        """Whether somebody says that it was paid, or the charge by which it was passed on is."""
        if self.payer == "rebilled":
            return self.is_passed_on and self.charge is not None and self.charge.open_cents == 0
        return self.paid_on is not None


class BillFile(Base):
    """A photo or PDF of a bill, or a proof that it was paid (`what`)."""

    __tablename__ = "ledger_bill_file"
    __table_args__ = (
        CheckConstraint(f"what IN ('{BILL}', '{PROOF}')", name="known_kind"),
        Index("ix_ledger_bill_file_bill_id", "bill_id", "id"),
        Index("ix_ledger_bill_file_file_id", "file_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    bill_id: Mapped[int] = mapped_column(ForeignKey(Bill.id))
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))
    what: Mapped[str] = mapped_column(String(5))

    file: Mapped[File] = relationship(File, lazy="joined")


class BillPayment(Base):
    """Says that a payment is for a bill that was passed on: it comes on the account of bills, and pays no rent."""

    __tablename__ = "ledger_bill_payment"
    __table_args__ = (Index("ix_ledger_bill_payment_charge_id", "charge_id"),)

    payment_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Payment.id), primary_key=True, autoincrement=False)
    charge_id: Mapped[int] = mapped_column(ForeignKey(Charge.id))

    charge: Mapped[Charge] = relationship(Charge)
