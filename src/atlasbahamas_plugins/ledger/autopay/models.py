"""Tables of autopay. What the database refuses about them is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id, Key, Line, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.models import Base

STATES = {"active": "On", "paused": "Paused", "stopped": "Stopped", "ended": "Ended"}
TONES = {"active": "good", "paused": "quiet", "stopped": "bad", "ended": "quiet"}
MOVES = {
    "active": ("paused", "stopped", "ended"),
    "paused": ("active", "ended"),
    "stopped": ("active", "ended"),
    "ended": (),
}
"""Which state can follow on which. What failed too often is stopped, until the tenant lets it go on."""

MOST_LEAD_DAYS = 14
TAKES = "state <> 'ended' AND method_id IS NOT NULL"
LIVES = "state <> 'ended'"


class Autopay(Base):
    """What a tenant wants for a lease. With `method_id` money is taken, without it the tenant is reminded and pays by hand.

    `day` is the day of the month on which it acts (its last, in shorter months), None for the days on which something is due.
    `lead_days` before that the tenant is reminded. It acts on days from `from_day` on. `reminded_for` is the last day of which
    the tenant was reminded. `reason` says why it was stopped.
    """

    __tablename__ = "ledger_autopay"
    __table_args__ = (
        UniqueConstraint("lease_id", "id"),
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="known_state"),
        CheckConstraint("day BETWEEN 1 AND 31", name="day_in_month"),
        CheckConstraint(f"lead_days BETWEEN 0 AND {MOST_LEAD_DAYS}", name="lead_in_range"),
        CheckConstraint("(reason <> '') = (state = 'stopped')", name="stopped_with_a_reason"),
        # Of one lease only one takes money; each tenant has one instruction.
        Index("uq_ledger_autopay_takes", "lease_id", unique=True, **only_where(TAKES)),
        Index("uq_ledger_autopay_mine", "lease_id", "person_id", unique=True, **only_where(LIVES)),
        Index("ix_ledger_autopay_state", "state", "id"),
        Index("ix_ledger_autopay_organisation_id", "organisation_id"),
        Index("ix_ledger_autopay_person_id", "person_id"),
        Index("ix_ledger_autopay_method_id", "method_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    method_id: Mapped[int | None] = mapped_column(ForeignKey(SavedMethod.id))
    state: Mapped[str] = mapped_column(String(10))
    day: Mapped[int | None]
    lead_days: Mapped[int]
    from_day: Mapped[date]
    reminded_for: Mapped[date | None]
    created: Mapped[datetime]
    reason: Mapped[Line]

    lease: Mapped[Lease] = relationship(Lease)
    person: Mapped[Person] = relationship(Person)
    method: Mapped[SavedMethod | None] = relationship(SavedMethod)


class Taking(Base):
    """What was asked for a lease on one of its days, once: what was due then and not on its way in another manner."""

    __tablename__ = "ledger_autopay_taking"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lease_id", "autopay_id"], ["ledger_autopay.lease_id", "ledger_autopay.id"], name="fk_ledger_autopay_taking_autopay"
        ),
        UniqueConstraint("lease_id", "day"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        Index("ix_ledger_autopay_taking_autopay", "lease_id", "autopay_id"),
    )

    id: Mapped[Id]
    autopay_id: Mapped[int]
    lease_id: Mapped[int]
    day: Mapped[date]
    cents: Mapped[Cents]
    made: Mapped[datetime]


class Attempt(Base):
    """A try to take a taking: the first, or the next after one that failed."""

    __tablename__ = "ledger_autopay_attempt"
    __table_args__ = (UniqueConstraint("taking_id", "number"), UniqueConstraint("gateway_payment_id"))

    id: Mapped[Id]
    taking_id: Mapped[int] = mapped_column(ForeignKey(Taking.id))
    number: Mapped[int]
    gateway_payment_id: Mapped[int] = mapped_column(ForeignKey(GatewayPayment.id, name="fk_ledger_autopay_attempt_payment"))

    payment: Mapped[GatewayPayment] = relationship(GatewayPayment)
