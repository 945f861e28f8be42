"""`atlas jobs`: run the work that waits, and look after it.

Looking and retrying read the database alone; whatever runs a job needs the application.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.cli.site import Site
from atlasbahamas.errors import Refused
from atlasbahamas.jobs import services
from atlasbahamas.jobs.models import STATES, OutboxEntry
from atlasbahamas.jobs.supervisor import (
    SUPERVISOR_STOPS_WITHIN,
    Child,
    Stop,
    atlas_command,
    end_with_parent,
    supervise,
)
from atlasbahamas.settings import AtlasSettings

NO_BROKER = "atlas.broker is empty: set it to filesystem:///folder or redis://..., or use `atlas jobs drain`"
supervised = click.option("--supervised", is_flag=True, hidden=True, help="End when standard input closes.")


@click.group()
def jobs() -> None:
    """Run the work that waits, and look after it."""


@jobs.command()
@supervised
@click.pass_obj
def work(ini: Path, supervised: bool) -> None:
    """Run jobs as messages come, until SIGTERM or Ctrl-C."""
    from atlasbahamas.jobs.worker import work as run

    with _application(ini, supervised) as registry:
        status = run(registry)
    raise SystemExit(status)


@jobs.command()
@supervised
@click.pass_obj
def beat(ini: Path, supervised: bool) -> None:
    """Keep the schedules, and wake workers for what nobody took, until SIGTERM or Ctrl-C."""
    from atlasbahamas.jobs.beat import Beat
    from atlasbahamas.jobs.broker import Broker

    stop = Stop()
    with _application(ini, supervised) as registry:
        Beat(registry, Broker(registry.atlas_settings.section(AtlasSettings))).run(stop)


@jobs.command()
@supervised
@click.pass_obj
def run(ini: Path, supervised: bool) -> None:
    """Keep a worker and a beat running, until SIGTERM or Ctrl-C."""
    stop = Stop()
    site = Site.read(ini)
    if not site.settings().section(AtlasSettings).broker:
        raise click.ClickException(NO_BROKER)
    if supervised:
        end_with_parent(within=SUPERVISOR_STOPS_WITHIN)
    parts = ("work", "beat")
    supervise([Child(part, atlas_command(site.ini, "jobs", part, "--supervised")) for part in parts], stop)


@jobs.command()
@click.pass_obj
def drain(ini: Path) -> None:
    """Do everything that is due now in this process, then end."""
    from pyramid.paster import get_app

    from atlasbahamas.jobs.running import be_patient
    from atlasbahamas.jobs.running import drain as run

    registry = get_app(str(Site.read(ini).ini)).registry
    be_patient(registry)
    ended = run(registry)
    registry.atlas_reporter.settle()
    registry.atlas_db.dispose()
    click.echo(", ".join(f"{count} {STATES[state].lower()}" for state, count in sorted(ended.items())) or "Nothing was due.")


@jobs.command("list")
@click.option("--failed", "limit", type=click.IntRange(0, 1000), default=20, show_default=True, help="How many failed ones.")
@click.pass_obj
def list_jobs(ini: Path, limit: int) -> None:
    """How many jobs are in each state, how long the oldest has waited, and what failed."""
    now = datetime.now(UTC)
    with _reading(ini) as db:
        for state, count in services.count_by_state(db).items():
            click.echo(f"{STATES[state]:<8} {count:>7,}")
        doing = services.health(db, now=now)
        click.echo(f"The longest wait is {doing.waiting_seconds:,} seconds.")
        click.echo(f"Worker: {'ok' if doing.worker else 'late'}. Beat: {'ok' if doing.beat else 'late'}.")
        for entry in db.scalars(services.failed_entries().limit(limit)):
            click.echo(f"{entry.id:>8}  {entry.name}  {entry.finished:%Y-%m-%d %H:%M}  {entry.error}")


@jobs.command()
@click.argument("entry_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def show(ini: Path, entry_id: int) -> None:
    """Everything about one job."""
    with _reading(ini) as db:
        entry = db.get(OutboxEntry, entry_id)
        if entry is None:
            raise click.ClickException(f"there is no job {entry_id}")
        for column in OutboxEntry.__table__.columns:
            value = getattr(entry, column.name)
            click.echo(f"{column.name:<12} {'' if value is None else value}")


@jobs.command()
@click.argument("entry_id", metavar="[ID]", required=False, type=click.IntRange(1, 2**63 - 1))
@click.option("--failed", is_flag=True, help="Every job that failed.")
@click.pass_obj
def retry(ini: Path, entry_id: int | None, failed: bool) -> None:
    """Let a failed job run again, or all of them."""
    if (entry_id is None) != failed:
        raise click.UsageError("name a job, or say --failed")
    now = datetime.now(UTC)
    database = Site.read(ini).database()
    try:
        with database.transaction() as db:
            db.info[ACTOR] = COMMAND
            if entry_id is None:
                count = services.retry_failed(db, now=now)
            else:
                services.retry_entry(db, entry_id, now=now)
                count = 1
    except Refused as refused:
        raise click.ClickException(refused.message) from refused
    finally:
        database.dispose()
    click.echo(f"{count} {'job waits' if count == 1 else 'jobs wait'} to run again.")


@contextmanager
def _application(ini: Path, supervised: bool) -> Iterator[Any]:
    """The registry of the application; the broker is known to be set."""
    from pyramid.paster import get_app

    if supervised:
        end_with_parent()
    registry = get_app(str(Site.read(ini).ini)).registry
    if not registry.atlas_settings.section(AtlasSettings).broker:
        raise click.ClickException(NO_BROKER)
    try:
        yield registry
    finally:
        registry.atlas_db.dispose()


@contextmanager
def _reading(ini: Path) -> Iterator[Session]:
    database = Site.read(ini).database()
    with database.transaction("read") as db:
        yield db
    database.dispose()
