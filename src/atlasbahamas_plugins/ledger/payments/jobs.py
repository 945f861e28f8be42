"""Jobs of payments."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.payments import telling

REMIND = "ledger.remind_of_reports"
AT_ONCE = 200


def remind_of_reports(request: Any, payload: dict[str, Any]) -> None:
    """Owners are told of reports that wait."""
    now = request.clock.now()
    if telling.remind_of_reports(request.db, now=now, most=AT_ONCE) == AT_ONCE:
        enqueue(request.db, REMIND, {}, now=now)
