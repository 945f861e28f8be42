"""Turning the switch, and looking at it. Raises Refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.models import TAKEN, OutboxEntry
from atlasbahamas.people.models import Device
from atlasbahamas.readonly.models import THE_ONE, WHY_LENGTH, ReadOnly

GRACE = timedelta(hours=1)
"""Whoever was signed in when it began stays so for at least this long after it ended."""


@dataclass(frozen=True)
class Pause:
    """For how long the site only shows things, and why."""

    since: datetime
    until: datetime
    why: str


def pause_of(db: Session) -> Pause | None:
    """The pause that there is, or None."""
    row = db.execute(select(ReadOnly.since, ReadOnly.until, ReadOnly.why)).one_or_none()
    return Pause(*row) if row is not None else None


def begin_pause(db: Session, *, until: datetime, why: str, now: datetime) -> None:
    """Make the site read-only, or say another end or reason of a pause that there is. Raises Refused for an end that is over."""
    if until <= now:
        raise Refused("That is over already: say until when, in the time of the site.")
    if len(why) > WHY_LENGTH:
        raise Refused(f"The reason is for a line on every page: {WHY_LENGTH} characters at most.")
    row = db.get(ReadOnly, THE_ONE)
    if row is None:
        db.add(ReadOnly(id=THE_ONE, since=now, until=until, why=why))
    else:
        row.until, row.why = until, why
    db.flush()
    record(db, "atlas:site:made_read_only", about=None, organisation_id=None, after={"until": until.isoformat()}, note=why)


def end_pause(db: Session, *, now: datetime) -> None:
    """Let the site write again; nobody who was signed in when it began is signed out by the time that went by.

    Raises Refused where it is not read-only.
    """
    pause = pause_of(db)
    if pause is None:
        raise Refused("The site is not read-only.")
    db.execute(delete(ReadOnly))
    ran_out = (Device.expires > pause.since, Device.expires < now + GRACE)
    db.execute(update(Device).where(*ran_out).values(expires=now + GRACE))
    record(db, "atlas:site:opened_again", about=None, organisation_id=None)


def jobs_running(db: Session, *, now: datetime) -> int:
    """How many jobs were begun before and are still at it."""
    running = (OutboxEntry.state == TAKEN, OutboxEntry.lease_until > now)
    return db.scalar(select(func.count()).select_from(OutboxEntry).where(*running)) or 0
