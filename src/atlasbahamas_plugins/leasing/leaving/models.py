"""What happens when a lease ends: steps, deductions with photos, the statement as it was sent, and answers to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Cents, Id, Key, Line, Prose
from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas.files.gallery.models import PhotoColumns
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.models import BINDING, Base, Lease, LeaseParty, one_of

STEPS = {"date": "Date agreed", "meter": "Meter read", "keys": "Keys returned", "vacant": "Vacant"}
KINDS = {
    "cleaning": "Cleaning",
    "repair": "Repair",
    "replacement": "Replacement",
    "keys": "Keys or locks",
    "rent": "Unpaid rent",
    "bill": "Unpaid bill",
    "other": "Something else",
}
HERE, BY_LINK = "here", "link"
"""How a tenant answers on this site by themselves: signed in, or with a link and its code."""

WAYS = {"person": "In person", "phone": "On the phone", "paper": "On paper", "message": "By a message"}
"""How a tenant can answer otherwise, for somebody else to write it down."""

HELD = ("security", "last", "key", "pet")
"""Kinds of deposits that are still the tenants' when they leave; the first rent was for the first month."""
MOST_KEYS = 1000


class MoveOutStep(Base):
    """Something was done on a day (local date), and who wrote it down when.

    `name` and `reading` are a meter's, `count` is of keys. The last date that was agreed counts.
    """

    __tablename__ = "leasing_move_out_step"
    __table_args__ = (
        CheckConstraint(one_of("kind", STEPS), name="known_kind"),
        CheckConstraint("(kind = 'keys') = (count IS NOT NULL)", name="keys_are_counted"),
        CheckConstraint(f"count BETWEEN 1 AND {MOST_KEYS}", name="count_in_range"),
        CheckConstraint("(kind = 'meter') = (name <> '' AND reading <> '')", name="meters_have_a_reading"),
        Index("ix_leasing_move_out_step_lease_id", "lease_id"),
        Index("ix_leasing_move_out_step_person_id", "person_id"),
    )

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    kind: Mapped[str] = mapped_column(String(8))
    day: Mapped[date]
    name: Mapped[Line]
    reading: Mapped[Line]
    count: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]

    person: Mapped[Person | None] = relationship(Person, lazy="joined")


class Deduction(Base):
    """Something that is to be taken from the deposits: `cents`, less `wear_cents` for what use alone had worn off."""

    __tablename__ = "leasing_deduction"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="known_kind"),
        CheckConstraint("cents >= 0", name="amount_not_below_zero"),
        CheckConstraint("wear_cents BETWEEN 0 AND cents", name="wear_within_amount"),
        Index("ix_leasing_deduction_lease_id", "lease_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    kind: Mapped[str] = mapped_column(String(12))
    words: Mapped[Line]
    reason: Mapped[Prose]
    cents: Mapped[Cents]
    wear_cents: Mapped[Cents]
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def taken_cents(self) -> int:
        """What is taken from the deposits."""
        return self.cents - self.wear_cents


class DeductionPhoto(PhotoColumns, Base):
    """A photo of what a deduction is for."""

    __tablename__ = "leasing_deduction_photo"
    plugin, thing = "leasing", "deduction"

    deduction_id: Mapped[int] = mapped_column(ForeignKey(Deduction.id))


class Statement(Base):
    """The final statement as it was sent: `content` is canonical JSON, `digest` its SHA-256. There is one of a lease."""

    __tablename__ = "leasing_statement"
    __table_args__ = (Index("ix_leasing_statement_person_id", "person_id"),)

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id), unique=True)
    content: Mapped[Prose]
    digest: Mapped[str] = mapped_column(String(64))
    held_cents: Mapped[Cents]
    taken_cents: Mapped[Cents]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    sent: Mapped[datetime]

    person: Mapped[Person | None] = relationship(Person, lazy="joined")


class DeductionAnswer(Base):
    """What a tenant says to a deduction that was sent; the last one of each counts. Only what names people in it can change.

    `way` is how they said it. What they did not say on this site by themselves has who wrote it down.
    """

    __tablename__ = "leasing_deduction_answer"
    __table_args__ = (
        CheckConstraint("agrees OR words <> ''", name="says_why"),
        CheckConstraint(one_of("way", (HERE, BY_LINK, *WAYS)), name="known_way"),
        CheckConstraint(f"({one_of('way', (HERE, BY_LINK))}) = (written_by_id IS NULL)", name="written_by_somebody"),
        Index("ix_leasing_deduction_answer_deduction_id", "deduction_id"),
        Index("ix_leasing_deduction_answer_party_id", "party_id"),
        Index("ix_leasing_deduction_answer_written_by_id", "written_by_id"),
    )

    id: Mapped[Id]
    deduction_id: Mapped[int] = mapped_column(ForeignKey(Deduction.id))
    party_id: Mapped[int] = mapped_column(ForeignKey(LeaseParty.id))
    agrees: Mapped[bool]
    words: Mapped[Prose]
    created: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(8))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    party: Mapped[LeaseParty] = relationship(LeaseParty, lazy="joined", innerjoin=True)
    written_by: Mapped[Person | None] = relationship(Person, lazy="joined")


_BINDING = ", ".join(repr(state) for state in BINDING)
_OPEN = f"""EXISTS (SELECT 1 FROM leasing_lease WHERE id = NEW.lease_id AND state IN ('notice', 'ended')
    AND NOT EXISTS (SELECT 1 FROM leasing_lease AS later
        WHERE (later.continues_id = NEW.lease_id OR later.taken_over_id = NEW.lease_id) AND later.state IN ({_BINDING})))"""  # noqa: S608


def _sent(lease_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM leasing_statement WHERE lease_id = {lease_id})"  # noqa: S608


def _of_deduction(row: str) -> str:
    return f"(SELECT lease_id FROM leasing_deduction WHERE id = {row}.deduction_id)"  # noqa: S608


_DEDUCTION_MOVED = "NEW.id <> OLD.id OR NEW.ref <> OLD.ref OR NEW.lease_id <> OLD.lease_id OR NEW.created <> OLD.created"
_ANSWER_CHANGED = """NEW.id <> OLD.id OR NEW.deduction_id <> OLD.deduction_id OR NEW.party_id <> OLD.party_id
    OR NEW.agrees <> OLD.agrees OR NEW.created <> OLD.created
    OR NEW.way <> OLD.way OR coalesce(NEW.written_by_id, 0) <> coalesce(OLD.written_by_id, 0)"""
_HELD = f"""(SELECT coalesce(sum(cents), 0) FROM leasing_deposit
    WHERE lease_id = NEW.lease_id AND kind IN ({", ".join(repr(kind) for kind in HELD)}))"""  # noqa: S608
_TAKEN = "(SELECT coalesce(sum(cents - wear_cents), 0) FROM leasing_deduction WHERE lease_id = NEW.lease_id)"

TRIGGERS = (
    *append_only("leasing_move_out_step", "id"),
    *append_only("leasing_statement", "id"),
    *append_only("leasing_deduction_answer", "id", changed_if=_ANSWER_CHANGED),
    refusing(
        "leasing_move_out_step_of_who_leaves",
        "leasing_move_out_step",
        "leasing_move_out_of_who_leaves",
        "INSERT",
        f"NOT {_OPEN}",
    ),
    refusing(
        "leasing_deduction_before_it_is_sent",
        "leasing_deduction",
        "leasing_deduction_frozen",
        "INSERT",
        f"NOT {_OPEN} OR {_sent('NEW.lease_id')}",
        # What REPLACE would take away without asking.
        on_sqlite=" OR EXISTS (SELECT 1 FROM leasing_deduction WHERE id = NEW.id OR ref = NEW.ref)",
    ),
    refusing(
        "leasing_deduction_frozen_update",
        "leasing_deduction",
        "leasing_deduction_frozen",
        "UPDATE",
        f"{_DEDUCTION_MOVED} OR {_sent('OLD.lease_id')}",
    ),
    refusing("leasing_deduction_frozen_delete", "leasing_deduction", "leasing_deduction_frozen", "DELETE", _sent("OLD.lease_id")),
    refusing(
        "leasing_deduction_photo_frozen_insert",
        "leasing_deduction_photo",
        "leasing_deduction_frozen",
        "INSERT",
        _sent(_of_deduction("NEW")),
        on_sqlite=""" OR EXISTS (SELECT 1 FROM leasing_deduction_photo WHERE id = NEW.id OR ref = NEW.ref
            OR file_id = NEW.file_id OR (deduction_id = NEW.deduction_id AND position = NEW.position))""",
    ),
    refusing(
        "leasing_deduction_photo_frozen_update",
        "leasing_deduction_photo",
        "leasing_deduction_frozen",
        "UPDATE",
        f"NEW.deduction_id <> OLD.deduction_id OR {_sent(_of_deduction('OLD'))}",
    ),
    refusing(
        "leasing_deduction_photo_frozen_delete",
        "leasing_deduction_photo",
        "leasing_deduction_frozen",
        "DELETE",
        _sent(_of_deduction("OLD")),
    ),
    refusing(
        "leasing_statement_adds_up",
        "leasing_statement",
        "leasing_statement_adds_up",
        "INSERT",
        f"NOT {_OPEN} OR NEW.held_cents <> {_HELD} OR NEW.taken_cents <> {_TAKEN}",
        on_sqlite=" OR EXISTS (SELECT 1 FROM leasing_statement WHERE lease_id = NEW.lease_id)",
    ),
    refusing(
        "leasing_deduction_answer_of_a_party",
        "leasing_deduction_answer",
        "leasing_deduction_answer_of_a_party",
        "INSERT",
        """NOT EXISTS (SELECT 1 FROM leasing_deduction
        JOIN leasing_statement ON leasing_statement.lease_id = leasing_deduction.lease_id
        JOIN leasing_party ON leasing_party.lease_id = leasing_deduction.lease_id
        WHERE leasing_deduction.id = NEW.deduction_id AND leasing_party.id = NEW.party_id
        AND leasing_party.role <> 'guarantor')""",
    ),
    refusing(
        "leasing_lease_settled",
        "leasing_lease",
        "leasing_lease_settled",
        "UPDATE",
        f"NEW.state IN ('active', 'cancelled') AND OLD.state <> NEW.state AND {_sent('NEW.id')}",
    ),
)
