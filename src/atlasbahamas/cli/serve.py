"""`atlas serve`: the site in one process on this machine, its jobs and what features run beside it, for development and the
embedded profile.

What is served is `atlasbahamas.main`; a public site starts it with the server of its own choice.
"""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import click
import plaster
import waitress

from atlasbahamas.cli.demo import load_into_empty
from atlasbahamas.cli.site import Site
from atlasbahamas.jobs.supervisor import LOOKS_EVERY, SUPERVISOR_STOPS_WITHIN, Stop, atlas_command, start_child, stop_children
from atlasbahamas.people.demo_content import ACCOUNTS, DEMO_PASSWORD
from atlasbahamas.serving import loaded_site
from atlasbahamas.settings import AtlasSettings, server_options, variable


@click.command()
@click.option("--prepare", is_flag=True, help="Before that, bring the database to head and put demo data into an empty one.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Another port than the INI file's.")
@click.option("--jobs/--no-jobs", "with_jobs", default=True, help="Whether to run jobs beside it, where atlas.broker is set.")
@click.pass_obj
def serve(ini: Path, port: int | None, prepare: bool, with_jobs: bool) -> None:
    """Serve until Ctrl-C or SIGTERM, and run the jobs meanwhile."""
    site = Site.read(ini)
    options = server_options(plaster.get_settings(str(site.ini), "server:main"), file=str(site.ini), environ=os.environ)
    options.pop("use", None)
    if port is not None:
        options["listen"] = f"127.0.0.1:{port}"
        os.environ.setdefault(variable("atlas.base_url"), f"http://127.0.0.1:{port}")
    settings = site.settings().section(AtlasSettings)
    if prepare:
        _prepare(site, demo=settings.demo)
    app = loaded_site(site.ini)
    try:
        server = waitress.create_server(app, **options)
    except OSError as error:
        app.registry.atlas_db.dispose()
        raise click.ClickException(f"cannot listen at {options['listen']}: {error.strerror}; try PORT=6544") from None
    children = []
    stop = Stop()
    serving = threading.Thread(target=server.run, name="atlas-server", daemon=True)
    try:
        serving.start()
        if with_jobs and settings.broker:
            children.append(start_child(atlas_command(site.ini, "jobs", "run", "--supervised")))
        for manifest in site.manifests:
            if manifest.beside:
                children.append(start_child(atlas_command(site.ini, *manifest.beside, "--supervised")))
        _greet(options["listen"], demo=settings.demo)
        while serving.is_alive() and not stop.wait(LOOKS_EVERY):
            pass
    finally:
        # What is being answered is; the thread that listens ends with the process.
        server.task_dispatcher.shutdown()
        stop_children(children, within=SUPERVISOR_STOPS_WITHIN)
        app.registry.atlas_db.dispose()
    click.echo("Stopped.")


def _prepare(site: Site, *, demo: bool) -> None:
    site.upgrade()
    database = site.database()
    if demo and load_into_empty(site, database, now=datetime.now(UTC)):
        click.echo("The demo data is loaded.")
    database.dispose()


def _greet(listen: str, *, demo: bool) -> None:
    click.echo(f"\n  AtlasBahamas is at http://{listen}  (process {os.getpid()}; Ctrl-C stops it)\n")
    if not demo:
        return
    click.echo(f"  Demo accounts, all with the password {DEMO_PASSWORD}:")
    for account in ACCOUNTS:
        click.echo(f"    {account.user_name:<10} {account.title}")
    click.echo()
