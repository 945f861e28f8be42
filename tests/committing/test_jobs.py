"""The outbox on both databases, with real transactions: what commits is done once, what rolls back never was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pyramid.config import Configurator
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.errors import Refused
from atlasbahamas.jobs import services
from atlasbahamas.jobs.models import DONE, FAILED, TAKEN, WAITING, OutboxEntry, ScheduleTick
from atlasbahamas.jobs.registry import Schedule
from atlasbahamas.jobs.running import LEASE_MARGIN, LOST, pause_after, run_entry, take, zone_of
from atlasbahamas.jobs.schedules import make_ticks
from atlasbahamas.jobs.services import WAKE, enqueue
from atlasbahamas.people.models import Device, Person, PersonRole
from atlasbahamas.people.services import grant_platform_role
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Unit

COUNT = "atlas.count_one"
NOTHING = 1000


def declare(site: Site, name: str, handler: Callable[[Any, dict[str, Any]], None], attempts: int = 8) -> None:
    config = Configurator(registry=site.app.registry)
    config.add_job(name, handler, attempts=attempts)
    config.commit()


def ask(site: Site, name: str = COUNT, payload: dict[str, Any] | None = None, **more: Any) -> int | None:
    with site.db.transaction() as db:
        entry = enqueue(db, name, payload or {}, now=site.clock.now(), **more)
        return entry.id if entry else None


def entry_of(site: Site, entry_id: int | None) -> OutboxEntry:
    with site.db.transaction("read") as db:
        entry = db.get(OutboxEntry, entry_id)
        assert entry is not None
        db.expunge(entry)
        return entry


def counted(site: Site) -> int:
    with site.db.transaction("read") as db:
        return int(db.scalars(select(Unit.area_sqft).where(Unit.id == 1)).one() or 0) - NOTHING


def count_one(request: Any, payload: dict[str, Any]) -> None:
    """The effect that must happen once: not idempotent on purpose."""
    request.db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=Unit.area_sqft + 1))


@pytest.fixture
def counting(site: Site) -> Site:
    declare(site, COUNT, count_one)
    with site.db.transaction() as db:
        db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=NOTHING))
    return site


def test_a_job_runs_once_with_its_payload_a_request_and_absolute_links(site: Site) -> None:
    seen: list[Any] = []

    def look(request: Any, payload: dict[str, Any]) -> None:
        seen.append((payload, request.clock.now(), request.resource_url(request.root, "home"), request.identity))
        grant_platform_role(request.db, request.db.get(Person, payload["person"]), "seen")

    declare(site, "atlas.look_around", look)
    entry_id = ask(site, "atlas.look_around", {"person": 1})
    assert site.drain_jobs() == {DONE: 1}
    assert site.drain_jobs() == {}
    assert seen == [({"person": 1}, site.clock.now(), "http://127.0.0.1:6543/home", None)]
    entry = entry_of(site, entry_id)
    assert (entry.state, entry.finished, entry.attempts, entry.taken_by) == (DONE, site.clock.now(), 1, None)
    with site.db.transaction("read") as db:
        assert db.get(PersonRole, (1, "seen")) is not None
        assert db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first().role == "system:atlas.look_around"


def test_what_is_rolled_back_never_runs(counting: Site) -> None:
    with pytest.raises(ZeroDivisionError), counting.db.transaction() as db:
        enqueue(db, COUNT, {}, now=counting.clock.now())
        raise ZeroDivisionError
    with counting.db.transaction() as db:
        savepoint = db.begin_nested()
        enqueue(db, COUNT, {}, now=counting.clock.now())
        savepoint.rollback()
    assert counting.drain_jobs() == {}
    assert counted(counting) == 0


def test_a_job_waits_until_it_is_due(counting: Site) -> None:
    ask(counting, due=counting.clock.now() + timedelta(hours=1))
    assert counting.drain_jobs() == {}
    counting.clock.move(hours=1)
    counting.drain_jobs()  # among what the hour brought by the schedules
    assert counted(counting) == 1


def test_a_failure_takes_its_effects_back_and_is_tried_again_later_and_then_fails(counting: Site) -> None:
    def fail(request: Any, payload: dict[str, Any]) -> None:
        count_one(request, payload)
        raise ValueError("cannot reach for-tests-only of marva@example.com\nsecond line")

    declare(counting, "atlas.fail_always", fail, attempts=3)
    poison = ask(counting, "atlas.fail_always")
    others = [ask(counting) for _ in range(3)]
    for attempt in (1, 2):
        assert counting.drain_jobs()[WAITING] == 1
        entry = entry_of(counting, poison)
        assert (entry.state, entry.attempts, entry.due) == (WAITING, attempt, counting.clock.now() + pause_after(attempt))
        assert entry.error == "ValueError: cannot reach ******** of …@…"
        counting.clock.move(seconds=pause_after(attempt).total_seconds() - 1)
        assert counting.drain_jobs() == {}
        counting.clock.move(seconds=1)
    assert counting.drain_jobs() == {FAILED: 1}
    assert entry_of(counting, poison).finished == counting.clock.now()
    assert {entry_of(counting, other).state for other in others} == {DONE}
    assert counted(counting) == 3
    counting.clock.move(days=2)
    assert FAILED not in counting.drain_jobs()


def test_a_failed_commit_counts_as_a_failure(site: Site) -> None:
    def break_the_key(request: Any, payload: dict[str, Any]) -> None:
        request.db.add(PersonRole(person_id=10**9, role="nobody"))

    declare(site, "atlas.break_key", break_the_key, attempts=1)
    entry_id = ask(site, "atlas.break_key")
    assert site.drain_jobs() == {FAILED: 1}
    error = entry_of(site, entry_id).error
    assert error is not None
    assert "foreign key" in error.lower()
    assert str(10**9) not in error


def test_a_job_that_nobody_declares_is_kept_and_says_so(site: Site) -> None:
    entry_id = ask(site, "gone.do_it")
    assert site.drain_jobs() == {WAITING: 1}
    assert "no active plugin declares it" in (entry_of(site, entry_id).error or "")


def test_a_key_has_one_effect(counting: Site) -> None:
    assert ask(counting, key="rent 2026-06") is not None
    assert ask(counting, key="rent 2026-06") is None
    assert counting.drain_jobs() == {DONE: 1}
    assert ask(counting, key="rent 2026-06") is None


def test_a_key_has_one_effect_in_a_race(counting: Site) -> None:
    given: list[int | None] = []
    ready = threading.Barrier(6)

    def race() -> None:
        ready.wait()
        given.append(ask(counting, key="one"))

    run_all(race, 6)
    assert len([entry_id for entry_id in given if entry_id is not None]) == 1


def test_a_payload_is_small(site: Site) -> None:
    with pytest.raises(ValueError, match="ids of rows"):
        ask(site, COUNT, {"text": "x" * 4000})


def test_workers_at_the_same_time_do_each_job_once(counting: Site) -> None:
    for _ in range(40):
        ask(counting)

    def work() -> None:
        while run_entry(counting.app.registry) is not None:
            pass

    run_all(work, 4)
    assert counted(counting) == 40
    with counting.db.transaction("read") as db:
        assert services.count_by_state(db) == {WAITING: 0, TAKEN: 0, DONE: 40, FAILED: 0}


def test_a_job_that_outlives_its_lease_has_one_effect(counting: Site) -> None:
    registry = counting.app.registry
    inner: list[str | None] = []

    def dawdle(request: Any, payload: dict[str, Any]) -> None:
        if not inner:
            inner.append("running")
            counting.clock.move(hours=1)
            # What another worker does that finds the lease run out.
            inner.append(run_entry(registry))
        count_one(request, payload)

    declare(counting, "atlas.dawdle_long", dawdle)
    entry_id = ask(counting, "atlas.dawdle_long")
    outer = run_entry(registry)
    assert counted(counting) == 1
    assert entry_of(counting, entry_id).state == DONE
    postgresql = counting.url.startswith("postgresql")
    assert (outer, inner[1]) == ((DONE, None) if postgresql else (TAKEN, DONE))


def test_a_job_that_kills_its_worker_every_time_ends_as_failed(counting: Site) -> None:
    declare(counting, "atlas.kill_worker", count_one, attempts=2)
    entry_id = ask(counting, "atlas.kill_worker")
    lease = timedelta(seconds=120) + LEASE_MARGIN
    for _ in range(2):
        with counting.db.transaction() as db:
            assert take(db, now=counting.clock.now(), lease=lease) is not None
        assert counting.drain_jobs() == {}
        counting.clock.move(seconds=lease.total_seconds())
    assert counting.drain_jobs() == {FAILED: 1}
    entry = entry_of(counting, entry_id)
    assert (entry.error, entry.attempts) == (LOST, 2)
    assert counted(counting) == 0


def test_a_failed_job_can_be_tried_again_and_no_other(counting: Site) -> None:
    declare(counting, "atlas.kill_worker", lambda request, payload: 1 / 0, attempts=1)
    failed, done = ask(counting, "atlas.kill_worker"), ask(counting)
    counting.drain_jobs()
    declare_again(counting, "atlas.kill_worker", count_one)
    with pytest.raises(Refused), counting.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        services.retry_entry(db, done or 0, now=counting.clock.now())
    with counting.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        services.retry_entry(db, failed or 0, now=counting.clock.now())
    assert counting.drain_jobs() == {DONE: 1}
    assert (entry_of(counting, failed).error, counted(counting)) == (None, 2)


def declare_again(site: Site, name: str, handler: Callable[[Any, dict[str, Any]], None]) -> None:
    del site.app.registry.atlas_jobs[name], site.app.registry.atlas_owners["job", name]
    declare(site, name, handler)


def test_workers_are_woken_after_the_commit_and_only_then(site: Site) -> None:
    woken: list[list[int]] = []
    site.db.info[WAKE] = woken.append
    now = site.clock.now()
    with site.db.transaction() as db:
        with db.begin_nested():
            first = enqueue(db, COUNT, {}, now=now)
        second = enqueue(db, COUNT, {}, now=now, key="second")
        enqueue(db, COUNT, {}, now=now, due=now + timedelta(days=1))
        assert first and second and first.woken == now
        assert woken == []
        ids = [first.id, second.id]
    assert woken == [ids]
    with pytest.raises(ZeroDivisionError), site.db.transaction() as db:
        enqueue(db, COUNT, {}, now=now)
        raise ZeroDivisionError
    assert woken == [ids]


def test_a_request_wakes_workers_when_it_commits(site: Site) -> None:
    woken: list[list[int]] = []
    site.db.info[WAKE] = woken.append
    declare(site, "atlas.ask_more", lambda request, payload: ask_in(request))
    ask(site, "atlas.ask_more")
    before = len(woken)
    assert run_entry(site.app.registry) == DONE
    assert len(woken) == before + 1


def ask_in(request: Any) -> None:
    enqueue(request.db, COUNT, {}, now=request.clock.now())


def test_the_database_refuses_states_that_cannot_be(site: Site) -> None:
    entry_id = ask(site)
    for wrong in (
        {"state": "lost"},
        {"state": TAKEN},
        {"state": DONE},
        {"lease_until": site.clock.now()},
        {"finished": site.clock.now()},
        {"attempts": -1},
        {"name": "nameless"},
    ):
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(update(OutboxEntry).where(OutboxEntry.id == entry_id).values(**wrong))


def test_of_missed_times_the_latest_is_made_up_and_each_makes_one_job(counting: Site) -> None:
    schedule = Schedule(COUNT, COUNT, every=timedelta(hours=1))
    zone = zone_of(counting.app.registry)

    def tick() -> list[str]:
        with counting.db.transaction() as db:
            return make_ticks(db, [schedule], now=counting.clock.now(), zone=zone)

    assert tick() == []  # new: begins with its next time
    counting.clock.move(minutes=59)
    assert tick() == []
    counting.clock.move(minutes=1)
    assert (tick(), tick()) == ([COUNT], [])
    counting.clock.move(hours=5, minutes=10)
    assert (tick(), tick()) == ([COUNT], [])
    counting.clock.move(hours=-3)  # a clock that was set back
    assert tick() == []
    with counting.db.transaction("read") as db:
        assert len(db.scalars(select(ScheduleTick)).all()) == 3
        payloads = [entry.payload for entry in db.scalars(select(OutboxEntry).order_by(OutboxEntry.id))]
    assert payloads == [{"due": "2026-06-01T16:00:00+00:00"}, {"due": "2026-06-01T21:00:00+00:00"}]


def test_beats_at_the_same_time_make_one_tick_each(counting: Site) -> None:
    schedules = [Schedule(f"atlas.count_{letter}", COUNT, every=timedelta(minutes=1)) for letter in "abcde"]
    zone = zone_of(counting.app.registry)
    ready = threading.Barrier(4)

    def tick() -> None:
        ready.wait()
        with counting.db.transaction() as db:
            make_ticks(db, schedules, now=counting.clock.now(), zone=zone)

    for minute in range(4):
        run_all(tick, 4)
        assert counting.drain_jobs()[DONE] == (5 if minute else 0)
        counting.clock.move(minutes=1)
    assert counted(counting) == 15


def test_expired_devices_are_forgotten_every_day(site: Site) -> None:
    site.browser("marva")
    site.clock.move(hours=25)
    assert set(site.drain_jobs()) == {DONE}
    with site.db.transaction("read") as db:
        done = set(db.scalars(select(OutboxEntry.name)))
    assert done >= {schedule.job for schedule in site.app.registry.atlas_schedules.values()}
    assert site.counts()["device"] == 1
    site.clock.move(days=31)
    site.drain_jobs()
    assert site.counts()["device"] == 0


def test_what_is_over_is_forgotten_after_its_time(counting: Site) -> None:
    declare(counting, "atlas.fail_always", lambda request, payload: 1 / 0, attempts=1)
    done, failed = ask(counting), ask(counting, "atlas.fail_always")
    waiting = ask(counting, due=counting.clock.now() + timedelta(days=400))
    counting.drain_jobs()
    there = [done, failed, waiting]
    for days, expected in ((29, there), (2, [failed, waiting]), (148, [failed, waiting]), (2, [waiting])):
        counting.clock.move(days=days)
        counting.drain_jobs()
        with counting.db.transaction("read") as db:
            assert [i for i in there if db.get(OutboxEntry, i)] == expected
            ticks = db.scalars(select(ScheduleTick.name)).all()
        schedules = counting.app.registry.atlas_schedules
        assert set(ticks) == set(schedules)
        assert len(ticks) <= 3 * len(schedules)


def test_signs_of_life_and_the_longest_wait(counting: Site) -> None:
    def health() -> services.JobsHealth:
        with counting.db.transaction("read") as db:
            return services.health(db, now=counting.clock.now())

    assert health() == services.JobsHealth(worker=False, beat=False, waiting_seconds=0)
    for _ in range(2):
        with counting.db.transaction() as db:
            services.note_alive(db, "worker", now=counting.clock.now())
        counting.clock.move(seconds=50)
    ask(counting)
    assert health() == services.JobsHealth(worker=True, beat=False, waiting_seconds=0)
    counting.clock.move(seconds=20)
    assert health() == services.JobsHealth(worker=False, beat=False, waiting_seconds=20)


def run_all(work: Callable[[], None], number: int) -> None:
    """Run it in threads; what one of them raises is raised here."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_a_device_of_now_is_kept(site: Site) -> None:
    site.browser("marva")
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalar(select(Device.id)) is not None
