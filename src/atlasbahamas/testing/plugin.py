"""The pytest plugin: starts the servers once for a whole run, and says at its end what was left out.

The process that collects the run starts and stops them; xdist's workers find them through the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from atlasbahamas.testing.services import KEY, PostgresServer, RedisServer, Unavailable, chromium_path, need

_running: list[Any] = []
_left_out: dict[str, str] = {}


def _start(name: str, make: Callable[[], Any], tell: Callable[[Any], str]) -> None:
    try:
        server = make()
    except Unavailable as error:
        _left_out[name] = str(error)
        return
    _running.append(server)
    os.environ[KEY.format(name)] = tell(server)


def pytest_configure(config: pytest.Config) -> None:
    """Start what there is, in the process that collects the run only."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _start("POSTGRESQL", PostgresServer, lambda server: str(server.url))
    _start("REDIS", RedisServer, lambda server: str(server.url))
    _start("CHROMIUM", chromium_path, str)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop every server that this process started."""
    while _running:
        server = _running.pop()
        if not isinstance(server, str):
            server.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what was left out."""
    for name, wanted in _left_out.items():
        terminalreporter.write_line(f"LEFT OUT: the tests on {name}; not found: {wanted}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ATLAS_TEST_REQUIRE=all a thing that was left out is a failure."""
    if _left_out and os.environ.get("ATLAS_TEST_REQUIRE") == "all" and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of this test's own, to be stopped and started at will."""
    need("REDIS")
    server = RedisServer()
    yield server
    server.stop()
