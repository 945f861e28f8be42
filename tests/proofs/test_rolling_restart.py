"""Web processes are restarted in turn, again and again, while people use the site: no request lost, no effect doubled.

nginx with the configuration of deploy/nginx, two web processes, PostgreSQL, Redis, and deploy/rolling-restart.sh.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fronted import public_site
from rolling import check, roll_under_load


@pytest.mark.parametrize(("server", "rounds"), [("main", 8), ("gunicorn", 3)], ids=["waitress", "gunicorn"])
def test_nothing_is_lost_and_nothing_doubled(server: str, rounds: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    with public_site(tmp_path, server=server) as site:
        counted = roll_under_load(site, tmp_path, rounds)
        for (kind, status), count in sorted(counted.answers.items()):
            say(f"{kind}: {status} {count} times")
        say(f"{2 * rounds} restarts; the slowest answer took {counted.slowest:.1f} s")
        retried = sum(", " in line["web"] for line in site.nginx.log)
        say(f"{retried} requests went to the next process, {len(counted.wrong)} were lost")
        check(site, counted)
        assert retried > 0
