"""`atlas serve`: the site in one process on this machine, for development and the embedded profile.

What is served is `atlasbahamas.main`; a public site starts it with the server of its own choice.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import click
import plaster
import waitress
from pyramid.paster import get_app

from atlasbahamas.cli.site import Site
from atlasbahamas.people.demo_content import ACCOUNTS, DEMO_PASSWORD
from atlasbahamas.settings import AtlasSettings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Another port than the INI file's.")
@click.pass_obj
def serve(ini: Path, port: int | None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    site = Site.read(ini)
    options = dict(plaster.get_settings(str(site.ini), "server:main"))
    options.pop("use", None)
    if port is not None:
        options["listen"] = f"127.0.0.1:{port}"
    app = get_app(str(site.ini))
    try:
        server = waitress.create_server(app, **options)
    except OSError as error:
        app.registry.atlas_db.dispose()
        raise click.ClickException(f"cannot listen at {options['listen']}: {error.strerror}; try PORT=6544") from None
    signal.signal(signal.SIGTERM, _stop)
    _greet(options["listen"], demo=site.settings().section(AtlasSettings).demo)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        app.registry.atlas_db.dispose()
    click.echo("Stopped.")


def _stop(*_: Any) -> None:
    raise SystemExit


def _greet(listen: str, *, demo: bool) -> None:
    click.echo(f"\n  AtlasBahamas is at http://{listen}  (process {os.getpid()}; Ctrl-C stops it)\n")
    if not demo:
        return
    click.echo(f"  Demo accounts, all with the password {DEMO_PASSWORD}:")
    for account in ACCOUNTS:
        click.echo(f"    {account.user_name:<10} {account.title}")
    click.echo()
