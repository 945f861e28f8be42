"""Tables of the jobs: the outbox, the ticks of the schedules, and who was last seen alive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import Id
from atlasbahamas.people.models import Base

WAITING, TAKEN, DONE, FAILED = "waiting", "taken", "done", "failed"
STATES = {WAITING: "Waiting", TAKEN: "Running", DONE: "Done", FAILED: "Failed"}
ERROR_LENGTH = 300


class OutboxEntry(Base):
    """One piece of work. `payload` holds ids, never a secret in clear, and text about a person only where nothing else will do.

    `due`: not before then. `woken`: when a message was last sent for it. `taken_by` and `lease_until`: the attempt that runs, and
    when it counts as lost. `attempts` counts those that began. `error` is the last one's class and message, without secrets.
    `request_id`: the request, or the job, that asked for it; None where a command or the schedule did.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("state IN ('waiting', 'taken', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'taken') = (lease_until IS NOT NULL)", name="taken_has_lease"),
        CheckConstraint("(lease_until IS NULL) = (taken_by IS NULL)", name="lease_has_taker"),
        CheckConstraint("(state IN ('done', 'failed')) = (finished IS NOT NULL)", name="ended_has_time"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("name LIKE '%_._%'", name="name_has_plugin"),
        Index("ix_outbox_state_due", "state", "due"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime]
    due: Mapped[datetime]
    woken: Mapped[datetime | None]
    attempts: Mapped[int]
    taken_by: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    request_id: Mapped[str | None] = mapped_column(String(64))


class ScheduleTick(Base):
    """A time at which a schedule fell due. Unique, so that two processes that see the same time make one job of it."""

    __tablename__ = "schedule_tick"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    due: Mapped[datetime] = mapped_column(primary_key=True)


class JobHeartbeat(Base):
    """When a part that works in the background ("worker", "beat") was last seen at work, on whatever host."""

    __tablename__ = "job_heartbeat"
    __table_args__ = (CheckConstraint("part IN ('worker', 'beat')", name="part"),)

    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    seen: Mapped[datetime]
