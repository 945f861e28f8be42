"""Jobs under accidents, with real processes: every effect once, whatever is killed, and nothing waits for ever."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from background import Background, background

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer, free_port, need

KILLS = 20
JOBS = 500
PORTION = 60


@pytest.fixture(params=["sqlite+filesystem", "postgresql+redis"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Background]:
    if request.param == "sqlite+filesystem":
        url, broker = f"sqlite:///{tmp_path}/site.sqlite", f"filesystem://{tmp_path}/broker"
        with background(tmp_path, url, broker, job_seconds=2, port=free_port()) as running:
            yield running
        return
    server = need("POSTGRESQL")
    url, redis = sites.new_postgresql(server), RedisServer()
    try:
        with background(tmp_path, url, redis.url, workers=2, job_seconds=2, port=free_port()) as running:
            yield running
    finally:
        redis.stop()
        sites.drop_postgresql(server, url)


def say(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """A line of the proof's output, shown whether it passes or not."""
    with capsys.disabled():
        print(f"\n  {words}", flush=True)


def test_every_effect_once_though_the_worker_is_killed_twenty_times(site: Background, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(7)
    started = time.monotonic()
    site.start("jobs", "beat")
    site.ask(JOBS, nap=0.03)
    for kill in range(KILLS):
        worker = site.start("jobs", "work")
        before = len(site.effects())
        site.wait(lambda before=before: len(site.effects()) >= before + 12, "12 more effects", every=0.02)
        time.sleep(chance.uniform(0, 0.05))
        # In turn: the worker alone, a process of its pool and then the worker, all of it at once.
        if kill % 3 == 1:
            for process in site.pool_of(worker.pid)[:1]:
                os.kill(process, signal.SIGKILL)
            time.sleep(0.2)
        os.killpg(worker.pid, signal.SIGKILL) if kill % 3 == 2 else os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        site.wait(lambda: site.processes("work") == [], "the pool ended")
    left = JOBS - len(site.effects())
    begun_twice = site.count("SELECT 'twice', count(*) FROM outbox WHERE key IS NULL AND attempts > 1")["twice"]
    taken = site.states().get("taken", 0)
    site.start("jobs", "work")
    site.wait_until_done(JOBS, seconds=180)
    effects = site.effects()
    assert len(effects) == JOBS
    assert set(effects.values()) == {1}
    again = site.count("SELECT 'twice', count(*) FROM outbox WHERE key IS NULL AND attempts > 1")["twice"]
    say(
        capsys,
        f"{KILLS} kills, {JOBS} jobs, each with one effect; {again} were killed in the middle and begun again"
        f" ({begun_twice} of them before the last start, {taken} taken then); {left} left after the last kill;"
        f" {time.monotonic() - started:.0f} s",
    )
    assert again > 0, "no kill hit a job that ran, so this proves nothing"


def test_redis_is_killed_and_started_in_the_middle(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server = need("POSTGRESQL")
    url = sites.new_postgresql(server)
    try:
        with background(tmp_path, url, redis_server.url, workers=2, job_seconds=5) as site:
            site.start("jobs", "run")
            site.ask(PORTION, nap=0.02)
            site.wait(lambda: len(site.effects()) > 10, "10 effects")
            asking, coming = [], []
            for number, away in enumerate((0.2, 1, 3, 6, 12), start=1):
                redis_server.stop()
                began = time.monotonic()
                site.ask(PORTION, first=number * PORTION, nap=0.02)
                asking.append(time.monotonic() - began)
                time.sleep(away)
                redis_server.start()
                back = time.monotonic()
                site.wait_until_done((number + 1) * PORTION, seconds=90)
                coming.append(time.monotonic() - back)
            effects = site.effects()
            assert list(effects.values()) == [1] * 6 * PORTION
            say(
                capsys,
                f"Redis killed and started 5 times: {len(effects)} jobs, each with one effect; asking for {PORTION} meanwhile"
                f" took at most {max(asking):.2f} s; the last was done at most {max(coming):.0f} s after Redis came back",
            )
            assert max(asking) < 10
    finally:
        sites.drop_postgresql(server, url)


def test_two_beats_make_one_tick_each_time(site: Background, capsys: pytest.CaptureFixture[str]) -> None:
    site.start("jobs", "beat")
    site.start("jobs", "beat")
    site.start("jobs", "work")
    ticks = "SELECT name, count(*) FROM effects_effect WHERE name LIKE 'tick %' GROUP BY name"
    site.wait(lambda: len(site.count(ticks)) >= 15, "15 ticks")
    done = site.count(ticks)
    assert set(done.values()) == {1}
    say(capsys, f"two beats, {len(done)} ticks, each with one effect")


def test_a_beat_that_is_killed_is_started_again(site: Background) -> None:
    site.start("jobs", "run")
    ticks = "SELECT 'all', count(*) FROM schedule_tick WHERE name = 'effects.tick'"
    site.wait(lambda: site.count(ticks)["all"] > 2, "ticks")
    (beat,) = site.processes("beat")
    os.kill(beat, signal.SIGKILL)
    before = site.count(ticks)["all"]
    site.wait(lambda: site.count(ticks)["all"] > before + 2, "ticks of another beat")
    assert beat not in site.processes("beat")


def test_a_poison_job_fails_after_its_attempts_and_blocks_nobody(site: Background) -> None:
    site.ask(3, name="effects.fail_always")
    site.ask(50, first=100)
    site.start("jobs", "run")
    site.wait(lambda: site.states().get("done", 0) == 50, "the others done", seconds=30)
    site.wait(lambda: site.states().get("failed", 0) == 3, "the poison failed", seconds=60)
    assert set(site.effects()) == {f"{number}" for number in range(100, 150)}
    said = site.run("jobs", "list")
    assert said.count("RuntimeError: poison") == 3
    assert "3 jobs wait to run again." in site.run("jobs", "retry", "--failed")


def test_a_job_that_hangs_is_stopped_and_blocks_nobody(site: Background) -> None:
    site.ask(1, name="effects.hang_on")
    site.start("jobs", "run")
    site.wait(lambda: site.states().get("taken", 0) == 1, "the job that hangs was taken", seconds=30)
    site.ask(20)
    site.wait(lambda: site.states().get("done", 0) == 20, "the others done", seconds=30)
    site.wait(lambda: site.states().get("failed", 0) == 1, "the job that hangs failed", seconds=60)


def test_the_answer_is_prompt_while_the_broker_is_down_and_the_job_runs_later(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    with background(tmp_path, f"sqlite:///{tmp_path}/site.sqlite", redis_server.url, port=port) as site:
        redis_server.stop()
        site.start("serve")
        address = f"http://127.0.0.1:{port}"
        site.wait(lambda: answers(f"{address}/health/live"), "the site answers")
        took = []
        for number in range(5):
            began = time.monotonic()
            request = urllib.request.Request(f"{address}/ask-for-effect?name=asked-{number}", data=b"", method="POST")
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 200
            took.append(time.monotonic() - began)
        time.sleep(3)
        assert site.effects() == {}
        redis_server.start()
        site.wait_until_done(5)
        assert site.effects() == {f"asked-{number}": 1 for number in range(5)}
        say(capsys, f"broker down: the slowest of five answers took {max(took):.2f} s")
        assert max(took) < 1


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_broker_that_hangs_slows_nobody(tmp_path: Path, redis_server: RedisServer) -> None:
    with background(tmp_path, f"sqlite:///{tmp_path}/site.sqlite", redis_server.url) as site:
        os.kill(redis_server.pid, signal.SIGSTOP)
        try:
            took = []
            for first in itertools.islice(itertools.count(), 10):
                began = time.monotonic()
                site.ask(1, first=first)
                took.append(time.monotonic() - began)
            assert max(took) < 1
        finally:
            os.kill(redis_server.pid, signal.SIGCONT)
