"""`atlas deploy`: what a public site needs before there is one. Reads no INI file."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import TextIO

import click
from pydantic import ValidationError

from atlasbahamas.settings import MailSettings
from atlasbahamas.settings.guards import is_of_a_sample

NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
SECRETS = ("SIGNING_SECRET", "SESSION_SECRET", "DATABASE_PASSWORD", "DATABASE_OWNER_PASSWORD", "REDIS_PASSWORD")
HEAD = """\
# What docker-compose.yml needs. Made by `atlas deploy init`; keep it to yourself, and keep a copy away from this machine:
# without SIGNING_SECRET everybody is signed out, without the passwords of the database nobody reaches it.
"""


def _domain(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not NAME.fullmatch(value.lower()):
        raise click.BadParameter("must be a name such as homes.example.com, without https://")
    if is_of_a_sample(value):
        raise click.BadParameter(f"must be the name of your site: {value.lower()} is that of a sample")
    return value.lower()


@click.group()
def deploy() -> None:
    """Prepare a public site."""


@deploy.command()
@click.option("--domain", prompt="The name of the site, such as homes.example.com", callback=_domain, help="Its name.")
@click.option("--mail-host", prompt="The SMTP server that takes its mails", help="The SMTP server that takes its mails.")
@click.option("--mail-port", type=click.IntRange(1, 65535), default=587, show_default=True, help="Its port.")
@click.option("--mail-security", type=click.Choice(["starttls", "tls"]), default="starttls", show_default=True, help="How.")
@click.option("--mail-sender", help="Whom mails come from, instead of homes@ and the name.")
@click.option("--mail-user", prompt="The name to sign in with there (empty: none)", default="", help="Who signs in there.")
@click.option(
    "--mail-password-file", type=click.File(), help="A file with the password, - for standard input; else you are asked for it."
)
@click.option(
    "--certificates", default="./certificates", show_default=True, help="The folder with fullchain.pem and privkey.pem."
)
@click.option(
    "--to", "path", type=click.Path(path_type=Path, dir_okay=False), default=Path(".env"), show_default=True, help="The file."
)
def init(
    domain: str,
    mail_host: str,
    mail_port: int,
    mail_security: str,
    mail_sender: str | None,
    mail_user: str,
    mail_password_file: TextIO | None,
    certificates: str,
    path: Path,
) -> None:
    """Write .env for docker-compose.yml, with new secrets, readable by you alone. One that is there is left as it is."""
    if path.exists():
        raise click.ClickException(f"there is a {path} already; it is never written over, since its secrets are in use")
    sender = mail_sender or f"AtlasBahamas <homes@{domain}>"
    try:
        MailSettings(sender=sender)
    except ValidationError:
        raise click.BadParameter(
            "must be an address such as AtlasBahamas <homes@example.com>", param_hint="--mail-sender"
        ) from None
    values = {
        "DOMAIN": domain,
        "CERTIFICATES": certificates,
        "MAIL_SENDER": sender,
        "MAIL_HOST": mail_host,
        "MAIL_PORT": str(mail_port),
        "MAIL_SECURITY": mail_security,
        "MAIL_USER": mail_user,
        "MAIL_PASSWORD": _mail_password(mail_user, mail_password_file),
        # Hexadecimal, since three of them stand in addresses.
        **{name: secrets.token_hex(32) for name in SECRETS},
    }
    _write(path, values)
    click.echo(f"{path} is written. Put fullchain.pem and privkey.pem into {certificates}, then: docker compose up -d --build")


def _mail_password(user: str, file: TextIO | None) -> str:
    if not user:
        return ""
    if file is not None:
        return str(file.read()).rstrip("\n")
    return str(click.prompt("The password that goes with it", hide_input=True))


def _write(path: Path, values: dict[str, str]) -> None:
    """Make the file, with mode 600 from the start. Raises ClickException for what cannot stand between its quotes."""
    unwritable = [name for name, value in values.items() if re.search(r"['\\\x00-\x1f]", value)]
    if unwritable:
        raise click.ClickException(f"{', '.join(unwritable)}: no quotes, backslashes or line ends, please")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    with os.fdopen(handle, "w") as out:
        out.write(HEAD)
        out.writelines(f"{name}='{value}'\n" for name, value in values.items())
