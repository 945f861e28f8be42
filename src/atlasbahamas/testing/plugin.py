"""The pytest plugin: starts the servers once for a whole run, and says at its end what was left out.

The process that collects the run starts and stops them; xdist's workers find them through the environment.
How a server is started belongs to `testing.services`, what is put into it to `testing.site`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from atlasbahamas.testing.services import KEY, PostgresServer, RedisServer, S3Server, Unavailable, chromium_path, need, nginx_path

if TYPE_CHECKING:
    from atlasbahamas.testing.site import Site

_running: list[PostgresServer | RedisServer] = []
_left_out: dict[str, str] = {}


def _serve(make: type[PostgresServer] | type[RedisServer]) -> str:
    server = make()
    _running.append(server)
    return server.url


def _provide(name: str, find: Callable[[], str]) -> None:
    # What an outer run left in the environment may be gone.
    os.environ.pop(KEY.format(name), None)
    try:
        os.environ[KEY.format(name)] = find()
    except Unavailable as error:
        _left_out[name] = str(error)


def pytest_configure(config: pytest.Config) -> None:
    """Start what there is, in the process that collects the run only."""
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    config.add_cleanup(_stop)
    once = tempfile.TemporaryDirectory(prefix="atlas-once-")
    config.add_cleanup(once.cleanup)
    os.environ[KEY.format("ONCE")] = once.name
    _provide("POSTGRESQL", lambda: _serve(PostgresServer))
    _provide("REDIS", lambda: _serve(RedisServer))
    _provide("CHROMIUM", chromium_path)
    _provide("NGINX", nginx_path)


def _stop() -> None:
    while _running:
        _running.pop().stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out."""
    for name, wanted in _left_out.items():
        terminalreporter.write_line(f"LEFT OUT: the tests on {name}; not found: {wanted}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ATLAS_TEST_REQUIRE=all a thing that was left out is a failure."""
    if _left_out and os.environ.get("ATLAS_TEST_REQUIRE") == "all" and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """SQLAlchemy URL of the run's PostgreSQL, of the database that a test may connect to but not fill."""
    return need("POSTGRESQL")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """URL of the run's Redis, which every test shares."""
    return need("REDIS")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    return need("CHROMIUM")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of this test's own, to be stopped and started at will."""
    need("REDIS")
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server for one process of the run; every test uses a prefix of its own."""
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def features() -> tuple[str, ...]:
    """The features that `site` has. A plugin's author overrides this fixture to add the plugin."""
    found: tuple[str, ...] = sites().FEATURES
    return found


@pytest.fixture(params=["embedded", "server"])
def profile(request: pytest.FixtureRequest) -> str:
    """SQLite with cookie sessions, then PostgreSQL with Redis: a test that uses `site` runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(profile: str, features: tuple[str, ...], tmp_path: Path) -> Iterator[str]:
    """A database with the demo data, of this test's own."""
    if profile == "embedded":
        template = sites().sqlite_template(features)
        yield sites().copy_sqlite(template, tmp_path / "site.sqlite")
        return
    server = need("POSTGRESQL")
    with import_module("atlasbahamas.testing.snapshots").lent_postgresql(server, features) as url:
        yield url


@pytest.fixture
def site(profile: str, features: tuple[str, ...], database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The application with the demo data, on both databases and with both kinds of session."""
    redis = need("REDIS") if profile == "server" else None
    lending = import_module("atlasbahamas.testing.lending")
    with lending.lent_site(database_url, tmp_path, redis=redis, features=features) as lent:
        yield lent


def sites() -> ModuleType:
    """`testing.site`, imported when a test wants a site: it brings the application along."""
    return import_module("atlasbahamas.testing.site")
