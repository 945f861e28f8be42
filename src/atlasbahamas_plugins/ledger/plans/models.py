"""Tables of payment plans. What the database refuses about them is in guards.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents, Id, Key, Line, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.leaving.models import HERE, WAYS
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.models import Base

STATES = {"proposed": "Proposed", "agreed": "Agreed", "kept": "Kept", "broken": "Broken", "ended": "Ended"}
TONES = {"proposed": "warn", "agreed": "sea", "kept": "good", "broken": "bad", "ended": "quiet"}
"""Tone of a state's badge."""

MOVES = {"proposed": ("agreed", "ended"), "agreed": ("kept", "broken", "ended"), "kept": (), "broken": (), "ended": ()}
"""Which state can follow on which. The database keeps to it."""

OPEN = ("proposed", "agreed")
"""States of a plan that somebody can still do something about; of one lease there is one."""

MOST_INSTALMENTS = 36
MOST_GRACE_DAYS = 60
_IS_OPEN = "state IN ('proposed', 'agreed')"


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Plan(Base):
    """Arrears of a lease that are paid in instalments: what was unpaid of some charges when it was proposed, `cents` in all.

    An instalment can be paid `grace_days` after its day. `agreed_on` is the local day from which it holds; `party_id` said so,
    `way` is how (here by themselves, or as somebody wrote down: `written_by_id`). `closed_on` is the local day on which it was
    kept, broken or ended, `reason` why it ended.
    """

    __tablename__ = "ledger_plan"
    __table_args__ = (
        CheckConstraint(_one_of("state", STATES), name="known_state"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint(f"grace_days BETWEEN 0 AND {MOST_GRACE_DAYS}", name="grace_in_range"),
        CheckConstraint("(agreed_on IS NULL) = (party_id IS NULL)", name="agreed_by_somebody"),
        CheckConstraint("(agreed_on IS NULL) = (way IS NULL)", name="agreed_in_a_way"),
        CheckConstraint("agreed_on IS NOT NULL OR state IN ('proposed', 'ended')", name="agreed_on_a_day"),
        CheckConstraint(_one_of("way", (HERE, *WAYS)), name="known_way"),
        CheckConstraint(f"(way = '{HERE}') = (way IS NOT NULL AND written_by_id IS NULL)", name="written_by_somebody"),
        CheckConstraint(f"(closed_on IS NULL) = ({_IS_OPEN})", name="closed_on_a_day"),
        CheckConstraint("state <> 'ended' OR reason <> ''", name="ended_with_a_reason"),
        Index("ix_ledger_plan_lease_id", "lease_id", "id"),
        Index("ix_ledger_plan_organisation_id", "organisation_id"),
        Index("ix_ledger_plan_party_id", "party_id"),
        Index("ix_ledger_plan_proposed_by_id", "proposed_by_id"),
        Index("ix_ledger_plan_written_by_id", "written_by_id"),
        Index("ix_ledger_plan_state", "state", "id"),
        Index("uq_ledger_plan_open", "lease_id", unique=True, **only_where(_IS_OPEN)),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    state: Mapped[str] = mapped_column(String(10))
    cents: Mapped[Cents]
    grace_days: Mapped[int]
    proposed: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    agreed_on: Mapped[date | None]
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    way: Mapped[str | None] = mapped_column(String(8))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    closed_on: Mapped[date | None]
    reason: Mapped[Line]

    lease: Mapped[Lease] = relationship(Lease)
    party: Mapped[LeaseParty | None] = relationship(LeaseParty)
    written_by: Mapped[Person | None] = relationship(Person, foreign_keys=written_by_id)
    instalments: Mapped[list[Instalment]] = relationship(order_by="Instalment.position")
    covered: Mapped[list[PlanCharge]] = relationship(order_by="PlanCharge.charge_id")


class Instalment(Base):
    """So many cents of a plan, due on a local day. Those of a plan add up to it, each later than the one before."""

    __tablename__ = "ledger_instalment"
    __table_args__ = (
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_INSTALMENTS}", name="position_in_range"),
    )

    plan_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Plan.id), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_on: Mapped[date]
    cents: Mapped[Cents]


class PlanCharge(Base):
    """A charge that a plan covers, and how much was unpaid of it when the plan was proposed."""

    __tablename__ = "ledger_plan_charge"
    __table_args__ = (
        CheckConstraint("cents > 0", name="cents_above_zero"),
        Index("ix_ledger_plan_charge_charge_id", "charge_id"),
    )

    plan_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Plan.id), primary_key=True, autoincrement=False)
    charge_id: Mapped[int] = mapped_column(BigKey, ForeignKey(Charge.id), primary_key=True, autoincrement=False)
    cents: Mapped[Cents]

    charge: Mapped[Charge] = relationship(Charge, lazy="joined", innerjoin=True)
