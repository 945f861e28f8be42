"""Jobs in real processes, in short; tests/proofs/test_jobs_under_faults.py has the long forms."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from background import Background, background

from atlasbahamas.testing.services import free_port


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Background]:
    url, broker = f"sqlite:///{tmp_path}/site.sqlite", f"filesystem://{tmp_path}/broker"
    with background(tmp_path, url, broker, port=free_port()) as site:
        yield site


def test_serve_runs_jobs_and_stops_cleanly(embedded: Background) -> None:
    serve = embedded.start("serve")
    embedded.ask(20)
    embedded.wait_until_done(20)
    assert list(embedded.effects().values()) == [1] * 20
    serve.send_signal(signal.SIGTERM)
    assert serve.wait(20) == 0
    assert embedded.processes() == []


def test_what_dies_is_started_again_and_nothing_outlives_its_parent(embedded: Background) -> None:
    supervisor = embedded.start("jobs", "run", "--supervised", lifeline=True)
    embedded.ask(1)
    embedded.wait_until_done(1)
    (beat,) = embedded.processes("beat")
    worker, *pool = embedded.processes("work")
    assert embedded.pool_of(worker) == pool
    os.kill(beat, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    embedded.ask(20, first=1)
    embedded.wait_until_done(21)
    assert list(embedded.effects().values()) == [1] * 21
    assert beat not in embedded.processes()
    supervisor.kill()
    supervisor.wait()
    embedded.wait(lambda: embedded.processes() == [], "no process left", seconds=25)


def test_while_the_site_is_read_only_workers_take_nothing_and_write_nothing(embedded: Background) -> None:
    embedded.start("jobs", "run")
    embedded.ask(1)
    embedded.wait_until_done(1)
    embedded.run("site", "read-only", "on", "--until", "2099-01-01 00:00")
    seen = embedded.count("SELECT part || seen, 1 FROM job_heartbeat")
    ticks = embedded.count("SELECT name || due, 1 FROM schedule_tick")
    embedded.ask(5, first=1)
    # Longer than the relay, the worker and the beat are silent otherwise.
    time.sleep(17)
    assert embedded.states() == {"done": 1, "waiting": 5}
    assert embedded.count("SELECT part || seen, 1 FROM job_heartbeat") == seen
    assert embedded.count("SELECT name || due, 1 FROM schedule_tick") == ticks
    embedded.run("site", "read-only", "off")
    embedded.wait_until_done(6)
    assert list(embedded.effects().values()) == [1] * 6
