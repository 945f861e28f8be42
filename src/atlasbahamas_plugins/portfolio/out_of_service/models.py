"""Times out of service."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Trigger
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.portfolio.models import Base, Unit


class OutOfService(Base):
    """A unit cannot be lived in from `starts` until the day before `ends` (local dates), or for as long as nobody says.

    The times of a unit never overlap; the database holds that.
    """

    __tablename__ = "portfolio_out_of_service"
    __table_args__ = (
        CheckConstraint("ends > starts", name="ends_after_start"),
        Index("ix_portfolio_out_of_service_unit_id_starts", "unit_id", "starts"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    starts: Mapped[date]
    ends: Mapped[date | None]
    reason: Mapped[Line]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit] = relationship(Unit)

    __mapper_args__ = {"version_id_col": version}


APART = "portfolio_out_of_service_apart"
_OVERLAP = """EXISTS (SELECT 1 FROM portfolio_out_of_service WHERE unit_id = NEW.unit_id AND id <> NEW.id
              AND starts < coalesce(NEW.ends, '9999-12-31') AND coalesce(ends, '9999-12-31') > NEW.starts)"""

TRIGGERS = tuple(
    Trigger(
        f"{APART}_{event.lower()}",
        "portfolio_out_of_service",
        sqlite=(
            f"CREATE TRIGGER {APART}_{event.lower()} AFTER {event} ON portfolio_out_of_service WHEN {_OVERLAP}"
            f" BEGIN SELECT RAISE(ABORT, '{APART}'); END",
        ),
        postgresql=(),
    )
    for event in ("INSERT", "UPDATE")
)
