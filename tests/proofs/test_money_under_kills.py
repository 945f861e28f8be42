"""`kill -9` of web and worker, inside the transaction and between commit and answer: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from killing import Killing, killing
from pausing import AFTER, INSIDE

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer, need

KILLS = 20


@pytest.fixture(params=["sqlite+filesystem", "postgresql+redis"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Killing]:
    if request.param == "sqlite+filesystem":
        url = sites.copy_sqlite(sites.sqlite_template(), tmp_path / "site.sqlite")
        with killing(tmp_path, url, f"filesystem://{tmp_path}/broker", weeks=2 * KILLS) as running:
            yield running
        return
    server = need("POSTGRESQL")
    url, redis = sites.copy_postgresql(server), RedisServer()
    try:
        with killing(tmp_path, url, redis.url, weeks=2 * KILLS) as running:
            yield running
    finally:
        redis.stop()
        sites.drop_postgresql(server, url)


def test_a_payment_is_there_once_wherever_its_web_process_dies(site: Killing, say: Callable[[str], None]) -> None:
    site.kill_web([INSIDE, AFTER] * KILLS)
    say(f"web: {site.killed[INSIDE]} kills inside the transaction, {site.killed[AFTER]} after the commit; {site.prove()}")
    assert site.killed == {INSIDE: KILLS, AFTER: KILLS}


def test_a_rent_is_charged_once_wherever_its_worker_dies(site: Killing, say: Callable[[str], None]) -> None:
    site.kill_worker([INSIDE, AFTER] * KILLS)
    say(f"worker: {site.killed[INSIDE]} kills inside the transaction, {site.killed[AFTER]} after the commit; {site.prove()}")
    assert site.killed == {INSIDE: KILLS, AFTER: KILLS}
