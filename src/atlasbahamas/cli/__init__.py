"""The `atlas` command. Each group has a module of its own; what a group does belongs to the part that it serves."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from atlasbahamas import __version__
from atlasbahamas.cli.audit import audit
from atlasbahamas.cli.db import db
from atlasbahamas.cli.demo import demo
from atlasbahamas.cli.deploy import deploy
from atlasbahamas.cli.doctor import doctor
from atlasbahamas.cli.jobs import jobs
from atlasbahamas.cli.mail import mail
from atlasbahamas.cli.people import people
from atlasbahamas.cli.plugins import plugins
from atlasbahamas.cli.read_only import site_group
from atlasbahamas.cli.serve import serve
from atlasbahamas.cli.settings import settings
from atlasbahamas.cli.site import Site
from atlasbahamas.cli.web import web
from atlasbahamas.db.migrations import MigrationError
from atlasbahamas.observability import configure, take_over_last_words
from atlasbahamas.plugins.discovery import PluginError, resolve
from atlasbahamas.plugins.manifest import Plugin
from atlasbahamas.settings import AtlasSettings, SettingsError


class WithPlugins(click.Group):
    """The core's groups, and those that the features of the INI file give (`commands` in their manifests)."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Also what the features have, where the INI file can be read."""
        try:
            given = [manifest.name for manifest in self._manifests(context) if manifest.commands]
        except (PluginError, FileNotFoundError):
            given = []
        return sorted({*super().list_commands(context), *given})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The core's, or a feature's, which is imported only now."""
        own = super().get_command(context, name)
        if own is not None:
            return own
        given = {manifest.name: manifest.commands for manifest in self._manifests(context) if manifest.commands}
        return resolve(given[name]) if name in given else None

    def _manifests(self, context: click.Context) -> tuple[Plugin, ...]:
        # `--help` comes before the option is read.
        ini = context.params.get("ini") or os.environ.get("ATLAS_INI", "development.ini")
        return Site.read(ini).manifests


@click.group(cls=WithPlugins)
@click.option(
    "-c",
    "--config",
    "ini",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("ATLAS_INI", "development.ini"),
    help="The INI file.",
)
@click.version_option(__version__)
@click.pass_context
def atlas(context: click.Context, ini: Path) -> None:
    """AtlasBahamas for operators."""
    context.obj = ini
    _set_logs_up(ini)


def _set_logs_up(ini: Path) -> None:
    """The form of the log that the INI file asks for. With one that cannot be used, which the command will say, the safe form."""
    try:
        settings = Site.read(ini).settings()
    except Exception:
        configure("production")
        return
    profile = settings.section(AtlasSettings).profile
    configure(profile, settings.secrets())
    if profile == "production" and not sys.stderr.isatty():
        take_over_last_words()


for group in (audit, db, demo, deploy, doctor, jobs, mail, people, plugins, serve, settings, site_group, web):
    atlas.add_command(group)


def main() -> None:
    """Run the command; what an operator can mend is one line an item, without a trace."""
    try:
        atlas(standalone_mode=True)
    except SettingsError as error:
        raise SystemExit("\n".join(str(problem) for problem in error.problems)) from None
    except (MigrationError, PluginError, FileNotFoundError) as error:
        raise SystemExit(str(error)) from None
