"""A folder as an operator has it, for what is tested here: programs, INI files and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.site import ROOT


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
def production(servers: dict[str, str], place: Place) -> Place:
    """The folder, with production.ini ready to start."""
    place.environ |= servers
    return place
