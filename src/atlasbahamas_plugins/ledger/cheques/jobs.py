"""Jobs of cheques."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.cheques.services import confirm_cheques_of_the_day

CHEQUES = "ledger.cheques_of_the_day"
AT_ONCE = 200


def cheques_of_the_day(request: Any, payload: dict[str, Any]) -> None:
    """A day has come: the cheques with that day on them count."""
    clock = request.clock
    done = confirm_cheques_of_the_day(request.db, today=clock.today(), now=clock.now(), most=AT_ONCE)
    if done == AT_ONCE:
        enqueue(request.db, CHEQUES, {}, now=clock.now())
