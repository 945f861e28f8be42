"""Running one entry of the outbox: taken with a lease, done in a transaction of its own, marked in that same transaction.

Two workers never both have an effect: the entry is taken by a token, and whoever is done must still hold it when the effects are
written. On PostgreSQL the entry's row is locked from beginning to end besides, so that an attempt that takes too long is not
even begun a second time. On SQLite it is not, because a lock there would keep the whole site waiting.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from pyramid.interfaces import IRequestFactory
from pyramid.request import Request
from pyramid.scripting import prepare
from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import job_actor
from atlasbahamas.db.engine import Patience
from atlasbahamas.jobs.models import DONE, ERROR_LENGTH, FAILED, TAKEN, WAITING, OutboxEntry
from atlasbahamas.jobs.registry import ATTEMPTS, Job
from atlasbahamas.jobs.schedules import make_ticks
from atlasbahamas.jobs.services import claimable
from atlasbahamas.plugins.directives import CORE_PREFIX
from atlasbahamas.settings import AtlasSettings, Settings

log = structlog.get_logger("atlasbahamas.job")
LEASE_MARGIN = timedelta(seconds=15)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=6)
LOST = "Its worker died or took too long."
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


class UnknownJob(Exception):
    """No active plugin declares the job of that name."""


class JobLost(Exception):
    """Every attempt at a job was cut off: nobody was left to say of what."""


class LeaseLost(Exception):
    """The attempt took so long that somebody else has taken the entry: nothing of it is kept."""


@dataclass(frozen=True)
class Attempt:
    """One try at an entry. `token` proves that it is still ours."""

    entry_id: int
    name: str
    payload: dict[str, Any]
    number: int
    token: str
    request_id: str | None = None


def pause_after(attempt: int) -> timedelta:
    """How long to wait after the attempt of that number failed: 2 s, 10 s, 50 s ... 6 hours; eight of them last over 8 hours."""
    grown: timedelta = FIRST_PAUSE * 5 ** min(attempt - 1, 10)
    return min(grown, LONGEST_PAUSE)


def take(db: Session, *, now: datetime, lease: timedelta, entry_id: int | None = None) -> Attempt | None:
    """Take an entry that should run now, the given one or the one that has been due longest; None when there is none."""
    query = select(OutboxEntry).where(claimable(now)).order_by(OutboxEntry.due, OutboxEntry.id).limit(1)
    if entry_id is not None:
        query = query.where(OutboxEntry.id == entry_id)
    entry = db.scalar(query.with_for_update(skip_locked=True))
    if entry is None:
        return None
    entry.state, entry.taken_by, entry.lease_until = TAKEN, secrets.token_hex(16), now + lease
    entry.attempts += 1
    return Attempt(entry.id, entry.name, dict(entry.payload), entry.attempts, entry.taken_by, entry.request_id)


def run_entry(registry: Any, entry_id: int | None = None) -> str | None:
    """Run an entry that is due, the given one or the oldest. Gives its state afterwards, or None when there was none to run.

    While the site is read-only, there is none.
    """
    if registry.atlas_switch.look() is not None:
        return None
    clock = registry.atlas_clock
    settings = registry.atlas_settings.section(AtlasSettings)
    lease = timedelta(seconds=settings.job_seconds) + LEASE_MARGIN
    with registry.atlas_db.transaction() as db:
        attempt = take(db, now=clock.now(), lease=lease, entry_id=entry_id)
    if attempt is None:
        return None
    with structlog.contextvars.bound_contextvars(**_said_of(attempt)):
        return _run(registry, attempt)


def _said_of(attempt: Attempt) -> dict[str, Any]:
    """What every log line of an attempt says: the job, whose it is, and the request that asked for it."""
    said: dict[str, Any] = {"job": attempt.name, "entry": attempt.entry_id, "attempt": attempt.number}
    plugin = attempt.name.partition(".")[0]
    if plugin != CORE_PREFIX:
        said["plugin"] = plugin
    if attempt.request_id:
        said["request_id"] = attempt.request_id
    return said


def _run(registry: Any, attempt: Attempt) -> str:
    job: Job | None = registry.atlas_jobs.get(attempt.name)
    allowed = job.attempts if job else ATTEMPTS
    if attempt.number > allowed:
        # Each attempt is counted as it begins, so a job that kills its worker every time comes to an end as well.
        state = _end_in_failure(registry, attempt, allowed, LOST)
        _report(registry, attempt, state, JobLost(LOST))
        return state
    try:
        if job is None:
            raise UnknownJob("no active plugin declares it; is its plugin switched on?")
        with job_request(registry, attempt) as request, request.tm:
            _hold(request.db, attempt)
            job.handler(request, attempt.payload)
            _mark_done(request.db, attempt, now=request.clock.now())
    except LeaseLost:
        log.warning("job took so long that somebody else has it now")
        return TAKEN
    except Exception as error:
        log.error("job failed", exc_info=error)
        registry.atlas_counting.error(error)
        state = _end_in_failure(registry, attempt, allowed, describe(error, registry.atlas_settings))
        _report(registry, attempt, state, error)
        return state
    log.info("job done")
    return DONE


def _report(registry: Any, attempt: Attempt, state: str, error: Exception) -> None:
    """Tell the operators of a job that is given up, and not before: a mail server that is away for an hour is no error."""
    if state == FAILED:
        registry.atlas_reporter(error, where=f"job {attempt.name}", request_id=attempt.request_id or "")


@contextmanager
def job_request(registry: Any, attempt: Attempt) -> Iterator[Any]:
    """A request for a handler: it writes, makes links to the public address, and nobody is signed in."""
    settings = registry.atlas_settings.section(AtlasSettings)
    factory = registry.queryUtility(IRequestFactory, default=Request)
    request = factory.blank("/", base_url=settings.base_url, method="POST")
    with prepare(request=request, registry=registry) as environment:
        request.root = environment["root"]
        request.id = f"job-{attempt.entry_id}-{attempt.number}"
        request.asked_by = attempt.request_id
        request.acting = job_actor(attempt.name, request.id)
        yield request


def _hold(db: Session, attempt: Attempt) -> None:
    if db.get_bind().dialect.name != "postgresql":
        return
    ours = select(OutboxEntry.id).where(OutboxEntry.id == attempt.entry_id, OutboxEntry.taken_by == attempt.token)
    if db.scalar(ours.with_for_update()) is None:
        raise LeaseLost


def _mark_done(db: Session, attempt: Attempt, *, now: datetime) -> None:
    over = {"state": DONE, "finished": now, "taken_by": None, "lease_until": None, "error": None}
    db.flush()
    if not _changed(db, _ours(attempt).values(**over)):
        raise LeaseLost


def _end_in_failure(registry: Any, attempt: Attempt, allowed: int, error: str) -> str:
    now = registry.atlas_clock.now()
    over: dict[str, Any] = {"taken_by": None, "lease_until": None, "error": error}
    if attempt.number >= allowed:
        over |= {"state": FAILED, "finished": now, "attempts": allowed}
    else:
        over |= {"state": WAITING, "due": now + pause_after(attempt.number), "woken": None}
    with registry.atlas_db.transaction() as db:
        kept = _changed(db, _ours(attempt).values(**over))
    return str(over["state"]) if kept else TAKEN


def _ours(attempt: Attempt) -> Update:
    return update(OutboxEntry).where(OutboxEntry.id == attempt.entry_id, OutboxEntry.taken_by == attempt.token)


def _changed(db: Session, statement: Update) -> bool:
    result = db.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def describe(error: BaseException, settings: Settings) -> str:
    """Class and first line of the message, for the row. Secrets of the settings and mail addresses are taken out.

    Further lines are left out because that is where a database repeats the values that it was given.
    """
    shown = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    line = next(iter(str(shown).splitlines()), "")
    for secret in settings.secrets():
        line = line.replace(secret, "********")
    text = f"{type(shown).__name__}: {_ADDRESS.sub('…@…', line)}"
    return "".join(character for character in text if character.isprintable())[:ERROR_LENGTH]


def drain(registry: Any) -> Counter[str]:
    """Do everything that is due now in this process, the schedules' jobs too; gives how many ended in which state.

    While the site is read-only, that is nothing.
    """
    now = registry.atlas_clock.now()
    if registry.atlas_switch.look() is not None:
        return Counter()
    with registry.atlas_db.transaction() as db:
        make_ticks(db, schedules_of(registry), now=now, zone=zone_of(registry))
    ended: Counter[str] = Counter()
    while (state := run_entry(registry)) is not None:
        ended[state] += 1
    return ended


def be_patient(registry: Any) -> None:
    """Let each statement of this process take as long as a job may: work in the background may be long, a page may not."""
    seconds = registry.atlas_settings.section(AtlasSettings).job_seconds
    registry.atlas_db.patience = Patience(statement=seconds, lock=seconds)


def schedules_of(registry: Any) -> Collection[Any]:
    """The schedules that the active plugins declare."""
    return registry.atlas_schedules.values()  # type: ignore[no-any-return]


def zone_of(registry: Any) -> ZoneInfo:
    """The zone in which the site's days begin."""
    return ZoneInfo(registry.atlas_settings.section(AtlasSettings).time_zone)
