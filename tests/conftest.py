"""Fixtures of the whole suite."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer

pytest_plugins = ["atlasbahamas.testing.plugin"]

# How long an example takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile("atlas", deadline=None)
hypothesis.settings.load_profile("atlas")


@pytest.fixture
def servers(postgresql_url: str, redis_server: RedisServer, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What production.ini wants from the environment: secrets, and a PostgreSQL, a Redis and a folder of its own."""
    url = sites.empty_postgresql(postgresql_url)
    yield {
        "ATLAS_INI": "production.ini",
        "ATLAS_ATLAS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_REDIS__SESSIONS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_SQLALCHEMY__URL": url,
        "ATLAS_REDIS__SESSIONS__REDIS_URL": redis_server.url,
        "ATLAS_ATLAS__LIMITS": redis_server.url,
        "ATLAS_ATLAS__BROKER": redis_server.url,
        "ATLAS_ATLAS__FILES__STORE": f"file://{tmp_path}/files",
    }
    sites.drop_postgresql(postgresql_url, url)
