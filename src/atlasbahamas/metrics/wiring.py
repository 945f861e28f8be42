"""What the core measures, and the route at which it is told."""

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from atlasbahamas.metrics import reading, views
from atlasbahamas.metrics.counting import Counting, Pages
from atlasbahamas.settings import AtlasSettings


def includeme(config: Any) -> None:
    """Count from now on; tell where the INI file says to whom."""
    config.registry.atlas_counting = Counting()
    config.registry.atlas_pages = Pages(config.registry)
    add = config.add_metric
    add("atlas_outbox_entries", "Jobs that wait, run or failed.", reading.outbox_entries, labels=("state",))
    add("atlas_outbox_oldest_seconds", "How long the oldest job has been due.", reading.outbox_oldest_seconds)
    add(
        "atlas_heartbeat_age_seconds",
        "How long ago worker and beat were seen at work.",
        reading.heartbeat_age_seconds,
        labels=("part",),
    )
    add(
        "atlas_mails_last_hour",
        "Mails asked for within an hour, by what became of them.",
        reading.mails_of_the_last_hour,
        labels=("state",),
    )
    add("atlas_read_only", "Whether the site is read-only for a while.", reading.read_only)
    if config.registry.atlas_settings.section(AtlasSettings).metrics != "off":
        config.add_route("metrics", "/metrics")
        config.add_view(views.metrics, route_name="metrics", permission=NO_PERMISSION_REQUIRED)
