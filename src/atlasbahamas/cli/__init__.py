"""The `atlas` command. Each group has a module of its own; what a group does belongs to the part that it serves."""

from __future__ import annotations

import os
from pathlib import Path

import click

from atlasbahamas import __version__
from atlasbahamas.cli.audit import audit
from atlasbahamas.cli.db import db
from atlasbahamas.cli.demo import demo
from atlasbahamas.cli.jobs import jobs
from atlasbahamas.cli.people import people
from atlasbahamas.cli.plugins import plugins
from atlasbahamas.cli.serve import serve
from atlasbahamas.cli.settings import settings
from atlasbahamas.plugins.discovery import PluginError
from atlasbahamas.settings import SettingsError


@click.group()
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


for group in (audit, db, demo, jobs, people, plugins, serve, settings):
    atlas.add_command(group)


def main() -> None:
    """Run the command; what an operator can mend is one line an item, without a trace."""
    try:
        atlas(standalone_mode=True)
    except SettingsError as error:
        raise SystemExit("\n".join(str(problem) for problem in error.problems)) from None
    except (PluginError, FileNotFoundError) as error:
        raise SystemExit(str(error)) from None
