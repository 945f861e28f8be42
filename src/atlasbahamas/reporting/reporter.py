"""Tells the operators from a thread of its own: no request is slower for it, or fails of it.

When the database is what failed, or while the site is read-only, the thread sends the mail itself, with a cool-down that this
process alone keeps.
"""

from __future__ import annotations

import os
import queue
import secrets
import smtplib
import threading
import time
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from atlasbahamas.mail.composing import compose
from atlasbahamas.mail.templates import write_words
from atlasbahamas.mail.transport import deliver
from atlasbahamas.reporting.describing import Told, tell
from atlasbahamas.reporting.services import TEMPLATE, content, report
from atlasbahamas.settings import AtlasSettings, MailSettings

log = structlog.get_logger("atlasbahamas.reporting")
MOST_WAITING = 200


class Reporter:
    """Takes errors and returns at once. Where `mail.errors_to` is empty it does nothing."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry
        self._settings: MailSettings = registry.atlas_settings.section(MailSettings)
        self._cool_down = timedelta(minutes=self._settings.errors_every_minutes)
        self._waiting: queue.Queue[Told] = queue.Queue(maxsize=MOST_WAITING)
        self._lock = threading.Lock()
        self._process = 0
        self._sent_directly: dict[str, float] = {}

    def __call__(self, error: BaseException, *, where: str, request_id: str) -> None:
        """Tell the operators of an error, soon. `where` is the page or the job."""
        if not self._settings.errors_to:
            return
        self._start()
        try:
            self._waiting.put_nowait(tell(error, where=where, request_id=request_id))
        except queue.Full:
            log.warning("too many errors wait to be reported; this one is in the log alone")

    def settle(self) -> None:
        """Wait until what was given is done with: for programs that end, and tests."""
        self._waiting.join()

    def _start(self) -> None:
        with self._lock:
            # A fork has the object and not its thread.
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._work, name="atlas-reporter", daemon=True).start()

    def _work(self) -> None:
        while True:
            told = self._waiting.get()
            try:
                self._tell(told)
            except Exception as error:
                # Nobody is left to be told but the log.
                log.warning("an error could not be reported", error=type(error).__name__, kind=told.kind)
            finally:
                self._waiting.task_done()

    def _tell(self, told: Told) -> None:
        if self._registry.atlas_switch.look() is not None:
            # Whoever moves the database would find rows that it had not, and the mail would wait until the end of the pause.
            self._send_directly(told)
            return
        now = self._registry.atlas_clock.now()
        try:
            with self._registry.atlas_db.transaction() as db:
                report(db, told, self._settings.errors_to, cool_down=self._cool_down, now=now)
        except SQLAlchemyError as error:
            log.warning("an error is reported past the database", error=type(error).__name__)
            self._send_directly(told)

    def _send_directly(self, told: Told) -> None:
        last = self._sent_directly.get(told.key)
        if last is not None and time.monotonic() - last < self._cool_down.total_seconds():
            return
        self._sent_directly[told.key] = time.monotonic()
        site = self._registry.atlas_settings.section(AtlasSettings)
        words = write_words(self._registry, TEMPLATE, content(told, 0))
        for address in self._settings.errors_to:
            ref = f"error-{secrets.token_hex(10)}"
            message = compose(
                self._registry,
                words,
                to=address,
                sender=self._settings.sender,
                reply_to=self._settings.reply_to,
                base_url=site.base_url,
                ref=ref,
                now=self._registry.atlas_clock.now(),
            )
            try:
                deliver(self._settings, message, ref=ref)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("the mail server does not answer either", error=type(error).__name__)
                return
