"""Fixtures of the whole suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.smtp import SmtpServer

pytest_plugins = ["atlasbahamas.testing.plugin"]


@pytest.fixture(params=sites.PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(profile: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the demo data, of this test's own."""
    if profile == "embedded":
        folder = tmp_path_factory.getbasetemp()
        yield sites.copy_sqlite(sites.sqlite_template(folder), tmp_path / "site.sqlite")
        return
    server = need("POSTGRESQL")
    url = sites.copy_postgresql(server)
    yield url
    sites.drop_postgresql(server, url)


@pytest.fixture
def site(profile: str, database_url: str, tmp_path: Path) -> Iterator[sites.Site]:
    """The application with the demo data, on both databases and with both kinds of session."""
    running = sites.start(database_url, tmp_path, redis=need("REDIS") if profile == "server" else None)
    yield running
    running.close()


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
