"""`atlas plugins`: what is installed, what is switched on, what it adds."""

from __future__ import annotations

from pathlib import Path

import click

from atlasbahamas.cli.site import Site
from atlasbahamas.plugins.discovery import installed_names


@click.group()
def plugins() -> None:
    """List the features, and what each one adds."""


@plugins.command("list")
@click.pass_obj
def list_plugins(ini: Path) -> None:
    """Installed features; a star marks those that the INI file switches on. Imports manifests only."""
    active = {manifest.name: manifest for manifest in Site.read(ini).manifests}
    for name in installed_names():
        manifest = active.get(name)
        click.echo(f"{'*' if manifest else ' '} {name}" + (f" {manifest.version}: {manifest.summary}" if manifest else ""))


@plugins.command()
@click.argument("name")
@click.pass_obj
def show(ini: Path, name: str) -> None:
    """Everything that a feature registers, from the application's introspection."""
    from pyramid.paster import get_app

    app = get_app(str(Site.read(ini).ini))
    introspector = app.registry.introspector
    for category in introspector.categories():
        if not category.startswith("atlas "):
            continue
        names = [
            entry["introspectable"]["name"]
            for entry in introspector.get_category(category)
            if entry["introspectable"]["plugin"] == name
        ]
        for entry in sorted(names):
            click.echo(f"{category.removeprefix('atlas ')}: {entry}")
