"""Fixtures of the whole suite."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from fronted import production_environ

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer, need
from atlasbahamas.testing.smtp import SmtpServer

pytest_plugins = ["atlasbahamas.testing.plugin"]

# How long an example takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile("atlas", deadline=None)
hypothesis.settings.load_profile("atlas")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: not to look through it again and again for garbage takes a third off the time of a site."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 10)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server that keeps what it is sent."""
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def mailing(profile: str, database_url: str, tmp_path: Path, smtp: SmtpServer) -> Iterator[sites.Site]:
    """The same site, sending its mails through that server."""
    redis = need("REDIS") if profile == "server" else None
    running = sites.start(database_url, tmp_path, redis=redis, **smtp.settings())
    yield running
    running.close()


@pytest.fixture
def servers(postgresql_url: str, redis_server: RedisServer, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What production.ini wants from the environment: its address, secrets, and a PostgreSQL, a Redis and a folder of its own."""
    url = sites.new_postgresql(postgresql_url)
    yield production_environ(url, redis_server.url, tmp_path)
    sites.drop_postgresql(postgresql_url, url)
