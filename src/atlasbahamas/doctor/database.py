"""Checks of the database: whether it answers, is new enough, migrated, on time, and has connections for every process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from atlasbahamas.cli.site import Site
from atlasbahamas.db.migrations import current, head
from atlasbahamas.doctor.findings import Finding, ok, said, wrong
from atlasbahamas.jobs import services as jobs
from atlasbahamas.jobs.models import FAILED, WAITING
from atlasbahamas.settings import AtlasSettings, DatabaseSettings, Settings

OLDEST_POSTGRESQL = 14
OLDEST_SQLITE = (3, 35, 0)
CLOCKS_APART = timedelta(seconds=5)
SUPERUSER_RESERVE = 3
TOO_LATE = timedelta(minutes=15)


def check_database(site: Site, settings: Settings, *, web_processes: int) -> Iterator[Finding]:
    """Everything that the database knows."""
    database = site.database()
    try:
        with database.read_engine.connect() as connection:
            yield from _version(connection)
            yield from _migrations(site, connection)
            if connection.dialect.name == "postgresql":
                yield from _clock(connection)
                yield from _connections(connection, settings, web_processes)
        with database.transaction("read") as db:
            yield from _jobs(db, settings)
    except SQLAlchemyError as error:
        yield wrong("database", said(error), "start it, or mend sqlalchemy.url; `atlas db upgrade` makes missing tables")
    finally:
        database.dispose()


def _version(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name == "postgresql":
        number = int(connection.scalar(text("SHOW server_version_num")) or 0)
        words = f"PostgreSQL {number // 10_000}.{number % 10_000} answers"
        if number < OLDEST_POSTGRESQL * 10_000:
            yield wrong("database", words, f"upgrade it to PostgreSQL {OLDEST_POSTGRESQL} or newer")
            return
    else:
        words = f"SQLite {sqlite3.sqlite_version} opens"
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            yield wrong("database", words, "use a Python with SQLite 3.35 or newer")
            return
    yield ok("database", words)


def _migrations(site: Site, connection: Connection) -> Iterator[Finding]:
    for component in site.components():
        here, newest = current(connection, component), head(component)
        if here != newest:
            words = f"{component.name} is at {here or 'nothing'}, the code at {newest}"
            yield wrong("migrations", words, "run `atlas db upgrade`; if the database is ahead, install the newer version")
            return
    yield ok("migrations", "every table is that of the code")


def _clock(connection: Connection) -> Iterator[Finding]:
    there = connection.scalar(text("SELECT clock_timestamp()"))
    apart = abs(there - datetime.now(UTC))
    if apart > CLOCKS_APART:
        words = f"the database's clock is {apart.total_seconds():.0f} seconds away from this machine's"
        yield wrong("clock", words, "let both machines keep time (chrony, systemd-timesyncd)")
    else:
        yield ok("clock", "this machine and the database agree on the time")


def _connections(connection: Connection, settings: Settings, web_processes: int) -> Iterator[Finding]:
    pool, site = settings.section(DatabaseSettings), settings.section(AtlasSettings)
    there = int(connection.scalar(text("SHOW max_connections")) or 0) - SUPERUSER_RESERVE
    # Web processes, the processes of the worker, and the beat.
    processes = web_processes + site.workers + 1
    most = (pool.pool_size + pool.max_overflow) * processes
    words = f"{processes} processes may open {most} connections, PostgreSQL takes {there}"
    if most > there:
        yield wrong("connections", words, "raise max_connections, or lower sqlalchemy.pool_size and max_overflow")
    else:
        yield ok("connections", words)


def _jobs(db: Session, settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    doing, counts = jobs.health(db, now=now), jobs.count_unfinished(db)
    for part, alive in (("worker", doing.worker), ("beat", doing.beat)):
        if not settings.section(AtlasSettings).broker:
            yield wrong(part, "nothing runs jobs: atlas.broker is empty", "set it, or call `atlas jobs drain` from cron")
        elif alive:
            yield ok(part, "at work")
        else:
            yield wrong(
                part,
                "no sign of life for a minute",
                f"start it (systemctl start atlas-{part}, or `atlas jobs run`), or read its log",
            )
    if doing.waiting_seconds > TOO_LATE.total_seconds():
        yield wrong("outbox", f"the oldest job has been due for {doing.waiting_seconds:,} seconds", "`atlas jobs list`")
    elif counts[FAILED]:
        yield wrong("outbox", f"{counts[FAILED]:,} jobs failed", "`atlas jobs list`, then `atlas jobs retry --failed`")
    else:
        yield ok("outbox", f"{counts[WAITING]:,} jobs wait, none too long, none failed")
