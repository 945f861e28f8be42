"""A folder as an operator has it, for what is tested here: programs, INI files and addresses."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.services import RedisServer
from atlasbahamas.testing.site import ROOT, drop_postgresql, on_server


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A folder with our INI files, the programs of this environment, and nothing set in the environment."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("development.ini", "production.ini", "alembic.ini"):
        (folder / name).write_text((ROOT / name).read_text())
    (folder / "alembic").symlink_to(ROOT / "alembic")
    made = Place(folder)
    yield made
    made.close()


@pytest.fixture
def servers(postgresql_url: str, redis_server: RedisServer) -> Iterator[dict[str, str]]:
    """What production.ini wants from the environment: two secrets, an empty PostgreSQL and a Redis of this test's own."""
    name = f"production_{uuid.uuid4().hex}"
    on_server(postgresql_url, f"CREATE DATABASE {name}")
    url = postgresql_url.rsplit("/", 1)[0] + f"/{name}"
    yield {
        "ATLAS_INI": "production.ini",
        "ATLAS_ATLAS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_REDIS__SESSIONS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_SQLALCHEMY__URL": url,
        "ATLAS_REDIS__SESSIONS__REDIS_URL": redis_server.url,
        "ATLAS_ATLAS__LIMITS": redis_server.url,
    }
    drop_postgresql(postgresql_url, url)


@pytest.fixture
def production(servers: dict[str, str], place: Place) -> Place:
    """The folder, with production.ini ready to start."""
    place.environ |= servers
    return place
