"""`atlas db`: migrations of the core and of each feature."""

from __future__ import annotations

from pathlib import Path

import click
from alembic.autogenerate import RevisionContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from atlasbahamas.cli.site import Site
from atlasbahamas.db import migrations
from atlasbahamas.db.engine import is_passing

RENDERING = {
    "upgrade_token": "upgrades",
    "downgrade_token": "downgrades",
    "alembic_module_prefix": "op.",
    "sqlalchemy_module_prefix": "sa.",
    "user_module_prefix": None,
    "process_revision_directives": None,
}


@click.group()
def db() -> None:
    """Bring the database up, look at it, write a migration."""


@db.command()
@click.option("--expand-only", is_flag=True, help="Only what the code that runs now can live with; the rest waits.")
@click.pass_obj
def upgrade(ini: Path, expand_only: bool) -> None:
    """Bring the core and every active feature to head. A second one at the same time waits, and finds nothing to do."""
    found = Site.read(ini).upgrade(expand_only=expand_only)
    if found.done:
        click.echo(f"Done: {', '.join(found.done)}.")
    if found.waiting:
        click.echo(f"Waiting until no older code runs: {', '.join(found.waiting)}. Then: atlas db upgrade")
    else:
        click.echo("The database is at head.")


@db.command()
@click.argument("component")
@click.argument("target", default="-1")
@click.pass_obj
def downgrade(ini: Path, component: str, target: str) -> None:
    """Take one component back."""
    site = Site.read(ini)
    found = _component(site, component)
    try:
        with site.migrating() as connection:
            migrations.downgrade(connection, found, target)
    except DBAPIError as error:
        if not is_passing(error):
            raise
        raise migrations.MigrationError(migrations.HELD) from error
    click.echo(f"{component} is back at {target}.")


@db.command()
@click.pass_obj
def current(ini: Path) -> None:
    """The revision of each component, in the database and in the code."""
    site = Site.read(ini)
    with site.database().read_engine.connect() as connection:
        for component in site.components():
            here, newest = migrations.current(connection, component), migrations.head(component)
            click.echo(f"{component.name}: {here or 'nothing'}{'' if here == newest else f' (head is {newest})'}")


@db.command()
@click.argument("component")
@click.option("-m", "--message", required=True)
@click.pass_obj
def revision(ini: Path, component: str, message: str) -> None:
    """Write a migration from the difference between models and database. Read it before you commit it."""
    site = Site.read(ini)
    found = _component(site, component)
    # Every component's migrations are written from the one template, which lies with env.py.
    folder = str(site.ini.parent / "alembic")
    script = ScriptDirectory(folder, version_locations=[str(found.scripts / "versions")])
    config = Config()
    config.set_main_option("script_location", folder)
    options = {
        "message": message,
        "sql": False,
        "head": "head",
        "splice": False,
        "branch_label": None,
        "depends_on": None,
        "rev_id": None,
        "version_path": None,
        "autogenerate": True,
    }
    revisions = RevisionContext(config, script, options)
    with site.database().read_engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={**migrations.comparing(found), **RENDERING, "script": script, "fn": lambda rev, ctx: []},
        )
        revisions.run_autogenerate(context.get_current_heads(), context)
    for written in revisions.generate_scripts():
        click.echo(written.path if written else "")


def _component(site: Site, name: str) -> migrations.Component:
    for component in site.components():
        if component.name == name:
            return component
    raise click.BadParameter(f"no component is called {name}")
