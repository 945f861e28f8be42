"""`atlas people`: the first administrator comes from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.cli.site import Site
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.people.services import PersonDetails, grant_platform_role, register_person


@click.group()
def people() -> None:
    """Accounts."""


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
