"""`atlas site read-only`: turn the switch, for every process on every host."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.cli.site import Site
from atlasbahamas.errors import Refused
from atlasbahamas.readonly.services import begin_pause, end_pause, jobs_running, pause_of
from atlasbahamas.readonly.switch import SEEN_WITHIN
from atlasbahamas.settings import AtlasSettings

_MOMENT = re.compile(r"(?:(\d{4}-\d{2}-\d{2}) )?(\d{1,2}):(\d{2})")
NOT_A_TIME = "say a time of the site's zone, such as 14:30 or '2026-03-04 14:30'"


def moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """ "14:30", the next time that it is so, or "2026-03-04 14:30", in the site's zone. Raises BadParameter."""
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError(NOT_A_TIME)
        here = now.astimezone(zone)
        day = date.fromisoformat(found[1]) if found[1] else here.date()
        at = datetime.combine(day, clock_time(int(found[2]), int(found[3])), tzinfo=zone)
    except ValueError:
        raise click.BadParameter(NOT_A_TIME, param_hint="--until") from None
    return (at if found[1] or at > here else at + timedelta(days=1)).astimezone(UTC)


@click.group("site")
def site_group() -> None:
    """The site as a whole."""


@site_group.group("read-only")
def read_only() -> None:
    """For a while show everything and change nothing."""


@read_only.command()
@click.option("--until", required=True, help="What people are told, in the site's time: 14:30 or '2026-03-04 14:30'.")
@click.option("--why", default="", help="A few words for everybody, such as: We are moving to a larger server.")
@click.pass_obj
def on(ini: Path, until: str, why: str) -> None:
    """Make the site read-only; it stays so until `off`. May be said again with another time."""
    site, now = Site.read(ini), datetime.now(UTC)
    zone = ZoneInfo(site.settings().section(AtlasSettings).time_zone)
    ends = moment(until, now=now, zone=zone)
    database = site.database()
    try:
        with database.transaction() as db:
            db.info[ACTOR] = COMMAND
            begin_pause(db, until=ends, why=why, now=now)
        time.sleep(SEEN_WITHIN)
        with database.transaction("read") as db:
            running = jobs_running(db, now=datetime.now(UTC))
    except Refused as refused:
        raise click.ClickException(refused.message) from refused
    finally:
        database.dispose()
    click.echo(
        f"Read-only until {ends.astimezone(zone):%Y-%m-%d %H:%M}; every process should have seen it by now. {_still(running)}"
    )


@read_only.command()
@click.pass_obj
def off(ini: Path) -> None:
    """Let the site write again."""
    database = Site.read(ini).database()
    try:
        with database.transaction() as db:
            db.info[ACTOR] = COMMAND
            end_pause(db, now=datetime.now(UTC))
    except Refused as refused:
        raise click.ClickException(refused.message) from refused
    finally:
        database.dispose()
    click.echo(f"The site writes again; every process should know within {SEEN_WITHIN:.0f} seconds.")


@read_only.command()
@click.pass_obj
def status(ini: Path) -> None:
    """Whether the site is read-only, until when, and whether jobs still run that were begun before."""
    site = Site.read(ini)
    zone = ZoneInfo(site.settings().section(AtlasSettings).time_zone)
    database = site.database()
    with database.transaction("read") as db:
        pause, running = pause_of(db), jobs_running(db, now=datetime.now(UTC))
    database.dispose()
    if pause is None:
        click.echo("The site is not read-only.")
        return
    since, until = (at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (pause.since, pause.until))
    click.echo(f"Read-only since {since}, until {until}. {pause.why}".rstrip())
    click.echo(_still(running))


def _still(running: int) -> str:
    if not running:
        return "No job runs."
    return "1 job that was begun before still runs." if running == 1 else f"{running} jobs that were begun before still run."
