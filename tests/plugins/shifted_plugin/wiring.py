"""The clock, and its place in the registry."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from atlasbahamas.clock import SystemClock

FILE = "ATLAS_TEST_CLOCK"


class ShiftedClock(SystemClock):
    """The machine's clock and the seconds of the file, which is read each time."""

    def now(self) -> datetime:
        """Now, as the test wants it."""
        return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ[FILE]).read_text()))

    def today(self) -> date:
        """Its local date."""
        return self.now().astimezone(self.zone).date()


def includeme(config: Any) -> None:
    config.registry.atlas_clock = ShiftedClock(config.registry.atlas_clock.zone)
