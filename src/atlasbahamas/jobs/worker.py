"""The worker: Celery takes a message, a process of its pool runs the entry that it names.

The site is made once, before the pool forks, so that its mistakes are seen at the start and its memory is shared; each process
of the pool then opens a database of its own.
"""

from __future__ import annotations

import json
import logging
import os
import time
import warnings
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from atlasbahamas.jobs.broker import TASK, celery_app
from atlasbahamas.jobs.running import be_patient, run_entry
from atlasbahamas.jobs.services import note_alive
from atlasbahamas.settings import AtlasSettings

log = structlog.get_logger("atlasbahamas.worker")
SHOW_LIFE_SECONDS = 10.0


class Runner:
    """What a process of the pool does with a message."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._worker = os.getpid()
        self._shown = 0.0

    def begin(self, **_: Any) -> None:
        """After the fork: connections of one's own, and an end for whoever has lost the worker meanwhile."""
        # Celery has asked the kernel just now to end this process with the worker; if that was killed before, nobody will.
        if os.getppid() != self._worker:
            os._exit(1)
        be_patient(self.registry)
        self.registry.atlas_db.after_fork()

    def wake(self, entry_id: int) -> None:
        """Run the entry, if it is there and nobody has it, and show life. A database that is away leaves it to the relay."""
        try:
            run_entry(self.registry, entry_id)
            if time.monotonic() - self._shown >= SHOW_LIFE_SECONDS:
                self._show_life()
        except DBAPIError as error:
            log.warning("the database does not answer", error=type(error.orig).__name__)

    def _show_life(self) -> None:
        if self.registry.atlas_switch.look() is not None:
            return
        with self.registry.atlas_db.transaction() as db:
            note_alive(db, "worker", now=self.registry.atlas_clock.now())
        self._shown = time.monotonic()


def work(registry: Any) -> int:
    """Work until SIGTERM or Ctrl-C, then finish what is under way; gives the exit status."""
    from celery import signals
    from celery.apps import worker as words_of_celery
    from celery.exceptions import SecurityWarning

    # Celery warns of root because of pickle; its messages are JSON here, and the site decides as whom it runs.
    warnings.simplefilter("ignore", SecurityWarning)
    settings = registry.atlas_settings.section(AtlasSettings)
    words_of_celery.safe_say = _say
    runner = Runner(registry)
    app = celery_app(settings)
    app.task(name=TASK, ignore_result=True)(runner.wake)
    signals.worker_process_init.connect(runner.begin, weak=False)
    signals.setup_logging.connect(_set_logging_up, weak=False)
    worker = app.Worker(
        concurrency=settings.workers,
        pool="prefork",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _say(words: str, *_: Any) -> None:
    """What Celery says to a terminal when it is asked to stop, as a line of the log.

    Written at one stroke: a signal handler says it, between any two steps of whoever holds the log's lock.
    """
    line = {"event": words.strip(), "level": "info", "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    os.write(2, f"{json.dumps(line)}\n".encode())


def _set_logging_up(**_: Any) -> None:
    # Whoever listens to this signal has set logging up: the site did. What Celery says of each message is not worth a line.
    logging.getLogger("celery").setLevel(logging.WARNING)
