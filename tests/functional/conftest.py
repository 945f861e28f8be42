"""Fixtures of the functional tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from authorisation import world_of

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.authorisation import World
from atlasbahamas.testing.services import need


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    if request.param == "sqlite":
        url = sites.copy_sqlite(sites.sqlite_template(), folder / "site.sqlite")
    else:
        url = sites.copy_postgresql(need("POSTGRESQL"))
    made = world_of(url, folder)
    yield made
    made.site.close()
    if request.param == "postgresql":
        sites.drop_postgresql(need("POSTGRESQL"), url)
