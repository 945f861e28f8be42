"""`atlas mail`: try whether mail leaves."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from atlasbahamas.cli.site import Site
from atlasbahamas.doctor.findings import said
from atlasbahamas.mail.composing import compose_plain
from atlasbahamas.mail.transport import MAIL_ERRORS, deliver
from atlasbahamas.settings import AtlasSettings, MailSettings


@click.group()
def mail() -> None:
    """Outgoing mail."""


@mail.command()
@click.argument("address")
@click.pass_obj
def test(ini: Path, address: str) -> None:
    """Send a mail to ADDRESS now, past the jobs, and say what the server answers."""
    settings = Site.read(ini).settings()
    transport = settings.section(MailSettings)
    if transport.transport == "none":
        raise click.ClickException("this site sends no mail: set mail.transport")
    base_url = settings.section(AtlasSettings).base_url
    ref = f"test-{secrets.token_hex(10)}"
    try:
        message = compose_plain(
            "A mail to try it out",
            f"If you read this, mail leaves {base_url}.\n",
            to=address,
            sender=transport.sender,
            base_url=base_url,
            ref=ref,
            now=datetime.now(UTC),
        )
    except ValueError:
        raise click.ClickException(f"{address} is no address") from None
    try:
        deliver(transport, message, ref=ref)
    except MAIL_ERRORS as error:
        raise click.ClickException(f"it was not taken: {said(error)}") from None
    where = transport.folder if transport.transport == "folder" else f"{transport.host}:{transport.port}"
    click.echo(f"{where} took a mail for {address}.")
