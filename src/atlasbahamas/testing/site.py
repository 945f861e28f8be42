"""A whole site for a test: the application on a database of its own, copied from one that was migrated and filled once.

Every test commits for real, on SQLite with cookie sessions (`embedded`) and on PostgreSQL with Redis sessions (`server`), so
what is tested is what runs; docs/decisions/0003 says why a copy and not a savepoint.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from pyramid_jinja2 import IJinja2Environment
from sqlalchemy import Engine, delete, event, make_url, text
from webtest import TestApp

import atlasbahamas
from atlasbahamas.audit.actor import ACTOR, CLOCK, COMMAND
from atlasbahamas.db.engine import Database
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.migrations import components, upgrade_all
from atlasbahamas.files.store import FolderStore, Store
from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.jobs.running import drain, schedules_of, zone_of
from atlasbahamas.jobs.schedules import make_ticks
from atlasbahamas.people.demo import load_people
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.plugins.discovery import load_manifests, resolve
from atlasbahamas.security import passwords
from atlasbahamas.testing.services import KEY
from atlasbahamas.web.formats import NASSAU

ROOT = Path(__file__).parents[3]
FEATURES = ("portfolio", "listings", "leasing", "ledger")
WITH_A_HISTORY = ("ledger",)
"""Features whose demo data are years of life. A test begins with empty books: it would count what it does among all that."""

START = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)

# The real argon2, at a cost at which hundreds of tests can sign in. Whoever signs in at a server of its own pays the usual price.
passwords._hasher = cache(lambda: PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


class CompiledTemplates(BytecodeCache):
    """What the templates were compiled to, for every application that a process of the tests makes."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled from the same text."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


@dataclass
class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False
    moment: datetime = START

    def now(self) -> datetime:
        """The moment."""
        return self.moment

    def today(self) -> date:
        """Its date in Nassau."""
        return self.moment.astimezone(NASSAU).date()

    def move(self, **by: float) -> None:
        """Let time pass: `move(hours=2)`."""
        self.moment += timedelta(**by)


@dataclass
class Site:
    """An application under test, with what a test asks of it."""

    app: Any
    url: str
    clock: TestClock
    settings: dict[str, str] = field(repr=False)

    @property
    def db(self) -> Database:
        """Its database."""
        return self.app.registry.atlas_db  # type: ignore[no-any-return]

    @property
    def store(self) -> Store:
        """Its store of files."""
        return self.app.registry.atlas_store  # type: ignore[no-any-return]

    def browser(self, user_name: str | None = None) -> TestApp:
        """A browser without cookies, or one in which a demo account is signed in."""
        browser = TestApp(self.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        if user_name is not None:
            form = browser.get("/sign-in").forms["form"]
            form["name"], form["password"] = user_name, DEMO_PASSWORD
            form.submit(status=303)
        return browser

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        each = [f"SELECT '{name}', count(*) FROM {name}" for name in sorted(metadata.tables)]
        with self.db.transaction("read") as db:
            return dict(db.execute(text(" UNION ALL ".join(each))).all())

    def drain_jobs(self) -> Counter[str]:
        """Run every job that is due at this moment of the clock, without a broker; gives how many ended in which state.

        The site has kept its schedules since START: a daily job runs after `clock.move(days=1)`.
        """
        registry = self.app.registry
        with self.db.transaction() as db:
            make_ticks(db, schedules_of(registry), now=START, zone=zone_of(registry))
        return drain(registry)

    def close(self) -> None:
        """Let go of the database."""
        self.db.dispose()


class QueryCounter:
    """Counts the statements of an engine inside a `with` block, without the words that begin and end transactions."""

    _OTHER = re.compile(r"^\s*(BEGIN|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|SELECT pg_catalog|SHOW)", re.IGNORECASE)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.statements: list[str] = []

    def __enter__(self) -> QueryCounter:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not self._OTHER.match(statement):
            self.statements.append(statement)


def refuse_nested_join(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    """A listener of an engine under test. SQLite reads whole tables for `LEFT JOIN (a JOIN b)`.

    What may hang below an outer join is loaded with `lazy="joined"` and without `innerjoin`.

    Raises AssertionError.
    """
    assert not re.search(r"JOIN \((?!SELECT)", statement), f"a nested join: {statement}"


def migrate(url: str, features: Sequence[str] = FEATURES) -> None:
    """Bring an empty database to head."""
    database = Database(url)
    upgrade_all(database.write_engine, components(ROOT / "alembic", load_manifests(features)))
    database.dispose()


def fill(url: str, features: Sequence[str] = FEATURES, *, history: bool = False) -> None:
    """Migrate an empty database and load the demo data; what happened in the books (`history`) only where pages are looked at."""
    migrate(url, features)
    database = Database(url)
    manifests = load_manifests(features)
    with database.transaction() as db:
        db.info |= {ACTOR: COMMAND, CLOCK: TestClock()}
        load_people(db, now=START)
        for manifest in manifests:
            if manifest.demo and (history or manifest.name not in WITH_A_HISTORY):
                resolve(manifest.demo)(db, store=FolderStore(demo_files()), now=START)
        # A test begins with nothing to do: what the loading asked for is no part of it.
        db.execute(delete(OutboxEntry))
    database.dispose()


@cache
def made_once() -> Path:
    """The folder of what is made once for all processes of a run, or once for a process that is no test's."""
    if shared := os.environ.get(KEY.format("ONCE")):
        return Path(shared)
    folder = tempfile.TemporaryDirectory(prefix="atlas-once-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def demo_files() -> Path:
    """The folder of the bytes of the demo data's photos; `start` copies it for each site."""
    folder = made_once() / "files"
    folder.mkdir(exist_ok=True)
    return folder


def copy_demo_files(folder: Path) -> None:
    """Give a site the bytes of the demo data's photos, in the folder that `start` names."""
    shutil.copytree(demo_files(), folder / "files", dirs_exist_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether there is no such file yet; meanwhile no other process asks."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()


@cache
def sqlite_template(features: tuple[str, ...] = FEATURES, *, history: bool = False) -> Path:
    """A filled SQLite file, made once."""
    path = made_once() / f"{'-'.join(features)}{'-and-history' * history}.sqlite"
    with _alone(path) as missing:
        if missing:
            filling = path.with_suffix(".filling")
            fill(f"sqlite:///{filling}", features, history=history)
            filling.rename(path)
    return path


@cache
def postgresql_template(server: str, features: tuple[str, ...] = FEATURES) -> str:
    """Name of a filled PostgreSQL database, made once on each server."""
    path = made_once() / f"{'-'.join(features)}.{make_url(server).port}.postgresql"
    with _alone(path) as missing:
        if missing:
            url = new_postgresql(server)
            fill(url, features)
            path.write_text(url.rsplit("/", 1)[1])
    return path.read_text()


def new_postgresql(server: str) -> str:
    """The URL of a new empty database."""
    name = f"test_{uuid.uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    return server.rsplit("/", 1)[0] + f"/{name}"


def on_server(server: str, statement: str) -> None:
    """Run a statement on PostgreSQL, outside a transaction of ours."""
    connection = psycopg2.connect(server.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def copy_sqlite(template: Path, target: Path) -> str:
    """The URL of a copy."""
    shutil.copy(template, target)
    return f"sqlite:///{target}"


def copy_postgresql(server: str, features: tuple[str, ...] = FEATURES) -> str:
    """The URL of a copy."""
    name = f"copy_{uuid.uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template(server, features)}")
    return server.rsplit("/", 1)[0] + f"/{name}"


def drop_postgresql(server: str, url: str) -> None:
    """Take a copy away."""
    on_server(server, f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")


def start(url: str, folder: Path, *, redis: str | None = None, features: Sequence[str] = FEATURES, **more: str) -> Site:
    """The application on a database; with `redis`, its sessions are there."""
    settings = {
        "atlas.profile": "test",
        "atlas.secret": "for-tests-only",
        "atlas.plugins": " ".join(features),
        "atlas.limits": f"sqlite:///{folder}/limits.sqlite",
        "atlas.files.store": f"file://{folder}/files",
        "atlas.shared_page_seconds": "0",
        "sqlalchemy.url": url,
    }
    if redis is not None:
        settings |= {
            "atlas.sessions": "redis",
            "redis.sessions.secret": "for-tests-only-too",
            "redis.sessions.redis_url": redis,
            "redis.sessions.redis_socket_timeout": "1",
        }
    settings |= more
    copy_demo_files(folder)
    app = atlasbahamas.main({}, **settings)
    for _, environment in app.registry.getUtilitiesFor(IJinja2Environment):
        environment.bytecode_cache = COMPILED
    clock = TestClock()
    app.registry.atlas_clock = clock
    app.registry.atlas_switch.look()
    event.listen(app.registry.atlas_db.engine, "before_cursor_execute", refuse_nested_join)
    return Site(app, url, clock, settings)
