"""`atlas settings`: check, show and explain the settings, from the core and the plugins' manifests alone.

It never loads the application, so that it works when the application does not.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name

import click
import plaster

from atlasbahamas.settings.core import CORE_SECTIONS
from atlasbahamas.settings.load import Problem, Settings, SettingsError, enabled_plugins, load, server_options, text_of, variable
from atlasbahamas.settings.reference import markdown, terminal
from atlasbahamas.settings.section import Section

PROXIES_DIFFER = "and trusted_proxy in [server:main] differ: name one address in both"


@click.group()
def settings() -> None:
    """Check, show and explain the settings."""


@settings.command()
@click.pass_obj
def check(config: Path) -> None:
    """Say everything that is wrong with the settings."""
    raw = _read(config)
    problems: list[Problem] = []
    count = 0
    try:
        count = len(load(raw, _sections(raw), file=str(config), environ=os.environ).shown())
    except SettingsError as error:
        problems += error.problems
    try:
        server = server_options(plaster.get_settings(str(config), "server:main"), file=str(config), environ=os.environ)
    except SettingsError as error:
        problems += error.problems
    else:
        told = {problem.key for problem in problems}
        if (
            "atlas.trusted_proxy" not in told
            # `atlas web` tells the server itself what the environment says.
            and variable("atlas.trusted_proxy") not in os.environ
            and server.get("trusted_proxy", "") != text_of(raw, "atlas.trusted_proxy", environ=os.environ).strip()
        ):
            problems.append(Problem("atlas.trusted_proxy", PROXIES_DIFFER, str(config)))
    if problems:
        raise click.ClickException("\n".join(map(str, problems)))
    click.echo(f"{config}: all {count} settings are in order.")


@settings.command()
@click.pass_obj
def show(config: Path) -> None:
    """Print every setting and where it comes from; secrets are masked."""
    for key, value, source in _load(config).shown():
        click.echo(f"{key} = {value}  ({source})")


@settings.command()
@click.option("--core", is_flag=True, help="Only the core, without the plugins of the INI file.")
@click.option("--format", "form", type=click.Choice(["markdown", "terminal"]), default="markdown", show_default=True)
@click.pass_obj
def reference(config: Path, core: bool, form: str) -> None:
    """Print what every setting is for."""
    sections = CORE_SECTIONS if core else _sections(_read(config))
    click.echo(markdown(sections) if form == "markdown" else terminal(sections), nl=False)


def _load(config: Path) -> Settings:
    raw = _read(config)
    try:
        return load(raw, _sections(raw), file=str(config), environ=os.environ)
    except SettingsError as error:
        raise click.ClickException("\n".join(str(problem) for problem in error.problems)) from None


def _read(config: Path) -> dict[str, str]:
    """Read the application's section without resolving its `use`, which would import the application."""
    if not config.is_file():
        raise click.ClickException(f"{config}: there is no such file; name one with -c or ATLAS_INI")
    try:
        raw = dict(plaster.get_settings(str(config), "app:main"))
    except Exception as error:  # the parser's messages quote the line, which may hold a secret
        raise click.ClickException(f"{config}: cannot be read as an INI file ({type(error).__name__})") from None
    if not raw:
        raise click.ClickException(f"{config}: has no section [app:main]")
    return raw


def _sections(raw: dict[str, str]) -> tuple[type[Section], ...]:
    return (*CORE_SECTIONS, *_plugin_sections(enabled_plugins(raw, environ=os.environ)))


def _plugin_sections(names: Sequence[str]) -> tuple[type[Section], ...]:
    if not names:
        return ()
    try:
        from atlasbahamas.plugins.discovery import load_manifests

        dotted = [plugin.settings for plugin in load_manifests(names) if plugin.settings]
        return tuple(resolve_name(name) for name in dotted)
    except Exception as error:  # whatever a stranger's plugin raises, the operator gets one line
        raise click.ClickException(f"atlas.plugins: {type(error).__name__}: {error}") from None
