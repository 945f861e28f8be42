"""The short form of tests/proofs/test_money_under_kills.py: a web process and a worker, each killed at one point."""

from __future__ import annotations

from pathlib import Path

from killing import killing
from pausing import AFTER, INSIDE

from atlasbahamas.testing import site as sites


def test_what_is_killed_leaves_nothing_or_all_of_it(tmp_path: Path) -> None:
    url = sites.copy_sqlite(sites.sqlite_template(), tmp_path / "site.sqlite")
    with killing(tmp_path, url, f"filesystem://{tmp_path}/broker", weeks=1) as site:
        site.kill_web([AFTER])
        site.kill_worker([INSIDE])
        assert site.killed == {INSIDE: 1, AFTER: 1}
        site.prove()
