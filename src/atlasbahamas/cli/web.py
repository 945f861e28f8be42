"""`atlas web`: one web process of a public site, as systemd and containers run it. Jobs run elsewhere (`atlas jobs`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import click
import plaster

from atlasbahamas.cli.site import Site
from atlasbahamas.jobs.supervisor import LOOKS_EVERY, Stop
from atlasbahamas.serving import STOPS_WITHIN, loaded_site
from atlasbahamas.serving.on_waitress import Server
from atlasbahamas.settings import SERVER_KEYS, AtlasSettings, server_options

GUNICORN = "egg:gunicorn"
WAITRESS_KEYS = frozenset(SERVER_KEYS) - {"threads"}
"""Keys of the environment that gunicorn has no such name for."""


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Another address than the INI file's.")
@click.option("--server", "section", default="main", help="Which [server:...] of the INI file: main, or gunicorn.")
@click.pass_obj
def web(ini: Path, listen: str | None, section: str) -> None:
    """Serve until SIGTERM; what is being answered then is finished, for 30 seconds at most."""
    site = Site.read(ini)
    in_file = plaster.get_settings(str(site.ini), f"server:{section}")
    if not in_file:
        raise click.ClickException(f"there is no [server:{section}] in {site.ini}")
    options = server_options(in_file, file=str(site.ini), environ=os.environ)
    settings = site.settings().section(AtlasSettings)
    if options.pop("use", "").startswith(GUNICORN):
        if listen is not None:
            options["listen"] = listen
        _on_gunicorn(site.ini, in_gunicorns_words(options), settings.trusted_proxy)
    else:
        if listen is not None:
            options["listen"] = listen
        if settings.trusted_proxy:
            options["trusted_proxy"] = settings.trusted_proxy
        _on_waitress(site.ini, options)


def in_gunicorns_words(options: Mapping[str, str]) -> dict[str, str]:
    """Options of a server for gunicorn: `listen`, maybe several addresses, is its `bind`; what waitress alone knows is left out.

    The variables of the environment are those of both servers, so that one environment file goes with either.
    """
    ours = {key: text for key, text in options.items() if key not in WAITRESS_KEYS}
    return ours | ({"bind": ",".join(options["listen"].split())} if "listen" in options else {})


def _on_waitress(ini: Path, options: dict[str, str]) -> None:
    app = loaded_site(ini)
    stop = Stop()
    app.registry.atlas_is_stopping = lambda: stop.asked
    try:
        server = Server(app, options)
    except OSError as error:
        app.registry.atlas_db.dispose()
        raise click.ClickException(f"cannot listen at {options.get('listen')}: {error.strerror}") from None
    click.echo(f"Listening at {options.get('listen')}.", err=True)
    while server.is_running() and not stop.wait(LOOKS_EVERY):
        pass
    died = not server.is_running()
    server.stop(within=STOPS_WITHIN)
    app.registry.atlas_db.dispose()
    if died:
        raise click.ClickException("the server ended by itself")
    click.echo("Stopped.", err=True)


def _on_gunicorn(ini: Path, options: dict[str, str], trusted_proxy: str) -> None:
    if find_spec("gunicorn") is None:
        raise click.ClickException("gunicorn is not installed: pip install 'atlasbahamas[gunicorn]'")
    from atlasbahamas.serving.on_gunicorn import Application

    Application(ini, options, trusted_proxy=trusted_proxy).run()
