"""Databases for migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table, on either server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server = need("POSTGRESQL")
    url = sites.new_postgresql(server)
    yield url
    sites.drop_postgresql(server, url)
