"""How a time at which a schedule falls due becomes a job exactly once, whoever looks and how often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.jobs.models import ScheduleTick
from atlasbahamas.jobs.registry import EPOCH, Schedule
from atlasbahamas.jobs.services import enqueue


def make_ticks(db: Session, schedules: Iterable[Schedule], *, now: datetime, zone: ZoneInfo) -> list[str]:
    """Put the job of every schedule that fell due into the outbox; gives the names of those that did.

    Of several that were missed only the latest is made up. A schedule that was never seen before begins with its next time: its
    latest one is noted as gone by.
    """
    seen = latest_ticks(db)
    made = []
    for schedule in schedules:
        due = schedule.latest_due(now, zone)
        before = seen.get(schedule.name)
        if before is not None and before >= due:
            continue
        tick = insert_unless_there(db, ScheduleTick, {"name": schedule.name, "due": due}, unique=["name", "due"])
        if tick is not None and before is not None:
            enqueue(db, schedule.job, {"due": due.isoformat()}, now=now, key=f"{schedule.name} {due.isoformat()}")
            made.append(schedule.name)
    return made


def any_due(db: Session, schedules: Iterable[Schedule], *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether `make_ticks` has something to write: asked first, so that an idle site is only read."""
    seen = latest_ticks(db)
    return any(seen.get(schedule.name, EPOCH) < schedule.latest_due(now, zone) for schedule in schedules)


def latest_ticks(db: Session) -> dict[str, datetime]:
    """The last tick of each schedule."""
    query = select(ScheduleTick.name, func.max(ScheduleTick.due)).group_by(ScheduleTick.name)
    return dict(db.execute(query).all())
