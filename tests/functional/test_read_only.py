"""The read-only switch: everything is shown, nothing is changed, nobody is signed out, and jobs wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.beat import Beat
from atlasbahamas.jobs.services import count_by_state, enqueue
from atlasbahamas.readonly.services import begin_pause, end_pause, pause_of
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site

BANNER = "Until 1 June 2026, 1:00 pm you can look at everything here, but change nothing."
WHY = "We are moving to a larger server."
PAUSE_HOURS = 2


def turn_on(site: Site) -> None:
    now = site.clock.now()
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        begin_pause(db, until=now + timedelta(hours=PAUSE_HOURS), why=WHY, now=now)
    site.clock.move(seconds=3)


def turn_off(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        end_pause(db, now=site.clock.now())
    site.clock.move(seconds=3)


def rows(site: Site) -> dict[str, int]:
    counts = site.counts()
    return {name: count for name, count in counts.items() if name not in {"read_only", "audit_entry", "audit_detail"}}


@pytest.mark.parametrize("path", ["/", "/listings/", "/sign-in", "/nothing-there"])
def test_every_page_of_a_visitor_says_until_when(site: Site, path: str) -> None:
    visitor = site.browser()
    assert "change nothing" not in visitor.get(path, status="*").text
    turn_on(site)
    page = visitor.get(path, status="*")
    assert BANNER in page.text
    assert WHY in page.text
    turn_off(site)
    assert "change nothing" not in visitor.get(path, status="*").text


@pytest.mark.parametrize("path", ["/home/", "/account/", "/notifications/", "/portfolio/"])
def test_every_page_of_somebody_signed_in_says_it_too(site: Site, path: str) -> None:
    keva = site.browser("keva")
    turn_on(site)
    page = keva.get(path)
    page = page.follow() if page.status_int in (302, 303) else page
    assert BANNER in page.text


def test_a_metric_says_it_so_that_no_alert_wakes_anybody(site: Site) -> None:
    (metric,) = [each for each in site.app.registry.atlas_metrics.values() if each.name == "atlas_read_only"]

    def told() -> object:
        with site.db.transaction("read") as db:
            return metric.read(db, site.clock.now())

    assert told() == 0
    turn_on(site)
    assert told() == 1
    turn_off(site)
    assert told() == 0


def test_shared_pages_that_were_kept_say_it_at_once(database_url: str, profile: str, tmp_path: Any) -> None:
    redis = need("REDIS") if profile == "server" else None
    running = sites.start(database_url, tmp_path, redis=redis, **{"atlas.shared_page_seconds": "600"})
    visitor = running.browser()
    before = visitor.get("/listings/")
    assert before.headers["Cache-Control"] == "public, max-age=600"
    turn_on(running)
    during = visitor.get("/listings/", headers={"If-None-Match": before.headers["ETag"]}, status=200)
    assert BANNER in during.text
    assert during.headers["ETag"] != before.headers["ETag"]
    turn_off(running)
    assert "change nothing" not in visitor.get("/listings/").text
    running.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_whatever_might_write_is_answered_503_with_the_words_and_the_time(site: Site, method: str) -> None:
    keva = site.browser("keva")
    turn_on(site)
    before = rows(site)
    for path in ("/notifications/preferences", "/sign-in", "/sign-out", "/register", "/nothing-there", "/account/devices"):
        answer = keva.request(path, method=method, status=503)
        assert "Nothing was saved: until 1 June 2026, 1:00 pm" in answer.text
        assert "You stay signed in" in answer.text
        assert answer.headers["Retry-After"] == str(PAUSE_HOURS * 3600 - 3)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in answer.headers
    assert rows(site) == before


def test_a_form_that_is_sent_again_after_it_is_accepted(site: Site) -> None:
    keva = site.browser("keva")
    form = keva.get("/notifications/preferences").forms["form"]
    turn_on(site)
    form.submit(status=503)
    turn_off(site)
    form.submit(status=303)


def test_a_pause_that_takes_longer_than_was_thought(site: Site) -> None:
    keva = site.browser("keva")
    turn_on(site)
    site.clock.move(hours=3)
    assert "For a little longer you can look at everything here" in keva.get("/home/").text
    assert keva.post("/sign-out", status=503).headers["Retry-After"] == "60"


def test_people_stay_signed_in_however_long_it_takes_and_for_an_hour_after(site: Site) -> None:
    keva = site.browser("keva")
    turn_on(site)
    with site.db.transaction("read") as db:
        device = text("SELECT last_seen, expires FROM device")
        before = db.execute(device).all()
    site.clock.move(days=40)
    keva.get("/home/", status=200)
    with site.db.transaction("read") as db:
        assert db.execute(device).all() == before
    turn_off(site)
    site.clock.move(minutes=50)
    keva.get("/home/", status=200)
    # Whose time was over before it began is not let in again.
    away = site.browser("marva")
    site.clock.move(days=40)
    turn_on(site)
    away.get("/home/", status=303)
    turn_off(site)
    away.get("/home/", status=303)


def test_jobs_wait_and_are_done_after(site: Site) -> None:
    site.drain_jobs()
    turn_on(site)
    before = rows(site)
    now = site.clock.now()
    with site.db.transaction() as db:
        enqueue(db, "atlas.forget_jobs", {}, now=now)
    with site.db.transaction("read") as db:
        waiting = count_by_state(db)["waiting"]
    site.clock.move(days=2)
    registry = site.app.registry
    beat = Beat(registry, SilentBroker())  # type: ignore[arg-type]
    beat.go_round()
    assert sites.drain(registry) == {}
    changed = {name for name, count in rows(site).items() if count != before[name]}
    assert changed == {"outbox"}
    with site.db.transaction("read") as db:
        assert count_by_state(db)["waiting"] == waiting
    turn_off(site)
    beat.go_round()
    done = sites.drain(registry)
    assert done["done"] > waiting
    assert set(done) == {"done"}


class SilentBroker:
    """No messages: the rows are what counts."""

    def wake(self, entry_id: int) -> None:
        """Send nothing."""

    def waiting(self) -> int:
        """Nobody waits."""
        return 1


def test_the_switch_is_looked_at_every_other_second_and_not_more_often(site: Site) -> None:
    visitor = site.browser()

    def looks() -> tuple[bool, int]:
        """Whether a page says it, and how often the switch was looked at for it."""
        with sites.QueryCounter(site.db.engine) as asked:
            page = visitor.get("/listings/")
        return "change nothing" in page.text, sum("FROM read_only" in statement for statement in asked.statements)

    assert looks() == (False, 0)
    now = site.clock.now()
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        begin_pause(db, until=now + timedelta(hours=1), why="", now=now)
    site.clock.move(seconds=1)
    assert looks() == (False, 0)
    site.clock.move(seconds=1)
    assert looks() == (True, 1)
    assert looks() == (True, 0)
    # Also when the clock of the machine is set back.
    turn_off(site)
    site.clock.move(hours=-1)
    assert looks() == (False, 1)


def test_while_the_database_does_not_answer_the_switch_is_what_it_was(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on(site)
    switch = site.app.registry.atlas_switch
    assert switch.look() is not None
    with site.db.transaction() as db:
        db.execute(text("ALTER TABLE read_only RENAME TO elsewhere"))
    site.clock.move(seconds=5)
    assert switch.look() is not None
    with site.db.transaction() as db:
        db.execute(text("ALTER TABLE elsewhere RENAME TO read_only"))


def test_a_look_that_failed_is_none_and_the_next_request_looks_again(site: Site) -> None:
    switch = site.app.registry.atlas_switch
    assert switch.look() is None
    turn_on(site)
    with site.db.transaction() as db:
        db.execute(text("ALTER TABLE read_only RENAME TO elsewhere"))
    assert switch.look() is None
    with site.db.transaction() as db:
        db.execute(text("ALTER TABLE elsewhere RENAME TO read_only"))
    # At the same moment: no two seconds go by in which this process would write.
    assert switch.look() is not None


def test_turning_it_is_refused_where_it_makes_no_sense_and_recorded_else(site: Site) -> None:
    now = site.clock.now()
    with site.db.transaction() as db, pytest.raises(Refused, match="over already"):
        begin_pause(db, until=now, why="", now=now)
    with site.db.transaction() as db, pytest.raises(Refused, match="characters at most"):
        begin_pause(db, until=now + timedelta(hours=1), why="x" * 201, now=now)
    with site.db.transaction() as db, pytest.raises(Refused, match="not read-only"):
        end_pause(db, now=now)
    turn_on(site)
    turn_on(site)
    with site.db.transaction("read") as db:
        pause = pause_of(db)
        assert pause is not None
        assert (pause.since, pause.until) == (now, now + timedelta(hours=PAUSE_HOURS, seconds=3))
    turn_off(site)
    with site.db.transaction("read") as db:
        query = text("SELECT action FROM audit_entry WHERE action LIKE 'atlas:site:%' ORDER BY id")
        assert db.scalars(query).all() == ["atlas:site:made_read_only"] * 2 + ["atlas:site:opened_again"]


def test_a_webhook_is_told_to_come_again(site: Site) -> None:
    turn_on(site)
    answer = TestApp(site.app).post("/ledger/gateways/sandbox", b"{}", content_type="application/json", status=503)
    assert int(answer.headers["Retry-After"]) > 60


def test_whether_the_process_lives_does_not_hang_on_the_switch(site: Site) -> None:
    site.app.registry.atlas_switch.forget()
    with sites.QueryCounter(site.db.engine) as asked:
        site.browser().get("/health/live", status=200)
    assert asked.statements == []
