"""`atlas people`: the first administrator comes from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.cli.site import Site
from atlasbahamas.errors import Refused
from atlasbahamas.people import addresses
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.people.services import PersonDetails, grant_platform_role, register_person
from atlasbahamas.security.keys import Keys
from atlasbahamas.settings import AtlasSettings


@click.group()
def people() -> None:
    """Accounts."""


@people.command("sign-in-link")
@click.argument("name")
@click.pass_obj
def sign_in_link(ini: Path, name: str) -> None:
    """Print a link with which the person of that e-mail or user name gets in: once, within 15 minutes."""
    site = Site.read(ini)
    settings = site.settings().section(AtlasSettings)
    database = site.database()
    try:
        with database.transaction() as db:
            db.info[ACTOR] = COMMAND
            link = addresses.sign_in_link(db, name, base_url=settings.base_url, keys=Keys(settings.secret), now=datetime.now(UTC))
    except Refused as refused:
        raise click.ClickException(refused.message) from refused
    finally:
        database.dispose()
    click.echo(link)


@people.command("create-admin")
@click.option("--user-name", required=True)
@click.option("--name", required=True, help="The person's full name.")
@click.password_option(help="Asked for when it is not given; better so, for it stays out of the shell's history.")
@click.pass_obj
def create_admin(ini: Path, user_name: str, name: str, password: str) -> None:
    """Make an account that administers the platform."""
    try:
        with Site.read(ini).database().transaction() as db:
            db.info[ACTOR] = COMMAND
            details = PersonDetails(name=name, user_name=user_name)
            person = register_person(db, details, password, now=datetime.now(UTC))
            grant_platform_role(db, person, PLATFORM_ADMIN)
    except Refused as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(f"{user_name} administers this platform.")
