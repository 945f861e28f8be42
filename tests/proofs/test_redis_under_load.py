"""Redis is killed and started under load: visitors notice nothing, the signed-in are told, and all is well again by itself."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from over_http import Person

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.services import RedisServer, free_port, need

INI = """
[app:main]
use = egg:atlasbahamas
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = portfolio listings
atlas.sessions = redis
atlas.limits = {redis}
atlas.files.store = file://{folder}/files
redis.sessions.secret = for-tests-only-too
redis.sessions.redis_url = {redis}
redis.sessions.redis_socket_timeout = 1
sqlalchemy.url = {url}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 8
"""
OUTAGES = 4
SECONDS = 3.0  # of each phase
NAMES = ("keva", "tamar", "philip", "marva")


class Load:
    """Visitors and signed-in people who ask all the time; what they got, by who they are and how Redis is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.phase = "up"
        self.seen: Counter[tuple[str, str, int]] = Counter()
        self.strange: list[str] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(2)]
        self._threads += [threading.Thread(target=self._use, args=(name, number)) for number, name in enumerate(NAMES)]
        for thread in self._threads:
            thread.start()

    def note(self, who: str, phase: str, status: int) -> None:
        with self._lock:
            self.seen[who, phase if phase == self.phase else "between", status] += 1

    def _visit(self, number: int) -> None:
        visitor = Person(self.port, f"127.0.1.{number + 1}")
        while not self._over.is_set():
            for path in ("/", "/listings/", "/listings/?island=abaco"):
                phase = self.phase
                self.note("visitor", phase, visitor.ask(path)[0])

    def _use(self, name: str, number: int) -> None:
        """Signed in while it lasts; signs in again whenever that is over."""
        person, inside = Person(self.port, f"127.0.2.{number + 1}"), False
        while not self._over.is_set():
            phase = self.phase
            if not inside:
                status = person.sign_in(name, DEMO_PASSWORD)
                inside = status == 303
                self.note("signing in", phase, status)
                continue
            status, page = person.ask("/account/")
            self.note("signed in", phase, status)
            if status == 200 and f'value="{name}"' not in page:
                self.strange.append(f"{name} was shown another's account")
            inside = status == 200

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_redis_killed_and_started_under_load(tmp_path: Path, redis_server: RedisServer, say: Callable[[str], None]) -> None:
    server, port = need("POSTGRESQL"), free_port()
    url = sites.copy_postgresql(server)
    (tmp_path / "site.ini").write_text(INI.format(folder=tmp_path, redis=redis_server.url, url=url, port=port))
    place = Place(tmp_path)
    try:
        served = place.start("pserve", "site.ini")
        served.listens(f"http://127.0.0.1:{port}")
        load = Load(port)
        time.sleep(SECONDS)
        for _ in range(OUTAGES):
            load.phase = "going"
            redis_server.stop()
            load.phase = "down"
            time.sleep(SECONDS)
            load.phase = "coming"
            redis_server.start()
            time.sleep(1)
            load.phase = "up"
            time.sleep(SECONDS)
        load.end()
        assert served.process.poll() is None
    finally:
        place.close()
        sites.drop_postgresql(server, url)
    for (who, phase, status), count in sorted(load.seen.items()):
        say(f"Redis {phase}: {who} got {status} {count} times")
    assert load.strange == []
    statuses = {(who, phase): {status for w, p, status in load.seen if (w, p) == (who, phase)} for who, phase, _ in load.seen}
    assert all(status == 200 for who, _, status in load.seen if who == "visitor")
    assert statuses["signed in", "up"] <= {200, 303}
    assert statuses["signed in", "down"] == {503}
    assert statuses["signing in", "down"] <= {503}
    assert 303 in statuses["signing in", "up"]
    assert not {status for _, _, status in load.seen} - {200, 303, 503}
