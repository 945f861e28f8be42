"""The broker's two forms as they are: a folder with readers and writers at once, and a Redis that is there, away or hanging."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty

import pytest

from atlasbahamas.jobs import folder
from atlasbahamas.jobs.broker import QUEUE, Broker, BrokerDown, Waker, celery_app
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.testing.services import RedisServer


def settings(broker: str) -> AtlasSettings:
    return AtlasSettings.model_validate({"secret": "for-tests-only", "broker": broker})


@pytest.fixture(params=["folder", "redis"])
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> AtlasSettings:
    if request.param == "folder":
        return settings(f"filesystem://{tmp_path}/broker")
    return settings(request.getfixturevalue("redis_server").url)


def eventually(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_is_sent_waits_and_is_counted(chosen: AtlasSettings) -> None:
    broker = Broker(chosen)
    assert broker.waiting() == 0
    for number in range(3):
        broker.wake(number)
    assert broker.waiting() == 3


def test_the_waker_sends_from_a_thread_of_its_own(chosen: AtlasSettings) -> None:
    waker = Waker(chosen)
    waker([])
    waker([1, 2, 3])
    broker = Broker(chosen)
    eventually(lambda: broker.waiting() == 3)


def test_no_message_in_the_folder_is_lost_or_taken_twice(tmp_path: Path) -> None:
    chosen = settings(f"filesystem://{tmp_path}/broker")
    writers, readers, each = 3, 3, 150
    over = threading.Event()
    taken: list[str] = []
    failures: list[BaseException] = []

    def write() -> None:
        broker = Broker(chosen)
        for number in range(each):
            broker.wake(number)

    def read() -> None:
        with celery_app(chosen).connection_for_read() as connection:
            channel = connection.default_channel
            try:
                while True:
                    done = over.is_set()
                    try:
                        taken.append(channel._get(QUEUE)["headers"]["id"])
                    except Empty:
                        if done:
                            return
            except BaseException as error:
                failures.append(error)

    writing = [threading.Thread(target=write) for _ in range(writers)]
    reading = [threading.Thread(target=read) for _ in range(readers)]
    for thread in writing + reading:
        thread.start()
    for thread in writing:
        thread.join()
    over.set()
    for thread in reading:
        thread.join()
    assert failures == []
    assert len(taken) == len(set(taken)) == writers * each
    assert list((tmp_path / "broker" / "messages").iterdir()) == []


def test_a_file_that_is_no_message_is_put_aside(tmp_path: Path) -> None:
    chosen = settings(f"filesystem://{tmp_path}/broker")
    broker = Broker(chosen)
    broker.wake(1)
    messages = tmp_path / "broker" / "messages"
    (messages / f"0_first.{QUEUE}.msg").write_bytes(b"\xff{")
    with celery_app(chosen).connection_for_read() as connection:
        assert connection.default_channel._get(QUEUE)["headers"]["task"] == "atlas.wake"
        with pytest.raises(Empty):
            connection.default_channel._get(QUEUE)


def test_what_dead_processes_left_in_the_folder_goes(tmp_path: Path) -> None:
    messages = tmp_path / "messages"
    messages.mkdir()
    for name, age in ((".old.taken", 7200), (".new.taken", 60), ("1_a.atlas.msg", 7200)):
        (messages / name).touch()
        os.utime(messages / name, (time.time() - age,) * 2)
    folder.options(tmp_path)
    assert {path.name for path in messages.iterdir()} == {".new.taken", "1_a.atlas.msg"}


def test_a_broker_that_is_away_or_hangs_is_given_up_on(redis_server: RedisServer) -> None:
    chosen = settings(redis_server.url)
    broker = Broker(chosen)
    broker.wake(1)
    os.kill(redis_server.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(BrokerDown):
        broker.wake(2)
    assert time.monotonic() - began < 5
    os.kill(redis_server.pid, signal.SIGCONT)
    redis_server.stop()
    with pytest.raises(BrokerDown):
        broker.wake(3)
    with pytest.raises(BrokerDown):
        broker.waiting()
    redis_server.start()
    broker.wake(4)
    assert broker.waiting() == 1


def test_whoever_commits_never_waits_for_the_broker(redis_server: RedisServer) -> None:
    waker = Waker(settings(redis_server.url))
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for number in range(2000):
            waker([number])
        assert time.monotonic() - began < 1
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
