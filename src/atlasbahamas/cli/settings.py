"""`atlas settings`: is the INI file right, what is in force, what is there to set."""

from __future__ import annotations

import os

import click
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from atlasbahamas.cli.site import Site
from atlasbahamas.settings.core import CORE_SECTIONS
from atlasbahamas.settings.load import environment_name


@click.group()
def settings() -> None:
    """Check, show and explain the settings."""


@settings.command()
@click.pass_obj
def check(ini: str) -> None:
    """Say all that is wrong at once; exit code 1 if anything is."""
    site = Site.read(ini)
    site.settings()
    click.echo(f"{site.ini}: every key is known and every value fits.")


@settings.command()
@click.pass_obj
def show(ini: str) -> None:
    """What is in force, with where it comes from; secrets masked."""
    site = Site.read(ini)
    for section in site.settings().sections():
        for key, name in type(section).keys().items():
            value = getattr(section, name)
            if isinstance(value, tuple):
                value = " ".join(value)
            variable = environment_name(key)
            if variable in os.environ or f"{variable}_FILE" in os.environ:
                origin = "environment"
            else:
                origin = "file" if key in site.raw else "default"
            click.echo(f"{key} = {value if not isinstance(value, SecretStr) else '********'}  ({origin})")


@settings.command()
@click.pass_obj
def reference(ini: str) -> None:
    """Every key with its meaning and default, as Markdown."""
    for section in (*CORE_SECTIONS, *Site.read(ini).sections()):
        click.echo(f"\n## {section.prefix}\n\n{(section.__doc__ or '').strip()}\n")
        click.echo("| key | default | meaning |\n|---|---|---|")
        for key, name in section.keys().items():
            field = section.model_fields[name]
            default = "needed" if field.default is PydanticUndefined else f"`{field.default}`"
            click.echo(f"| `{key}` | {default} | {field.description} |")
