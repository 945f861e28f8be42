"""Fixtures of the properties."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from examples import examples

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site


@pytest.fixture(params=["postgresql", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, int]]:
    """A site with the demo data, and how many lives of its machine it is worth: the module's EXAMPLES."""
    server = need("POSTGRESQL") if request.param == "postgresql" else None
    url = sites.copy_postgresql(server) if server else sites.copy_sqlite(sites.sqlite_template(), tmp_path / "a.sqlite")
    site = sites.start(url, tmp_path)
    yield site, examples(request.param, request.module.EXAMPLES[request.param])
    site.close()
    if server:
        sites.drop_postgresql(server, url)
