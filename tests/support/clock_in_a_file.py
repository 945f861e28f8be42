"""A clock for processes that a test starts: the system's, moved by as many seconds as a file says.

What libraries read by themselves, as the age of a cookie, is not moved. Put it into `pyramid.includes`.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pyramid.config import PHASE3_CONFIG

from atlasbahamas.clock import SystemClock

FILE = "ATLAS_TEST_CLOCK"
"""The variable that says where the file is."""


class MovedClock(SystemClock):
    """Reads the file each time, so a test moves it while everything runs."""

    def now(self) -> datetime:
        """This instant, moved."""
        return datetime.now(UTC) + timedelta(seconds=int(Path(os.environ[FILE]).read_text()))

    def today(self) -> date:
        """The local date of that instant."""
        return self.now().astimezone(self.zone).date()


def includeme(config: Any) -> None:
    """Take the place of the system's clock, which is there before."""
    registry = config.registry

    def put() -> None:
        registry.atlas_clock = MovedClock(registry.atlas_clock.zone)

    config.action("clock in a file", put, order=PHASE3_CONFIG)
