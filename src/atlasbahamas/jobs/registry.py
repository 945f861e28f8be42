"""What `config.add_job` and `config.add_schedule` collect, and when a schedule falls due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ATTEMPTS = 8
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SHORTEST = timedelta(seconds=1)

Handler = Callable[[Any, dict[str, Any]], None]
"""Called with a request, whose `db` is a writing transaction of the job's own, and the payload."""


@dataclass(frozen=True)
class Job:
    """A kind of work: what does it, and how often it may be tried before it counts as failed."""

    name: str
    handler: Handler
    attempts: int = ATTEMPTS


@dataclass(frozen=True)
class Schedule:
    """Runs `job` again and again: `every` so often, counted from a fixed moment, or each day `at` a local time of day."""

    name: str
    job: str
    every: timedelta | None = None
    at: time | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"schedule {self.name!r} takes either every= or at=")
        if self.every is not None and self.every < SHORTEST:
            raise ValueError(f"schedule {self.name!r} cannot run more often than once a second")
        if self.at is not None and self.at.tzinfo is not None:
            raise ValueError(f"schedule {self.name!r}: at= is a local time of day, without a zone")

    def latest_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The last time at or before `now` at which it fell due, in UTC.

        Once a day whatever the clocks do: a time that is skipped in spring comes an hour later, one that comes twice in autumn
        counts the first time.
        """
        if self.every is not None:
            return now - (now - EPOCH) % self.every
        assert self.at is not None
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=1), today, today - timedelta(days=1), today - timedelta(days=2))
        instants = (datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC) for day in days)
        return next(instant for instant in instants if instant <= now)
