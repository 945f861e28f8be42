"""The beat: makes the ticks of the schedules, wakes workers for what nobody took, and shows that it is alive.

Several may run at once, on one host or on many: whatever they do twice has one effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from atlasbahamas.jobs import services
from atlasbahamas.jobs.broker import PULSE, Broker, BrokerDown
from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.jobs.running import schedules_of, zone_of
from atlasbahamas.jobs.schedules import any_due, make_ticks
from atlasbahamas.jobs.supervisor import Stop

log = structlog.get_logger("atlasbahamas.beat")
ROUND_SECONDS = 1.0
WAKE_AGAIN = timedelta(seconds=10)
SHOW_LIFE = timedelta(seconds=15)
ON_THE_WAY = 200
"""So many messages the broker may hold: a long queue of rows is worked off without flooding it."""


def to_wake(db: Session, *, now: datetime, at_most: int) -> list[int]:
    """Ids of the entries that should run now and for which no message was sent in the last ten seconds, the oldest first."""
    quiet = or_(OutboxEntry.woken.is_(None), OutboxEntry.woken <= now - WAKE_AGAIN)
    query = select(OutboxEntry.id).where(services.claimable(now), quiet)
    return list(db.scalars(query.order_by(OutboxEntry.due, OutboxEntry.id).limit(at_most)))


def note_woken(db: Session, ids: list[int], *, now: datetime) -> None:
    """Note that a message for each is on its way."""
    db.execute(update(OutboxEntry).where(OutboxEntry.id.in_(ids)).values(woken=now))


@dataclass
class Beat:
    """The state of one beat between its rounds: when it last showed its life, and whether the broker answered."""

    registry: Any
    broker: Broker
    _shown: datetime | None = field(default=None, init=False)
    _down: bool = field(default=False, init=False)

    def run(self, stop: Stop) -> None:
        """Go round once a second until it shall stop. A database that is busy or away costs a round, and is logged."""
        while not stop.wait(ROUND_SECONDS):
            try:
                self.go_round()
            except DBAPIError as error:
                log.warning("the database does not answer", error=type(error.orig).__name__)

    def go_round(self) -> None:
        """Do what is to be done at this moment."""
        now: datetime = self.registry.atlas_clock.now()
        if self.registry.atlas_switch.look() is not None:
            # Ticks, messages and signs of life are all written; they wait until the site is no longer read-only.
            return
        self._tick(now)
        show = self._shown is None or now - self._shown >= SHOW_LIFE
        if show:
            self._shown = now
            with self.registry.atlas_db.transaction() as db:
                services.note_alive(db, "beat", now=now)
        try:
            self._relay(now)
            if show:
                self._pulse()
        except BrokerDown as error:
            if not self._down:
                log.warning("the broker does not answer; jobs wait for it", error=str(error))
            self._down = True
        else:
            # Only a round that spoke to the broker knows.
            if self._down and show:
                log.info("the broker answers again")
                self._down = False

    def _tick(self, now: datetime) -> None:
        schedules, zone = schedules_of(self.registry), zone_of(self.registry)
        with self.registry.atlas_db.transaction("read") as db:
            if not any_due(db, schedules, now=now, zone=zone):
                return
        with self.registry.atlas_db.transaction() as db:
            for name in make_ticks(db, schedules, now=now, zone=zone):
                log.info("schedule fell due", schedule=name)

    def _relay(self, now: datetime) -> None:
        with self.registry.atlas_db.transaction("read") as db:
            ids = to_wake(db, now=now, at_most=ON_THE_WAY)
        if not ids:
            return
        ids = ids[: max(0, ON_THE_WAY - self.broker.waiting())]
        for entry_id in ids:
            self.broker.wake(entry_id)
        if ids:
            with self.registry.atlas_db.transaction() as db:
                note_woken(db, ids, now=now)

    def _pulse(self) -> None:
        # Whatever message a worker takes makes it show its life; this one is for quiet times.
        if self.broker.waiting() == 0:
            self.broker.wake(PULSE)
