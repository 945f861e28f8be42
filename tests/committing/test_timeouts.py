"""What takes too long on PostgreSQL is stopped: 503 in plain words, nothing half done, and well again at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import provoking
import pytest
from sqlalchemy import event, make_url, select, text
from webtest import TestApp

from atlasbahamas.db.engine import Database
from atlasbahamas.jobs.running import be_patient
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site

pytestmark = pytest.mark.parametrize("profile", ["server"])

Start = Callable[..., Site]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """A site with the provoking views, and with limits."""
    provoking.attempts.clear()
    provoking.between.clear()
    running = []

    def run(*, statement: int, lock: int) -> Site:
        limits = {"sqlalchemy.statement_timeout": str(statement), "sqlalchemy.lock_timeout": str(lock)}
        running.append(sites.start(database_url, tmp_path, **{"pyramid.includes": "provoking"}, **limits))
        return running[-1]

    yield run
    for each in running:
        each.close()


def licence(site: Site) -> str | None:
    with site.db.transaction("read") as db:
        return db.scalar(select(Organisation.brea_licence).where(Organisation.id == 1))


def limits_of(site: Site) -> list[str]:
    with site.db.transaction("read") as db:
        return [str(db.scalar(text(f"SHOW {name}_timeout"))) for name in ("statement", "lock")]


def test_a_statement_that_takes_too_long_is_stopped_and_nothing_of_it_is_kept(start: Start) -> None:
    site = start(statement=1, lock=10)
    before = licence(site)
    began = time.monotonic()
    answer = TestApp(site.app).post("/provoke/slow", status=503)
    assert time.monotonic() - began < 5
    assert "took longer than we let anything take" in answer.text
    assert "Nothing was saved" in answer.text
    # Whoever waits for an answer is not made to wait three times.
    assert provoking.attempts == ["slow"]
    assert licence(site) == before
    TestApp(site.app).post("/provoke/write", status=200)
    assert licence(site) == "WRITTEN"


def test_a_page_that_takes_too_long_says_so_and_is_well_again(start: Start) -> None:
    site = start(statement=1, lock=10)
    other = Database(site.url)
    with other.write_engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE listings_listing IN ACCESS EXCLUSIVE MODE"))
        answer = site.browser().get("/listings/", status=503)
        assert "Nothing was saved" in answer.text
    other.dispose()
    site.browser().get("/listings/", status=200)


def test_whoever_waits_for_a_lock_is_told_after_a_while(start: Start) -> None:
    site = start(statement=0, lock=1)
    before = licence(site)
    other = Database(site.url)
    with other.write_engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT id FROM organisation WHERE id = 1 FOR UPDATE"))
        answer = TestApp(site.app).post("/provoke/write", status=503)
    other.dispose()
    assert "cannot do that at the moment" in answer.text
    assert provoking.attempts == ["write"] * 3
    assert licence(site) == before
    TestApp(site.app).post("/provoke/write", status=200)


def test_limits_hold_on_every_connection_also_after_a_rollback_and_jobs_have_their_own(start: Start) -> None:
    site = start(statement=7, lock=3)
    with site.db.session("write") as db:
        db.execute(text("SELECT 1"))
        db.rollback()
    assert limits_of(site) == ["7s", "3s"]
    be_patient(site.app.registry)
    site.db.after_fork()
    assert limits_of(site) == ["2min", "2min"]


def test_without_limits_there_are_none(start: Start) -> None:
    assert limits_of(start(statement=0, lock=0)) == ["0", "0"]


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of something that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


def test_a_server_that_takes_connections_and_never_answers_is_a_503_in_seconds(start: Start, mute: int) -> None:
    site = start(statement=30, lock=10)
    engine = site.db.engine
    site.browser().get("/listings/", status=200)

    def elsewhere(dialect: object, record: object, args: object, given: dict[str, Any]) -> None:
        given["port"] = mute

    event.listen(engine, "do_connect", elsewhere)
    engine.dispose()
    # The page that says so does not wait for the same server once more, to know whether the site is read-only.
    site.clock.move(seconds=3)
    began = time.monotonic()
    answer = TestApp(site.app).get("/listings/?town=3", status=503)
    assert time.monotonic() - began < 8
    assert "cannot do that at the moment" in answer.text
    event.remove(engine, "do_connect", elsewhere)
    site.browser().get("/listings/", status=200)


def test_how_long_to_wait_for_the_server_is_told_to_the_driver_and_the_address_has_the_last_word(database_url: str) -> None:
    plain = Database(database_url)
    with plain.read_engine.connect() as connection:
        given = connection.connection.dbapi_connection.info.dsn_parameters
    plain.dispose()
    wanted = {
        "connect_timeout": "5", "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        "tcp_user_timeout": "30000",
    }  # fmt: skip
    assert {name: given.get(name) for name in wanted} == wanted
    own = Database(make_url(database_url).update_query_dict({"connect_timeout": "9"}).render_as_string(hide_password=False))
    with own.read_engine.connect() as connection:
        given = connection.connection.dbapi_connection.info.dsn_parameters
    own.dispose()
    assert {name: given.get(name) for name in wanted} == wanted | {"connect_timeout": "9"}
