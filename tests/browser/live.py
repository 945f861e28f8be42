"""A site that a browser can reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from online import with_gateway
from pages import existing
from served import served

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import START, Site


@dataclass
class LiveSite:
    """A site that a browser can reach; `keys` are rows for the addresses of pages.py."""

    site: Site
    address: str
    keys: dict[str, str]


@contextmanager
def serving(folder: Path, template: Path) -> Iterator[LiveSite]:
    """Serve a copy of the demo data on a free port of this machine."""
    site = with_gateway(sites.copy_sqlite(template, folder / "site.sqlite"), folder)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        keys = existing(db, START)
    try:
        with served(site.app, threads=8) as port:
            yield LiveSite(site, f"http://127.0.0.1:{port}", keys)
    finally:
        site.close()
