"""The one clock. No service reads the time by itself; it is passed in, so that a test can say when "now" is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from atlasbahamas.settings import AtlasSettings


class SystemClock:
    """The machine's clock, seen from one time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def now(self) -> datetime:
        """This instant in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The local date: due dates are local dates in America/Nassau (house.md section 6)."""
        return datetime.now(self.zone).date()


def includeme(config: Any) -> None:
    """`request.clock`; a test puts its own clock into `registry.atlas_clock`."""
    settings = config.registry.atlas_settings.section(AtlasSettings)
    config.registry.atlas_clock = SystemClock(ZoneInfo(settings.time_zone))
    config.add_request_method(lambda request: request.registry.atlas_clock, "clock", property=True)
