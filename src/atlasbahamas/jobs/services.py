"""What is done with the outbox: put work in, look at it, try it again, clear away what is over. Nothing here runs a job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Select, and_, delete, event, exists, func, or_, select, update
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ASKED_BY
from atlasbahamas.audit.services import record
from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.models import DONE, FAILED, STATES, TAKEN, WAITING, JobHeartbeat, OutboxEntry, ScheduleTick

MAX_PAYLOAD = 4000
WAKE_AT_ONCE = 100
KEEP_DONE = timedelta(days=30)
KEEP_FAILED = timedelta(days=180)
LATE_AFTER = timedelta(minutes=1)
WAKE = "atlas_wake"
_NEW = "atlas_outbox_new"
NOT_FAILED = Refused("Only a job that failed can be tried again.")


def enqueue(
    db: Session, name: str, payload: dict[str, Any], *, now: datetime, due: datetime | None = None, key: str | None = None
) -> OutboxEntry | None:
    """Ask for the job `name` in the caller's transaction: it runs, not before `due`, if and only if that commits.

    With a `key`, which may be used once, a second call has no effect and gives None. Raises ValueError for a payload of more
    than 4,000 characters: it should hold ids.
    """
    if len(json.dumps(payload)) > MAX_PAYLOAD:
        raise ValueError(f"the payload of {name} is over {MAX_PAYLOAD} characters; pass the ids of rows instead")
    at_once = due is None or due <= now
    wake = db.info.get(WAKE) if at_once else None
    values = {
        "name": name,
        "payload": payload,
        "key": key,
        "state": WAITING,
        "created": now,
        "due": due or now,
        # Where a message follows the commit, the relay lets it have its time.
        "woken": now if wake else None,
        "attempts": 0,
        "request_id": db.info.get(ASKED_BY),
    }
    entry: OutboxEntry | None = OutboxEntry(**values)
    if key is None:
        db.add(entry)
        db.flush()
    else:
        entry = insert_unless_there(db, OutboxEntry, values, unique=["key"])
    if entry is not None and wake:
        _wake_after_commit(db, entry.id)
    return entry


def _wake_after_commit(db: Session, entry_id: int) -> None:
    if _NEW not in db.info:
        db.info[_NEW] = []
        event.listen(db, "after_commit", _send_wake_ups)
    db.info[_NEW].append(entry_id)


def _send_wake_ups(db: Session) -> None:
    # The event comes for each savepoint too; what a savepoint took back wakes a worker for nothing, which harms nobody.
    if db.in_nested_transaction():
        return
    wake: Callable[[list[int]], None] = db.info[WAKE]
    ids, db.info[_NEW] = db.info[_NEW], []
    wake(ids[:WAKE_AT_ONCE])


def claimable(now: datetime) -> Any:
    """WHERE of the entries that somebody should run now: due and not taken, or taken by someone whose time ran out."""
    lost = and_(OutboxEntry.state == TAKEN, OutboxEntry.lease_until <= now)
    return and_(OutboxEntry.due <= now, or_(OutboxEntry.state == WAITING, lost))


def count_by_state(db: Session) -> dict[str, int]:
    """How many entries there are in each state."""
    query = select(OutboxEntry.state, func.count()).group_by(OutboxEntry.state)
    return dict.fromkeys(STATES, 0) | dict(db.execute(query).all())


def count_unfinished(db: Session) -> dict[str, int]:
    """How many entries wait, run and failed, without what is done and is many."""
    states = (WAITING, TAKEN, FAILED)
    query = select(OutboxEntry.state, func.count()).where(OutboxEntry.state.in_(states)).group_by(OutboxEntry.state)
    return dict.fromkeys(states, 0) | dict(db.execute(query).all())


def oldest_wait(db: Session, *, now: datetime) -> timedelta:
    """How long the entry that has been due longest has waited to be done; zero when nothing is due."""
    return _since(db.scalar(_oldest_due(now)), now)


def _oldest_due(now: datetime) -> Select[datetime | None]:
    return select(func.min(OutboxEntry.due)).where(OutboxEntry.state.in_((WAITING, TAKEN)), OutboxEntry.due <= now)


def _since(due: datetime | None, now: datetime) -> timedelta:
    return now - due if due is not None else timedelta()


def failed_entries() -> Select[OutboxEntry]:
    """SELECT of what failed, the latest first."""
    return select(OutboxEntry).where(OutboxEntry.state == FAILED).order_by(OutboxEntry.finished.desc(), OutboxEntry.id.desc())


def retry_entry(db: Session, entry_id: int, *, now: datetime) -> None:
    """Let a failed entry run again at once, with all its attempts. Raises Refused when there is no such failed entry."""
    if not _retry(db, and_(OutboxEntry.id == entry_id, OutboxEntry.state == FAILED), now):
        raise NOT_FAILED
    record(db, "atlas:job:retried", about=("job", str(entry_id)), organisation_id=None)
    if db.info.get(WAKE):
        _wake_after_commit(db, entry_id)


def retry_failed(db: Session, *, now: datetime) -> int:
    """Let every failed entry run again; gives their number."""
    count = _retry(db, OutboxEntry.state == FAILED, now)
    if count:
        record(db, "atlas:job:retried", about=None, organisation_id=None, after={"jobs": count})
    return count


def _retry(db: Session, which: Any, now: datetime) -> int:
    again = {"state": WAITING, "due": now, "woken": None, "attempts": 0, "finished": None}
    result = db.execute(update(OutboxEntry).where(which).values(**again))
    assert isinstance(result, CursorResult)
    return result.rowcount


def forget_finished(db: Session, *, now: datetime) -> None:
    """Delete what was done 30 days ago and what failed 180 days ago, and old ticks, but never a schedule's latest."""
    ended = or_(
        and_(OutboxEntry.state == DONE, OutboxEntry.finished <= now - KEEP_DONE),
        and_(OutboxEntry.state == FAILED, OutboxEntry.finished <= now - KEEP_FAILED),
    )
    db.execute(delete(OutboxEntry).where(ended))
    latest = select(ScheduleTick.name, func.max(ScheduleTick.due).label("due")).group_by(ScheduleTick.name).subquery()
    newest_of_its_name = select(latest.c.due).where(latest.c.name == ScheduleTick.name).scalar_subquery()
    db.execute(delete(ScheduleTick).where(ScheduleTick.due <= now - KEEP_DONE, ScheduleTick.due < newest_of_its_name))


def note_alive(db: Session, part: str, *, now: datetime) -> None:
    """Note that the worker or the beat is at work."""
    if insert_unless_there(db, JobHeartbeat, {"part": part, "seen": now}, unique=["part"]) is None:
        db.execute(update(JobHeartbeat).where(JobHeartbeat.part == part, JobHeartbeat.seen < now).values(seen=now))


def heartbeats(db: Session) -> dict[str, datetime]:
    """When each part that works in the background was last seen."""
    return dict(db.execute(select(JobHeartbeat.part, JobHeartbeat.seen)).all())


@dataclass(frozen=True)
class JobsHealth:
    """How the background work is doing: whether each part was seen within a minute, and the longest wait in seconds."""

    worker: bool
    beat: bool
    waiting_seconds: int


def health(db: Session, *, now: datetime) -> JobsHealth:
    """What the probes and the operators are told."""
    worker, beat = (
        exists().where(JobHeartbeat.part == part, JobHeartbeat.seen > now - LATE_AFTER) for part in ("worker", "beat")
    )
    seen = db.execute(select(worker, beat, _oldest_due(now).scalar_subquery())).one()
    return JobsHealth(bool(seen[0]), bool(seen[1]), int(_since(seen[2], now).total_seconds()))
