"""Two at once: deadlocks, serialisation failures and locks are tried again, and end as 503 and never as 500."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import provoking
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.db import engine as engines
from atlasbahamas.db.engine import Database
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Unit

ON_POSTGRESQL = pytest.mark.parametrize("profile", ["server"])
ON_SQLITE = pytest.mark.parametrize("profile", ["embedded"])


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with the provoking views, which does not wait long for a lock."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.3)
    provoking.attempts.clear()
    provoking.between.clear()
    running = sites.start(database_url, tmp_path, **{"pyramid.includes": "provoking"})
    yield running
    running.close()


def areas(site: Site) -> dict[int, int | None]:
    with site.db.transaction("read") as db:
        return dict(db.execute(select(Unit.id, Unit.area_sqft).where(Unit.id.in_((1, 2)))).all())  # type: ignore[arg-type]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What several calls give that run at the same time."""
    answers: dict[int, Any] = {}

    def run(number: int) -> None:
        answers[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[number] for number in range(len(calls))]


@ON_POSTGRESQL
def test_a_deadlock_is_tried_again_and_nothing_is_lost(site: Site) -> None:
    both_hold_one = threading.Barrier(2)

    def meet(attempt: int) -> None:
        if attempt == 1:
            both_hold_one.wait(30)

    provoking.between.update({"lock 1": meet, "lock 2": meet})
    before = areas(site)
    answers = at_once(
        lambda: TestApp(site.app).post("/provoke/lock_two?units=1,2"),
        lambda: TestApp(site.app).post("/provoke/lock_two?units=2,1"),
    )
    assert [answer.text for answer in answers] == ["done", "done"]
    assert len(provoking.attempts) == 3
    assert areas(site) == {number: (area or 0) + 2 for number, area in before.items()}


@ON_POSTGRESQL
def test_a_serialisation_failure_is_tried_again(site: Site) -> None:
    def somebody_else(attempt: int) -> None:
        if attempt == 1:
            with site.db.transaction() as db:
                db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=5000))

    provoking.between["read"] = somebody_else
    TestApp(site.app).post("/provoke/read_then_write?isolation=REPEATABLE+READ", status=200)
    assert provoking.attempts == ["read", "read"]
    assert areas(site)[1] == 5001


@ON_POSTGRESQL
def test_a_serialisation_failure_at_commit_is_tried_again(site: Site) -> None:
    def the_reverse(attempt: int) -> None:
        if attempt == 1:
            with site.db.transaction() as db:
                db.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
                area = db.scalar(select(Unit.area_sqft).where(Unit.id == 2))
                db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=(area or 0) + 7))

    before = areas(site)
    provoking.between["skew"] = the_reverse
    TestApp(site.app).post("/provoke/skew", status=200)
    assert provoking.attempts == ["skew", "skew"]
    assert areas(site) == dict.fromkeys((1, 2), (before[2] or 0) + 7)


@ON_POSTGRESQL
def test_retries_that_are_used_up_end_as_503(site: Site) -> None:
    def always_somebody_else(attempt: int) -> None:
        with site.db.transaction() as db:
            db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=6000 + attempt))

    provoking.between["read"] = always_somebody_else
    answer = TestApp(site.app).post("/provoke/read_then_write?isolation=REPEATABLE+READ", status=503)
    assert "cannot do that at the moment" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert provoking.attempts == ["read"] * 3
    assert areas(site)[1] == 6003


@ON_SQLITE
def test_a_locked_database_is_tried_again(site: Site) -> None:
    other = Database(site.url)
    connection = other.write_engine.connect()
    lock = connection.begin()

    def let_go_at_last(attempt: int) -> None:
        if attempt == 2:
            lock.commit()

    connection.execute(text("UPDATE organisation SET brea_licence = 'OTHER'"))
    provoking.between["write"] = let_go_at_last
    TestApp(site.app).post("/provoke/write", status=200)
    assert provoking.attempts == ["write", "write"]
    with site.db.transaction("read") as db:
        assert db.scalar(select(Organisation.brea_licence).where(Organisation.id == 1)) == "WRITTEN"
    connection.close()
    other.dispose()


@ON_SQLITE
def test_a_database_that_stays_locked_ends_as_503_and_is_well_again(site: Site) -> None:
    other = Database(site.url)
    with other.write_engine.connect() as connection, connection.begin():
        answer = TestApp(site.app).post("/provoke/write", status=503)
        assert "cannot do that at the moment" in answer.text
        assert provoking.attempts == ["write"] * 3
    other.dispose()
    TestApp(site.app).post("/provoke/write", status=200)


def test_readers_do_not_wait_for_a_writer(site: Site) -> None:
    browser, visitor = site.browser("keva"), site.browser()
    path = browser.get("/portfolio/").location
    with site.db.write_engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("UPDATE organisation SET name = 'Not committed yet'"))
        for one, page in ((browser, path), (browser, "/account/"), (visitor, "/listings/")):
            assert "Not committed yet" not in one.get(page, status=200).text
        transaction.rollback()


def test_a_page_does_without_noting_the_last_visit_while_somebody_writes(site: Site) -> None:
    """The one write that a GET causes is of no weight: no page waits for it, nor fails of it."""

    def last_seen() -> str:
        with site.db.transaction("read") as db:
            return str(db.scalar(text("SELECT last_seen FROM device")))

    browser = site.browser("keva")
    before = last_seen()
    site.clock.move(hours=2)
    with site.db.write_engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("UPDATE device SET agent = 'held'"))
        browser.get("/account/", status=200)
        transaction.rollback()
    assert last_seen() == before
    browser.get("/account/", status=200)
    assert last_seen() > before


@ON_SQLITE
def test_a_commit_that_fails_leaves_no_transaction_open(site: Site) -> None:
    for _ in range(3):
        TestApp(site.app).post("/provoke/dangle", status=500)
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(text("PRAGMA defer_foreign_keys = ON"))
            db.execute(text("INSERT INTO person_role VALUES (1000000000, 'nobody')"))
    with site.db.engine.connect() as connection:
        assert not connection.connection.dbapi_connection.in_transaction  # type: ignore[union-attr]
    other = Database(site.url)
    with other.transaction() as db:
        db.execute(text("UPDATE organisation SET brea_licence = 'AFTER'"))
    other.dispose()
    assert site.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@ON_POSTGRESQL
def test_a_commit_that_fails_on_a_deferred_constraint_is_over(site: Site) -> None:
    with site.db.transaction() as db:
        db.execute(text("ALTER TABLE person_role ALTER CONSTRAINT fk_person_role_person_id_person DEFERRABLE"))
    for _ in range(3):
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(text("SET CONSTRAINTS ALL DEFERRED"))
            db.execute(text("INSERT INTO person_role VALUES (1000000000, 'nobody')"))
    TestApp(site.app).post("/provoke/write", status=200)
    assert site.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
