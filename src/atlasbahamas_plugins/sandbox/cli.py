"""`atlas sandbox`: the gateway's own server."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
import waitress

from atlasbahamas.cli.jobs import supervised
from atlasbahamas.cli.site import Site
from atlasbahamas.jobs.supervisor import LOOKS_EVERY, Stop, end_with_parent
from atlasbahamas_plugins.sandbox.server import Clock, Server
from atlasbahamas_plugins.sandbox.settings import SandboxSettings


@click.group()
def sandbox() -> None:
    """A payment gateway without money."""


@sandbox.command()
@click.option("--duplicates", type=click.IntRange(0, 9), default=0, help="How often each webhook is sent besides.")
@click.option(
    "--reorder", type=click.FloatRange(0, 60), default=0.0, help="Seconds for which webhooks wait, to go the last first."
)
@click.option("--clock", "stands_at", type=datetime.fromisoformat, help="A clock that stands at this moment until it is moved.")
@supervised
@click.pass_obj
def serve(ini: Path, supervised: bool, duplicates: int, reorder: float, stands_at: datetime | None) -> None:
    """Serve at `sandbox.url` until Ctrl-C or SIGTERM."""
    settings = Site.read(ini).settings().section(SandboxSettings)
    if stands_at is not None and stands_at.tzinfo is None:
        raise click.BadParameter("a moment needs its zone, such as 2026-06-01T15:00:00+00:00", param_hint="--clock")
    at = urlsplit(settings.url)
    server = Server(settings.secret.get_secret_value(), Clock(stands_at), duplicates, reorder)
    try:
        http = waitress.create_server(server, host=at.hostname, port=at.port, threads=2)
    except OSError as error:
        raise click.ClickException(f"cannot listen at {settings.url}: {error.strerror}; change sandbox.url") from None
    if supervised:
        end_with_parent()
    stop = Stop()
    threads = [threading.Thread(target=run, daemon=True) for run in (http.run, server.deliver)]
    for thread in threads:
        thread.start()
    click.echo(f"The sandbox is at {settings.url}")
    while all(thread.is_alive() for thread in threads) and not stop.wait(LOOKS_EVERY):
        pass
    server.stopped.set()
    click.echo("Stopped.")
