"""Offers to hand a property over, and the times in which organisations had a property that they have no longer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, only_where
from atlasbahamas.db.triggers import refusing
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.portfolio.models import Base, Property

ANSWERS = {"accepted": "Accepted", "declined": "Declined", "withdrawn": "Taken back"}
_UNDER_WAY = "done IS NULL AND (answer IS NULL OR answer = 'accepted')"


class Handover(Base):
    """An offer to hand a property to another organisation on `day` (local date), and what became of it.

    Whoever has the property accepts nothing: the other side does, and until `done` either can still take it back. `property_name`
    is what it was called then. A property has one that is under way at a time.
    """

    __tablename__ = "portfolio_handover"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_somebody_else"),
        CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn')", name="known_answer"),
        CheckConstraint("(answer IS NULL) = (answered IS NULL)", name="answer_has_time"),
        CheckConstraint("done IS NULL OR (answer IS NOT NULL AND answer = 'accepted')", name="only_accepted_is_done"),
        Index(
            "uq_portfolio_handover_under_way",
            "property_id",
            unique=True,
            **only_where(_UNDER_WAY),
        ),
        Index("ix_portfolio_handover_from_id", "from_id"),
        Index("ix_portfolio_handover_to_id", "to_id"),
        Index("ix_portfolio_handover_day", "day"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    property_id: Mapped[int] = mapped_column(ForeignKey(Property.id))
    property_name: Mapped[Line]
    from_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    to_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    day: Mapped[date]
    offered: Mapped[datetime]
    offered_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    answer: Mapped[str | None] = mapped_column(String(10))
    answered: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    done: Mapped[datetime | None]

    giver: Mapped[Organisation] = relationship(Organisation, foreign_keys=from_id, lazy="joined", innerjoin=True)
    taker: Mapped[Organisation] = relationship(Organisation, foreign_keys=to_id, lazy="joined", innerjoin=True)


class FormerProperty(Base):
    """An organisation had a property from `starts` (None: from its beginning here) until the day before `ends` (local dates).

    `facts` are the property and its units as they were when it was handed over: nothing of what came later. The times of a
    property never overlap; the database holds that.
    """

    __tablename__ = "portfolio_former_property"
    __table_args__ = (
        CheckConstraint("ends >= starts", name="ends_after_start"),
        Index("ix_portfolio_former_property_organisation_id", "organisation_id", "id"),
        Index("ix_portfolio_former_property_property_id", "property_id", "ends"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    property_id: Mapped[int] = mapped_column(ForeignKey(Property.id))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    handover_id: Mapped[int] = mapped_column(ForeignKey(Handover.id), unique=True)
    starts: Mapped[date | None]
    ends: Mapped[date]
    name: Mapped[Line]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    organisation: Mapped[Organisation] = relationship(Organisation)
    handover: Mapped[Handover] = relationship(Handover)


_OVERLAP = """EXISTS (SELECT 1 FROM portfolio_former_property AS other
    WHERE other.property_id = NEW.property_id AND other.id <> NEW.id
    AND coalesce(other.starts, '0001-01-01') < NEW.ends AND other.ends > coalesce(NEW.starts, '0001-01-01'))"""
_MOVES_ALONE = """NEW.organisation_id <> OLD.organisation_id AND NOT EXISTS (SELECT 1 FROM portfolio_handover
    WHERE property_id = OLD.id AND from_id = OLD.organisation_id AND to_id = NEW.organisation_id
    AND answer = 'accepted' AND done IS NULL)"""
HANDED = "portfolio_property_is_handed_over"

TRIGGERS = (
    refusing(HANDED, "portfolio_property", HANDED, "UPDATE", _MOVES_ALONE),
    *(
        refusing(f"portfolio_former_property_apart_{event.lower()}", "portfolio_former_property",
                 "portfolio_former_property_apart", event, _OVERLAP)
        for event in ("INSERT", "UPDATE")
    ),
)  # fmt: skip
