"""Leases, their parties, rents, deposits and clauses. What the database refuses about them is in guards.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id, Key, Line, Prose, metadata, only_where, type_annotations
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Unit

if TYPE_CHECKING:
    from atlasbahamas_plugins.leasing.writing.models import Opening

STATES = {
    "draft": "Draft",
    "sent": "Sent",
    "signed": "Signed",
    "active": "Active",
    "notice": "Notice",
    "ended": "Ended",
    "cancelled": "Cancelled",
}
TONES = {
    "draft": "quiet",
    "sent": "sea",
    "signed": "good",
    "active": "good",
    "notice": "warn",
    "ended": "quiet",
    "cancelled": "quiet",
}
"""Tone of a state's badge."""

RUNNING = ("signed", "active", "notice")
"""States of a lease that somebody can rely on today or later."""

BINDING = (*RUNNING, "ended")
"""States of a lease that takes its days of the unit: those of two such leases never overlap."""

MOVES = {
    "draft": ("sent", "signed", "active", "ended", "cancelled"),
    "sent": ("draft", "signed", "active", "ended", "cancelled"),
    "signed": ("active", "ended", "cancelled"),
    "active": ("notice", "ended", "cancelled"),
    "notice": ("active", "ended", "cancelled"),
    "ended": ("cancelled",),
    "cancelled": (),
}
"""Which state can follow on which. The database keeps to it."""

ORIGINS = {
    "signed_here": "Signed here",
    "printed": "Written here, signed on paper",
    "on_paper": "Signed on paper",
    "oral": "Agreed by word of mouth",
}
"""How a lease came to be."""

RECORDED = ("on_paper", "oral")
"""Origins of a lease that was there before it was written down here."""

KINDS = {"fixed": "For a fixed term", "month_to_month": "Month to month"}
PERIODS = {
    "weekly": "a week",
    "fortnightly": "every two weeks",
    "four_weekly": "every four weeks",
    "monthly": "a month",
    "quarterly": "a quarter",
    "yearly": "a year",
}
TIMINGS = {"advance": "In advance", "arrears": "In arrears"}
LATE_FEES = {
    "none": "No late fee",
    "flat": "An amount",
    "percent": "A percentage of what is unpaid",
    "larger": "The larger of an amount and a percentage",
}
ROLES = {"primary": "First tenant", "tenant": "Tenant", "guarantor": "Guarantor"}
DEPOSITS = {
    "first": "First rent",
    "last": "Last rent",
    "security": "Security deposit",
    "key": "Key deposit",
    "pet": "Pet deposit",
}
"""What is paid to move in, by kind."""

MOST_GRACE_DAYS = 90
FOR_EVER = "9999-12-31"


def one_of(column: str, values: Iterable[str]) -> str:
    """SQL for a column that has one of some values; NULL passes."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Base(DeclarativeBase):
    """Base of leasing's tables."""

    metadata = metadata
    type_annotation_map = type_annotations


def _opening() -> type[Opening]:
    """Imported when it is wanted: whoever maps a lease needs it, and it is written on leases itself."""
    from atlasbahamas_plugins.leasing.writing.models import Opening

    return Opening


class Lease(Base):
    """An agreement about a unit, of the organisation that has it then (domain.md 3.3).

    `starts` and `last_day` are local dates, both days of the lease; `last_day` None: nobody knows yet. A fixed term has
    `term_last_day`; a lease that `rolls_over` goes on after it from month to month. `since` is the day from which these people
    rent here, before `starts` where the lease continues another one: of the same landlord (`continues_id`: it was renewed or
    changed), or of the former one (`taken_over_id`: the property changed hands). One lease that was not cancelled continues
    another, and one takes it over. `agreed` is the day on which it became binding; `roll_over_told` that on which people were
    told that its term will be over. `until` is for lists: the database keeps it at the last day that anybody knows of, that of
    the lease or else of its term, and at FOR_EVER where there is none. The late fee is data: cents, hundredths of a percent,
    and a cap in cents.
    """

    __tablename__ = "leasing_lease"
    __table_args__ = (
        CheckConstraint(one_of("state", STATES), name="known_state"),
        CheckConstraint(one_of("origin", ORIGINS), name="known_origin"),
        CheckConstraint(one_of("kind", KINDS), name="known_kind"),
        CheckConstraint(one_of("period", PERIODS), name="known_period"),
        CheckConstraint(one_of("timing", TIMINGS), name="known_timing"),
        CheckConstraint(one_of("late_fee_kind", LATE_FEES), name="known_late_fee"),
        CheckConstraint("(kind = 'fixed') = (term_last_day IS NOT NULL)", name="fixed_has_term"),
        CheckConstraint("kind = 'fixed' OR rolls_over", name="only_terms_run_out"),
        CheckConstraint("term_last_day >= since", name="term_ends_after_start"),
        CheckConstraint("last_day >= starts", name="ends_after_start"),
        CheckConstraint("since <= starts", name="since_before_start"),
        CheckConstraint(f"agreed IS NOT NULL OR NOT ({one_of('state', BINDING)})", name="binding_has_day"),
        CheckConstraint(f"rolls_over OR last_day IS NOT NULL OR NOT ({one_of('state', BINDING)})", name="term_runs_out"),
        CheckConstraint(f"last_day IS NOT NULL OR NOT ({one_of('state', ('notice', 'ended'))})", name="end_has_day"),
        CheckConstraint("due_day BETWEEN 1 AND 31", name="due_day_in_month"),
        CheckConstraint(f"grace_days BETWEEN 0 AND {MOST_GRACE_DAYS}", name="grace_in_range"),
        CheckConstraint(f"({one_of('late_fee_kind', ('flat', 'larger'))}) = (late_fee_cents > 0)", name="late_fee_amount"),
        CheckConstraint(
            f"({one_of('late_fee_kind', ('percent', 'larger'))}) = (late_fee_hundredths > 0)", name="late_fee_percentage"
        ),
        CheckConstraint("late_fee_cents >= 0 AND late_fee_hundredths BETWEEN 0 AND 10000", name="late_fee_in_range"),
        CheckConstraint("late_fee_cap_cents > 0", name="late_fee_cap_above_zero"),
        Index("ix_leasing_lease_organisation_id_created", "organisation_id", "created", "id"),
        Index("ix_leasing_lease_organisation_id_starts", "organisation_id", "starts", "id"),
        Index("ix_leasing_lease_organisation_id_until", "organisation_id", "until", "id"),
        Index("ix_leasing_lease_organisation_id_state", "organisation_id", "state", "until"),
        Index("ix_leasing_lease_unit_id_starts", "unit_id", "starts"),
        Index("ix_leasing_lease_state_last_day", "state", "last_day"),
        Index(
            "uq_leasing_lease_continues_id",
            "continues_id",
            unique=True,
            **only_where("state <> 'cancelled'"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    state: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(15))
    rolls_over: Mapped[bool]
    starts: Mapped[date]
    term_last_day: Mapped[date | None]
    last_day: Mapped[date | None]
    since: Mapped[date]
    agreed: Mapped[date | None]
    period: Mapped[str] = mapped_column(String(12))
    timing: Mapped[str] = mapped_column(String(8))
    due_day: Mapped[int]
    grace_days: Mapped[int]
    late_fee_kind: Mapped[str] = mapped_column(String(8))
    late_fee_cents: Mapped[Cents]
    late_fee_hundredths: Mapped[int]
    late_fee_cap_cents: Mapped[int | None]
    reason: Mapped[Line]
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("leasing_lease.id"))
    taken_over_id: Mapped[int | None] = mapped_column(ForeignKey("leasing_lease.id"), unique=True)
    roll_over_told: Mapped[date | None]
    until: Mapped[date] = mapped_column(server_default=FOR_EVER, server_onupdate=FetchedValue())
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit] = relationship(Unit, lazy="joined")
    organisation: Mapped[Organisation] = relationship(Organisation)
    parties: Mapped[list[LeaseParty]] = relationship(order_by="LeaseParty.position")
    rents: Mapped[list[RentTerm]] = relationship(order_by="RentTerm.starts")
    deposits: Mapped[list[Deposit]] = relationship(order_by="Deposit.id")
    clauses: Mapped[list[Clause]] = relationship(order_by="Clause.position")
    opening: Mapped[Opening | None] = relationship(_opening, viewonly=True)
    former: Mapped[Lease | None] = relationship(foreign_keys="Lease.continues_id", remote_side="Lease.id", viewonly=True)
    later: Mapped[list[Lease]] = relationship(
        primaryjoin="""and_(or_(remote(foreign(Lease.continues_id)) == Lease.id,
            remote(foreign(Lease.taken_over_id)) == Lease.id), remote(Lease.state) != 'cancelled')""",
        viewonly=True,
    )
    """Those that continue this one, of whichever landlord, unless they were cancelled."""

    # What the database works out is read when somebody asks for it, and never as it was before.
    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}

    @property
    def tenants(self) -> list[LeaseParty]:
        """Those who live there, the first one first; guarantors do not."""
        return [party for party in self.parties if party.role != "guarantor"]

    @property
    def guarantors(self) -> list[LeaseParty]:
        """Those who answer for the tenants."""
        return [party for party in self.parties if party.role == "guarantor"]

    @property
    def following(self) -> Lease | None:
        """The lease of the same landlord that continues this one, or is to."""
        return next((later for later in self.later if later.continues_id == self.id), None)

    @property
    def tenant_names(self) -> str:
        """The tenants as one line."""
        return ", ".join(party.contact.name for party in self.tenants)

    @property
    def to_move_in_cents(self) -> int:
        """What was to be paid before the keys were handed over."""
        return sum(deposit.cents for deposit in self.deposits)

    def rent_on(self, day: date) -> int | None:
        """The rent of a day in cents; None before the first."""
        return next((term.cents for term in reversed(self.rents) if term.starts <= day), None)

    def is_rolling(self, day: date) -> bool:
        """Whether the term is over on a day and the lease goes on from month to month."""
        return self.term_last_day is not None and self.rolls_over and self.term_last_day < day


class LeaseParty(Base):
    """Somebody who is bound by a lease: a contact of its organisation, perhaps without e-mail and without a sign-in."""

    __tablename__ = "leasing_party"
    __table_args__ = (
        UniqueConstraint("lease_id", "contact_id"),
        UniqueConstraint("lease_id", "position"),
        CheckConstraint(one_of("role", ROLES), name="known_role"),
        Index("ix_leasing_party_contact_id", "contact_id"),
        Index(
            "uq_leasing_party_primary",
            "lease_id",
            unique=True,
            **only_where("role = 'primary'"),
        ),
    )

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id))
    role: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]

    contact: Mapped[Contact] = relationship(Contact, lazy="joined")


class RentTerm(Base):
    """The rent for one period, from a day on until the next term's day. Rows are only added, each later than the last."""

    __tablename__ = "leasing_rent"
    __table_args__ = (UniqueConstraint("lease_id", "starts"), CheckConstraint("cents > 0", name="rent_above_zero"))

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    starts: Mapped[date]
    cents: Mapped[Cents]


class Deposit(Base):
    """Something to be paid to move in."""

    __tablename__ = "leasing_deposit"
    __table_args__ = (
        UniqueConstraint("lease_id", "kind"),
        CheckConstraint(one_of("kind", DEPOSITS), name="known_kind"),
        CheckConstraint("cents > 0", name="deposit_above_zero"),
    )

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    kind: Mapped[str] = mapped_column(String(10))
    cents: Mapped[Cents]


class Clause(Base):
    """Something else that was agreed, in words."""

    __tablename__ = "leasing_clause"
    __table_args__ = (UniqueConstraint("lease_id", "position"),)

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    position: Mapped[int]
    words: Mapped[Prose]
