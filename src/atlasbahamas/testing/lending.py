"""Applications lent from test to test: to start one takes as long as many tests do. How one is started is in `testing.site`.

A lent application looks in every way like a new one: it has a database, a folder, a clock and limits of the test's own. One that
a test has changed (its listeners, its registry) is not lent again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url

from atlasbahamas.files.store import FolderStore
from atlasbahamas.testing.site import Site, TestClock, copy_demo_files, start
from atlasbahamas.web.kept import KeptValues

_spare: dict[tuple[str | None, tuple[str, ...]], list[_Lent]] = defaultdict(list)

# What `move_to` makes anew, and what an application works out once and keeps.
_NO_MARK = ("atlas_clock", "atlas_store", "atlas_kept", "atlas_static_paths", "atlas_plain_templates")

_LISTENED_TO = ("before_cursor_execute", "after_cursor_execute", "begin", "commit")


class _Lent:
    """An application that may be put on another database of the same kind."""

    def __init__(self, site: Site) -> None:
        self.site = site
        event.listen(site.db.engine, "do_connect", self._connect)
        self._as_started = self._marks()

    def _connect(self, dialect: Any, record: Any, args: list[Any], options: dict[str, Any]) -> Any:
        args, at = dialect.create_connect_args(self.site.db.engine.url)
        return dialect.connect(*args, **options | at)

    def move_to(self, url: str, folder: Path) -> Site:
        """The site there, with nothing left of what it was used for."""
        registry = self.site.app.registry
        clock, pages = TestClock(), registry.atlas_shared_pages
        copy_demo_files(folder)
        # Whoever opens another connection, in another process too, goes by the address of the engine.
        for engine in self.site.db.engines:
            engine.url = make_url(url)
        registry.atlas_clock = clock
        registry.atlas_switch.forget()
        registry.atlas_switch.look()
        registry.atlas_limiter.storage.reset()
        registry.atlas_store = FolderStore(folder / "files")
        registry.atlas_kept = KeptValues(lambda: pages.generation)
        settings = self.site.settings | {"sqlalchemy.url": url, "atlas.files.store": f"file://{folder}/files"}
        self.site = Site(self.site.app, url, clock, settings)
        return self.site

    @property
    def is_as_started(self) -> bool:
        """Whether nobody put anything into the application that a next test would meet."""
        return bool(self._marks() == self._as_started)

    def _marks(self) -> Any:
        registry, engine = self.site.app.registry, self.site.db.engine
        ours = {name: value for name, value in vars(registry).items() if name.startswith("atlas_") and name not in _NO_MARK}
        sizes = {name: (id(value), len(value) if isinstance(value, dict) else 0) for name, value in ours.items()}
        listeners = [
            list(getattr(engine.dispatch, name)) for name in ("before_cursor_execute", "after_cursor_execute", "begin", "commit")
        ]
        return sizes, listeners


@contextmanager
def lent_site(url: str, folder: Path, *, redis: str | None, features: tuple[str, ...]) -> Iterator[Site]:
    """The application on a database that is the test's own, which keeps its files in the folder."""
    spare = _spare[redis, features]
    lent = spare.pop() if spare else _Lent(start(url, folder, redis=redis, features=features))
    yield lent.move_to(url, folder)
    lent.site.close()
    if lent.is_as_started:
        spare.append(lent)
