"""Jobs of charges."""

from __future__ import annotations

from datetime import date
from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.charges import run
from atlasbahamas_plugins.ledger.charges.models import Batch


def charge_all(request: Any, payload: dict[str, Any]) -> None:
    """A day has come: a run for each organisation that has something to look at."""
    today, now = request.clock.today(), request.clock.now()
    for organisation_id in run.organisations_to_run(request.db, today):
        enqueue(request.db, run.RUN, {"organisation_id": organisation_id, "day": today.isoformat()}, now=now)


def charge_rent(request: Any, payload: dict[str, Any]) -> None:
    """A run for one organisation, or the next part of one."""
    batch_id, day = payload.get("batch_id"), date.fromisoformat(payload["day"])
    batch = request.db.get(Batch, batch_id) if batch_id is not None else None
    by = batch.by_person_id if batch is not None else None
    more = {"batch": batch, "by": by, "after": payload.get("after", 0)}
    clock = request.clock
    run.run_or_go_on(request.db, payload["organisation_id"], day, now=clock.now(), today=clock.today(), **more)
