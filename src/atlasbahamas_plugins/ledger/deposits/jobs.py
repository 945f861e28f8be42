"""Jobs of deposits."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.deposits import services

LAST_RENTS = "ledger.use_last_rents"
AT_ONCE = 200


def use_last_rents(request: Any, payload: dict[str, Any]) -> None:
    """The last rents whose period is due pay for it."""
    now = request.clock.now()
    if services.use_last_rents(request.db, today=request.clock.today(), now=now, most=AT_ONCE) == AT_ONCE:
        enqueue(request.db, LAST_RENTS, {}, now=now)
