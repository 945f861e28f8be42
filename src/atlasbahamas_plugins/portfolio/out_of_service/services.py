"""Taking a unit out of service and bringing it back. Raises Refused where a rule says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.out_of_service.models import APART, OutOfService
from atlasbahamas_plugins.portfolio.services import record_unit

FIELDS = ("starts", "ends", "reason")


@dataclass(frozen=True)
class OutOfServiceDetails:
    """From when, until when (the day on which the unit is back; None: nobody knows yet), and why."""

    starts: date
    ends: date | None
    reason: str


class OutOfServiceSource:
    """The occupancy source: units that cannot be lived in on a day."""

    def occupied(self, day: date) -> Select[int, str]:
        """Units whose time out of service covers the day."""
        covers = (OutOfService.starts <= day, or_(OutOfService.ends.is_(None), OutOfService.ends > day))
        return select(OutOfService.unit_id, literal("out_of_service")).where(*covers)


def take_out_of_service(
    db: Session,
    unit: Unit,
    details: OutOfServiceDetails,
    *,
    person_id: int | None,
    now: datetime,
    code: str | None = None,
) -> OutOfService:
    """Take a unit out of service. Raises Refused when it is out already in that time, or archived."""
    if unit.archived is not None:
        raise Refused("This unit is archived. Take it out of the archive first.")
    row = OutOfService(ref=new_key("o", code=code), unit_id=unit.id, person_id=person_id, created=now)
    _write(db, row, details)
    record_unit(db, "out_of_service:added", unit, after=_fields(row))
    return row


def change_out_of_service(db: Session, row: OutOfService, details: OutOfServiceDetails) -> None:
    """Change when or why. Raises Refused when the unit is out already in that time."""
    before, after = _write(db, row, details)
    if after:
        record_unit(db, "out_of_service:changed", row.unit, before={"out_of_service": row.ref, **before}, after=after)


def back_in_service(db: Session, row: OutOfService, *, today: date) -> None:
    """End the time today; what has not begun yet never will have. What is over stays as it was."""
    unit, before = row.unit, _fields(row)
    if row.ends is not None and row.ends <= today:
        raise Refused("That time is over already.")
    if row.starts >= today:
        db.delete(row)
        db.flush()
        record_unit(db, "out_of_service:removed", unit, before=before)
        return
    row.ends = today
    db.flush()
    record_unit(db, "out_of_service:ended", unit, before=before, after={"ends": today})


def times_out_of_service(db: Session, unit: Unit) -> list[OutOfService]:
    """The times of a unit, newest first: those that are over tell what it went through."""
    query = select(OutOfService).where(OutOfService.unit_id == unit.id).order_by(OutOfService.starts.desc())
    return list(db.scalars(query.limit(50)))


def _write(db: Session, row: OutOfService, details: OutOfServiceDetails) -> tuple[dict[str, object], dict[str, object]]:
    if details.ends is not None and details.ends <= details.starts:
        raise Refused("The unit has to come back after it is taken out.", "ends")
    try:
        with db.begin_nested():
            row.starts, row.ends, row.reason = details.starts, details.ends, details.reason
            db.add(row)
            changed = changes(row, FIELDS)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != APART:
            raise
        raise Refused("This unit is out of service already in that time.", "starts") from error
    return changed


def _fields(row: OutOfService) -> dict[str, object]:
    return {"out_of_service": row.ref, "starts": row.starts, "ends": row.ends, "reason": row.reason}
