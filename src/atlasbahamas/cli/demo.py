"""`atlas demo`: the demo data, the same every time. Refused where `atlas.demo` is not true, and so in production."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.cli.site import Site, resolve
from atlasbahamas.db import Database
from atlasbahamas.people.demo import load_people
from atlasbahamas.people.models import Person
from atlasbahamas.settings import AtlasSettings


@click.group()
def demo() -> None:
    """Demo data."""


@demo.command()
@click.option("--if-empty", is_flag=True, help="Do nothing, and say nothing, when there are people already.")
@click.pass_obj
def load(ini: Path, if_empty: bool) -> None:
    """Load the demo data of the core and of every active feature, all or nothing."""
    site = Site.read(ini)
    if not site.settings().section(AtlasSettings).demo:
        raise click.ClickException("atlas.demo is not true: this site takes no demo data")
    database = site.database()
    loaded = load_into_empty(site, database, now=datetime.now(UTC))
    database.dispose()
    if loaded:
        click.echo("The demo data is loaded.")
    elif not if_empty:
        raise click.ClickException("there are people already: demo data goes into an empty database")


def load_into_empty(site: Site, database: Database, *, now: datetime) -> bool:
    """Load the demo data of the core and of every active feature, all or nothing; False when there are people already."""
    store = site.store()
    with database.transaction() as db:
        db.info[ACTOR] = COMMAND
        if db.scalar(select(Person.id).limit(1)) is not None:
            return False
        load_people(db, now=now)
        for manifest in site.manifests:
            if manifest.demo:
                resolve(manifest.demo)(db, store=store, now=now)
    return True
