"""The broker: how a worker is woken. Messages carry the row's id and may get lost; nothing depends on one (docs/decisions/0008).

Celery is imported when the first message is sent, so that a web process starts without it.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog

from atlasbahamas.settings import AtlasSettings

log = structlog.get_logger("atlasbahamas.broker")
TASK = "atlas.wake"
QUEUE = "atlas"
WAIT_SECONDS = 1
PAUSE_SECONDS = 10
PULSE = 0
"""The id of no row: its message only makes a worker show that it is alive."""


class BrokerDown(Exception):
    """The broker took no message."""


def celery_app(settings: AtlasSettings) -> Any:
    """The Celery application of this site, without its task; connects to nothing yet."""
    # From where they are: both packages exchange themselves while they load, and a second thread would find the empty one.
    from celery.app.base import Celery
    from kombu.entity import Exchange, Queue

    app = Celery("atlasbahamas", set_as_current=False)
    app.conf.update(
        # The nameless exchange needs no binding, hence no file or key that two processes could write at once.
        task_queues=[Queue(QUEUE, Exchange(""), routing_key=QUEUE)],
        task_default_queue=QUEUE,
        task_default_exchange="",
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=settings.job_seconds,
        broker_connection_timeout=WAIT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_prefetch_multiplier=4,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_pool_start_method="fork",
    )
    if settings.broker.startswith("filesystem://"):
        from atlasbahamas.jobs import folder

        options = folder.options(Path(settings.broker.removeprefix("filesystem://")))
        app.conf.update(broker_url="filesystem://localhost", broker_transport=folder.TRANSPORT, broker_transport_options=options)
    else:
        # Without emulated acknowledgements: a worker that cannot acknowledge, because Redis is away, counts the messages that it
        # holds as its own for ever, and with its hands full never takes another.
        options = {"ack_emulation": False, "socket_connect_timeout": WAIT_SECONDS}
        app.conf.update(broker_url=settings.broker, broker_transport_options=options)
    return app


class Broker:
    """Sends wake-ups, and gives up on each after a second or so. Not for several threads."""

    def __init__(self, settings: AtlasSettings) -> None:
        self._settings = settings

    @cached_property
    def _app(self) -> Any:
        app = celery_app(self._settings)
        # Of a worker these would end the wait for messages; of a sender they are how long it waits for an answer.
        quick = {"socket_timeout": WAIT_SECONDS, "max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
        app.conf.broker_transport_options = {**app.conf.broker_transport_options, **quick}
        return app

    def wake(self, entry_id: int) -> None:
        """Tell a worker that this entry waits. Raises BrokerDown."""
        with _translated():
            self._app.send_task(TASK, (entry_id,), queue=QUEUE, retry=False, ignore_result=True)

    def waiting(self) -> int:
        """How many messages no worker has taken yet. Raises BrokerDown."""
        with _translated(), self._app.connection_for_write() as connection:
            return int(connection.default_channel.queue_declare(QUEUE).message_count)


@contextmanager
def _translated() -> Iterator[None]:
    from kombu.exceptions import KombuError
    from redis.exceptions import RedisError

    try:
        yield
    except (KombuError, RedisError, OSError) as error:
        # The message may hold the broker's address, password and all.
        raise BrokerDown(type(error).__name__) from error


class Waker:
    """Wakes workers after a commit, from a thread of its own: whoever commits never waits for the broker.

    Best effort. What is not sent, because the broker is down or the process ends, the relay sends.
    """

    def __init__(self, settings: AtlasSettings) -> None:
        self._settings = settings
        self._ids: queue.Queue[int] = queue.Queue(maxsize=1000)
        self._lock = threading.Lock()
        self._process = 0

    def __call__(self, ids: list[int]) -> None:
        """Send a message for each, soon."""
        if not ids:
            return
        self._start()
        for entry_id in ids:
            try:
                self._ids.put_nowait(entry_id)
            except queue.Full:
                log.warning("too many wake-ups wait; the relay will send the rest")
                return

    def _start(self) -> None:
        with self._lock:
            # A fork has the object and not its thread.
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._send_all, name="atlas-waker", daemon=True).start()

    def _send_all(self) -> None:
        broker = Broker(self._settings)
        silent_until = 0.0
        while True:
            entry_id = self._ids.get()
            if time.monotonic() < silent_until:
                continue
            try:
                broker.wake(entry_id)
            except BrokerDown as error:
                log.warning("the broker does not answer; jobs will start later", error=str(error))
                silent_until = time.monotonic() + PAUSE_SECONDS
