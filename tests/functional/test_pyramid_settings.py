"""What the environment says of Pyramid's own keys has an effect, though Pyramid reads them before anybody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasbahamas.testing import site as sites


def test_pyramids_own_keys_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sites.copy_sqlite(sites.sqlite_template(), tmp_path / "site.sqlite")
    monkeypatch.setenv("ATLAS_PYRAMID__DEBUG_NOTFOUND", "yes")
    monkeypatch.setenv("ATLAS_PYRAMID__INCLUDES", "pyramid_nowhere")
    with pytest.raises(ImportError, match="pyramid_nowhere"):
        sites.start(url, tmp_path)
    monkeypatch.delenv("ATLAS_PYRAMID__INCLUDES")
    site = sites.start(url, tmp_path)
    assert site.app.registry.settings["debug_notfound"] is True
    site.close()
