"""Jobs of late fees."""

from __future__ import annotations

from datetime import date
from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.lateness import services


def charge_all(request: Any, payload: dict[str, Any]) -> None:
    """A day has come: a run for each organisation with rent that is unpaid."""
    today, now = request.clock.today(), request.clock.now()
    for organisation_id in services.organisations_to_run(request.db, today):
        enqueue(request.db, services.RUN, {"organisation_id": organisation_id, "day": today.isoformat()}, now=now)


def charge_late_fees(request: Any, payload: dict[str, Any]) -> None:
    """A run for one organisation, or the next part of one."""
    day = date.fromisoformat(payload["day"])
    after = payload.get("after", 0)
    services.run_late_fees(request.db, payload["organisation_id"], day=day, now=request.clock.now(), after=after)
