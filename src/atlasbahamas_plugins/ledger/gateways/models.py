"""Tables of what goes through gateways. What the database refuses about them is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id, Key, Line, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.gateways.interface import OF_PAYMENTS
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.payments.models import Payment

STATES = {"started": "Not paid yet", "failed": "Not paid", "paid": "Paid", "refunded": "Given back"}
TONES = {"started": "warn", "failed": "bad", "paid": "good", "refunded": "quiet"}
MOVES = {"started": ("failed", "paid"), "failed": ("paid",), "paid": ("refunded",), "refunded": ()}
"""Which state can follow on which. What failed may still be paid: a person tries again on the gateway's page."""

METHOD_STATES = {"asked": "Not finished", "failed": "Not saved", "saved": "Saved", "removed": "Removed"}
METHOD_TONES = {"asked": "warn", "failed": "bad", "saved": "good", "removed": "quiet"}
METHOD_MOVES = {"asked": ("saved", "failed"), "failed": ("saved",), "saved": ("removed",), "removed": ()}

ADDRESS_LENGTH = 2000


def _one_of(column: str, values: dict[str, str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _to_entry(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organisation_id", column],
        ["ledger_entry.organisation_id", "ledger_entry.number"],
        name=f"fk_ledger_gateway_payment_{column}",
    )


class SavedMethod(Base):
    """A way to pay that a gateway keeps for a person. We have its name for it (`token`), a label, and the last day of its use.

    It is saved when the gateway has said so, and not before. `address` is where the person gives it to the gateway.
    """

    __tablename__ = "ledger_saved_method"
    __table_args__ = (
        UniqueConstraint("gateway", "token"),
        CheckConstraint(_one_of("state", METHOD_STATES), name="known_state"),
        CheckConstraint("(token IS NOT NULL) = (state = 'saved')", name="has_a_token_while_saved"),
        Index("ix_ledger_saved_method_person_id", "person_id", "id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    gateway: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    token: Mapped[str | None] = mapped_column(String(200))
    label: Mapped[Line]
    expires: Mapped[date | None]


class GatewayPayment(Base):
    """One try to pay for a lease through a gateway: by a person who is led there (`redirect`), or by a saved method (`charge`).

    `ref` is our reference and the idempotency key, `remote_ref` the gateway's. `address` is where the person pays, until `until`.
    `payment_id` is the confirmed payment that it became. `settled_entry` is the entry by which the gateway paid it out,
    `refund_settled_entry` the one by which what was given back afterwards was taken from the bank.
    """

    __tablename__ = "ledger_gateway_payment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["ledger_payment.organisation_id", "ledger_payment.id"],
            name="fk_ledger_gateway_payment_payment",
        ),
        _to_entry("settled_entry"),
        _to_entry("refund_settled_entry"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint(_one_of("state", STATES), name="known_state"),
        CheckConstraint("way IN ('redirect', 'charge')", name="known_way"),
        CheckConstraint("(method_id IS NOT NULL) = (way = 'charge')", name="charges_a_method"),
        CheckConstraint("(payment_id IS NOT NULL) = (state IN ('paid', 'refunded'))", name="paid_is_a_payment"),
        CheckConstraint("settled_entry IS NULL OR payment_id IS NOT NULL", name="settled_when_paid"),
        CheckConstraint("refund_settled_entry IS NULL OR state = 'refunded'", name="refund_settled_when_refunded"),
        UniqueConstraint("payment_id"),
        Index("ix_ledger_gateway_payment_lease_id", "lease_id", "id"),
        Index("ix_ledger_gateway_payment_payment", "organisation_id", "payment_id"),
        Index("ix_ledger_gateway_payment_method_id", "method_id"),
        Index("ix_ledger_gateway_payment_by_person_id", "by_person_id"),
        Index("ix_ledger_gateway_payment_refund_by_id", "refund_by_id"),
        Index("ix_ledger_gateway_payment_settled_entry", "organisation_id", "settled_entry"),
        Index("ix_ledger_gateway_payment_refund_settled_entry", "organisation_id", "refund_settled_entry"),
        Index(
            "ix_ledger_gateway_payment_started",
            "lease_id",
            **only_where("state = 'started'"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    gateway: Mapped[str] = mapped_column(String(30))
    way: Mapped[str] = mapped_column(String(10))
    method_id: Mapped[int | None] = mapped_column(ForeignKey(SavedMethod.id))
    cents: Mapped[Cents]
    state: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime]
    until: Mapped[datetime | None]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    remote_ref: Mapped[Line]
    reason: Mapped[Line]
    payment_id: Mapped[int | None]
    refund_asked: Mapped[datetime | None]
    refund_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    refund_reason: Mapped[Line]
    settled_entry: Mapped[int | None]
    refund_settled_entry: Mapped[int | None]

    lease: Mapped[Lease] = relationship(Lease)
    method: Mapped[SavedMethod | None] = relationship(SavedMethod)
    payment: Mapped[Payment | None] = relationship(
        Payment,
        viewonly=True,
        primaryjoin=lambda: GatewayPayment.payment_id == Payment.id,
        foreign_keys=lambda: GatewayPayment.payment_id,
    )


class GatewayEvent(Base):
    """A fact that a gateway told about a payment or a method. The same one again (`event_id`) is no second one.

    `digest` is the SHA-256 of what was sent, so that another fact under the same id is found out.
    """

    __tablename__ = "ledger_gateway_event"
    __table_args__ = (
        UniqueConstraint("gateway", "event_id"),
        CheckConstraint("(gateway_payment_id IS NULL) <> (method_id IS NULL)", name="of_one_thing"),
        CheckConstraint("fee_cents >= 0", name="fee_not_below_zero"),
        CheckConstraint(f"(gateway_payment_id IS NOT NULL) = (kind IN {OF_PAYMENTS})", name="kind_fits"),
        Index("ix_ledger_gateway_event_gateway_payment_id", "gateway_payment_id", "kind"),
        Index("ix_ledger_gateway_event_method_id", "method_id", "kind"),
    )

    id: Mapped[Id]
    gateway: Mapped[str] = mapped_column(String(30))
    event_id: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(20))
    gateway_payment_id: Mapped[int | None] = mapped_column(ForeignKey(GatewayPayment.id, name="fk_ledger_gateway_event_payment"))
    method_id: Mapped[int | None] = mapped_column(ForeignKey(SavedMethod.id))
    remote_ref: Mapped[Line]
    happened: Mapped[datetime]
    received: Mapped[datetime]
    fee_cents: Mapped[Cents]
    reason: Mapped[Line]
    digest: Mapped[str] = mapped_column(String(64))
