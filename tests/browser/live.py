"""A site that a browser can reach."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import waitress
from pages import existing
from waitress.wasyncore import close_all

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
    site = sites.start(sites.copy_sqlite(template, folder / "site.sqlite"), folder)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        keys = existing(db, START)
    server = waitress.create_server(site.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield LiveSite(site, f"http://127.0.0.1:{server.effective_port}", keys)
    finally:
        # In its own thread: a browser keeps connections open, and the loop ends when the last of them is closed.
        server.trigger.pull_trigger(lambda: close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
        site.close()
