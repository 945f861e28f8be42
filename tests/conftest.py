"""Fixtures of the whole suite."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator

import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer

pytest_plugins = ["atlasbahamas.testing.plugin"]


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
