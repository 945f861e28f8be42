"""Fixtures of the whole suite."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer, need

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
def servers(postgresql_url: str, redis_server: RedisServer) -> Iterator[dict[str, str]]:
    """What production.ini wants from the environment: two secrets, an empty PostgreSQL and a Redis of this test's own."""
    name = f"production_{uuid.uuid4().hex}"
    sites.on_server(postgresql_url, f"CREATE DATABASE {name}")
    url = postgresql_url.rsplit("/", 1)[0] + f"/{name}"
    yield {
        "ATLAS_INI": "production.ini",
        "ATLAS_ATLAS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_REDIS__SESSIONS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_SQLALCHEMY__URL": url,
        "ATLAS_REDIS__SESSIONS__REDIS_URL": redis_server.url,
        "ATLAS_ATLAS__LIMITS": redis_server.url,
    }
    sites.drop_postgresql(postgresql_url, url)
