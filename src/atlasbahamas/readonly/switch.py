"""What a process knows of the switch: it looks at the row every two seconds, whoever asks how often."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from atlasbahamas.readonly.services import Pause, pause_of

log = structlog.get_logger("atlasbahamas.readonly")
LOOKS_EVERY = timedelta(seconds=2)
SEEN_WITHIN = 3.0
"""After so many seconds every process that reaches the database has seen the switch turned."""


class Switch:
    """The switch as this process saw it last."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry
        self._looking = threading.Lock()
        self._looked: datetime | None = None
        self._tried = False
        self._pause: Pause | None = None

    @property
    def seen(self) -> Pause | None:
        """What was seen last, without looking."""
        return self._pause

    def look(self) -> Pause | None:
        """The pause that there is, or None. While the database does not answer, it is what it was."""
        now: datetime = self._registry.atlas_clock.now()
        # Also when the clock was set back. One thread looks; the others do not wait for it.
        fresh = self._looked is not None and timedelta(0) <= now - self._looked < LOOKS_EVERY
        if not fresh and self._looking.acquire(blocking=not self._tried):
            try:
                self._look(now)
            finally:
                self._looking.release()
        return self._pause

    def _look(self, now: datetime) -> None:
        self._tried = True
        try:
            with self._registry.atlas_db.transaction("read") as db:
                pause = pause_of(db)
        except SQLAlchemyError as error:
            log.warning("the switch could not be looked at", error=type(error).__name__)
            return
        # Only now: whoever asks after a look that failed looks again, and does not go on writing for two seconds.
        self._looked = now
        if pause != self._pause:
            self._pause = pause
            log.info("the site is read-only now" if pause else "the site is no longer read-only")
            # What is kept for visitors says the contrary.
            self._registry.atlas_shared_pages.clear()

    def forget(self) -> None:
        """Begin anew, as on another database."""
        self._looked, self._tried, self._pause = None, False, None
