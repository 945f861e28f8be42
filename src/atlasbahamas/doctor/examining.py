"""The whole examination, in the order in which one thing needs another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlasbahamas.cli.site import Site
from atlasbahamas.doctor.database import check_database
from atlasbahamas.doctor.findings import Finding, ok, said, wrong
from atlasbahamas.doctor.surroundings import check_certificate, check_files, check_mail, check_proxy, check_redis
from atlasbahamas.masking import remember
from atlasbahamas.plugins.discovery import PluginError
from atlasbahamas.settings import SettingsError


def examine(ini: Path, *, web_processes: int) -> Iterator[Finding]:
    """Everything about the site of an INI file. What needs something that is wrong is left out."""
    try:
        site = Site.read(ini)
        settings = site.settings()
    except SettingsError as error:
        for problem in error.problems:
            yield wrong("settings", f"{problem.key} {problem.message}", f"set in {problem.source}")
        return
    except (PluginError, FileNotFoundError) as error:
        yield wrong(
            "plugins" if isinstance(error, PluginError) else "settings", str(error), "mend atlas.plugins, or name a file by -c"
        )
        return
    remember(settings.secrets())
    yield ok("settings", f"all {len(settings.shown())} are in order")
    yield from check_proxy(site, settings)
    yield _application(site)
    yield from check_database(site, settings, web_processes=web_processes)
    yield from check_redis(settings)
    yield from check_files(settings)
    yield from check_mail(settings)
    yield from check_certificate(settings)


def _application(site: Site) -> Finding:
    """Whether the site can be put together, with every feature; it asks nobody for that."""
    from pyramid.paster import get_app

    try:
        app = get_app(str(site.ini))
    except (Exception, SystemExit) as error:
        return wrong("plugins", f"the site does not start: {said(error)}", "switch off the feature that is named, or mend it")
    app.registry.atlas_db.dispose()
    names = ", ".join(manifest.name for manifest in site.manifests) or "none"
    return ok("plugins", f"the site starts; active: {names}")
