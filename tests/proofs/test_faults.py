"""What docs/operators/faults.md promises, fault by fault: real servers fail under load, and what people see is counted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from faulty import PAYER, READER, SEARCHER, VISITOR, WRITER, Load, check_written
from fronted import DOMAIN, Caller, PublicSite, public_site
from over_http import hidden_fields
from sqlalchemy import text
from using import lease_path

from atlasbahamas.db.engine import Database
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import Program
from atlasbahamas.testing.services import PostgresServer
from atlasbahamas.testing.site import ROOT

PAGE = ROOT / "docs/operators/faults.md"
BEFORE, AFTER = 3.0, 4.0
"""Seconds of load before a fault, and after the time in which the page says that all is well again."""
PAUSED = 503
BEHIND = "SELECT count(*) FROM portfolio_contact WHERE name LIKE 'Faulty %' AND created < now() - interval '55 minutes'"
SIGNED_IN = (READER, WRITER, PAYER)
Say = Callable[[str], None]


def promised(fault: str) -> float:
    """The seconds after which, as the page says, it is well again."""
    row = re.search(rf"^\| {re.escape(fault)} \|.*\| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    assert row is not None, fault
    return float(row[1])


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def site(postgresql: PostgresServer, tmp_path: Path) -> Iterator[PublicSite]:
    with public_site(tmp_path, postgresql=postgresql.url) as running:
        yield running


@contextmanager
def load_during(site: PublicSite, fault: str, say: Say, happen: Callable[[], None]) -> Iterator[dict[str, Counter[int]]]:
    """Load before, while and after something happens, which ends with the repair. Gives and says what was seen since it began."""
    load = Load(site)
    seen: dict[str, Counter[int]] = {}
    try:
        time.sleep(BEFORE)
        assert all(each.well for each in load.seen), Counter((each.who, each.status) for each in load.seen)
        began = time.monotonic()
        happen()
        repaired = time.monotonic()
        time.sleep(promised(fault) + AFTER)
    finally:
        load.end()
    seen = load.since(began)
    well = load.well_after(repaired)
    lines = "; ".join(f"{who}: {_listed(counted)}" for who, counted in seen.items())
    say(f"{fault}: well {well:.1f} s after the repair ({repaired - began:.1f} s after it began). {lines}")
    assert load.strange == []
    assert well <= promised(fault)
    yield seen
    check_written(site, load.written)


def _listed(counted: Counter[int]) -> str:
    return ", ".join(f"{number} × {status or 'no answer'}" for status, number in sorted(counted.items()))


def only(seen: Counter[int], *statuses: int) -> bool:
    return set(seen) <= set(statuses)


def test_postgresql_is_restarted(site: PublicSite, postgresql: PostgresServer, say: Say) -> None:
    def happen() -> None:
        postgresql.halt()
        time.sleep(3)
        postgresql.start()

    with load_during(site, "PostgreSQL is restarted", say, happen) as seen:
        assert only(seen[VISITOR], 200)
        assert only(seen[SEARCHER], 200, PAUSED)
        assert seen[SEARCHER][PAUSED] > 0
        assert all(only(seen[who], 200, 303, PAUSED) for who in SIGNED_IN)


def test_redis_is_restarted(site: PublicSite, say: Say) -> None:
    def happen() -> None:
        site.redis.stop()
        time.sleep(3)
        site.redis.start()

    with load_during(site, "Redis is restarted", say, happen) as seen:
        assert only(seen[VISITOR], 200)
        assert only(seen[SEARCHER], 200)
        assert all(only(seen[who], 200, 303, PAUSED) for who in SIGNED_IN)
        assert seen[READER][PAUSED] > 0


def test_a_web_process_is_killed(site: PublicSite, say: Say) -> None:
    """systemd and Compose start one that ended; here a test does, after as long as systemd waits."""

    def happen() -> None:
        port = next(iter(site.web))
        site.stop(port, signal.SIGKILL)
        time.sleep(2)
        site.start(port)

    with load_during(site, "A web process is killed", say, happen) as seen:
        assert only(seen[VISITOR], 200)
        assert only(seen[SEARCHER], 200)
        assert only(seen[READER], 200)
        # A form that was under way: whether it was done nobody knows, so it is not sent on.
        assert all(only(seen[who], 200, 303, PAUSED) for who in (WRITER, PAYER))
        assert seen[WRITER][PAUSED] + seen[PAYER][PAUSED] <= 2


def test_nginx_takes_its_configuration_anew(site: PublicSite, say: Say) -> None:
    def happen() -> None:
        for _ in range(5):
            site.nginx.program.process.send_signal(signal.SIGHUP)
            time.sleep(1)

    with load_during(site, "nginx is reloaded", say, happen) as seen:
        assert all(only(counted, 200, 303) for counted in seen.values())


def test_the_worker_is_killed(site: PublicSite, say: Say) -> None:
    worker = work(site)

    def happen() -> None:
        nonlocal worker
        worker.end(signal.SIGKILL)
        time.sleep(2)
        worker = work(site)

    try:
        with load_during(site, "The worker is killed", say, happen) as seen:
            assert all(only(counted, 200, 303) for counted in seen.values())
    finally:
        worker.end(signal.SIGTERM)


def work(site: PublicSite) -> Program:
    """Worker and beat of the site."""
    return site.place.start("atlas", "jobs", "run")


def test_the_disk_of_files_is_full(postgresql: PostgresServer, tmp_path: Path, say: Say) -> None:
    """A photo is refused in words and leaves nothing; everything else goes on; with room again the same photo is taken."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a disk that is this small")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=True)
    try:
        store = {"ATLAS_ATLAS__FILES__STORE": f"file://{disk}/files"}
        with public_site(tmp_path, postgresql=postgresql.url, **store) as site:
            added, before = [], papers(site)

            def happen() -> None:
                fill(disk / "stuffing")
                added.append(add_paper(site))
                assert papers(site) == before
                (disk / "stuffing").unlink()
                added.append(add_paper(site))

            with load_during(site, "The disk of files is full", say, happen) as seen:
                assert all(only(counted, 200, 303) for counted in seen.values())
                assert added == [PAUSED, 303]
                assert papers(site) == before + 1
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(file: Path) -> None:
    """Take all the room that there is."""
    with file.open("wb", buffering=0) as stuffing, suppress(OSError):
        while True:
            stuffing.write(b"x" * 4096)


def add_paper(site: PublicSite) -> int:
    """Put a document beside a lease; gives the status."""
    database = Database(site.database)
    with database.transaction("read") as db:
        path = f"{lease_path(db)}/papers/add"
    database.dispose()
    person = Caller(site.nginx, "127.0.7.1")
    assert person.sign_in("keva", DEMO_PASSWORD) == 303
    fields = hidden_fields(person.ask(path)[1]) | {"title": "A letter"}
    boundary = "between-two-fields"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="papers"; filename="letter.pdf"\r\n\r\n'
    body = b"".join([*map(str.encode, parts), head.encode(), samples.pdf(), f"\r\n--{boundary}--\r\n".encode()])
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = {"Cookie": cookies, "Content_Type": f"multipart/form-data; boundary={boundary}", "Origin": f"https://{DOMAIN}"}
    return site.nginx.ask(path, method="POST", body=body, **headers).status


def papers(site: PublicSite) -> int:
    """How many documents there are beside leases."""
    return counted(site, "SELECT count(*) FROM leasing_paper")


def counted(site: PublicSite, query: str) -> int:
    database = Database(site.database)
    with database.transaction("read") as db:
        number: int = db.scalar(text(query))
    database.dispose()
    return number


def test_the_clock_is_set_back_an_hour(postgresql: PostgresServer, tmp_path: Path, say: Say) -> None:
    """That of the web processes: the database has its own, as where it is another machine's."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    moved = {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/plugins"), os.environ.get("PYTHONPATH", "")]),
        "ATLAS_ATLAS__PLUGINS": " ".join([*sites.FEATURES, "shifted"]),
        "ATLAS_TEST_CLOCK": str(clock),
    }
    with public_site(tmp_path, postgresql=postgresql.url, **moved) as site:

        def happen() -> None:
            clock.write_text("-3600")
            time.sleep(5)

        with load_during(site, "The clock is set back an hour", say, happen) as seen:
            assert all(only(counted, 200, 303) for counted in seen.values())
            assert counted(site, BEHIND) > 5
        clock.write_text("0")
        assert add_paper(site) == 303
