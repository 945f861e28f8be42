"""Jobs that tell tenants of their rent."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.reminding import services
from atlasbahamas_plugins.ledger.settings import LedgerSettings

SAY_DUE, SAY_LATE = "ledger.say_rent_is_due", "ledger.say_rent_is_late"


def say_due(request: Any, payload: dict[str, Any]) -> None:
    """Tenants are told of rent that will be due; another job goes on where there are more."""
    clock, settings = request.clock, request.registry.atlas_settings.section(LedgerSettings)
    more = {"today": clock.today(), "now": clock.now(), "after": payload.get("after", 0)}
    last = services.remind_of_rent(request.db, lead_days=settings.lead_days, **more)
    if last is not None:
        enqueue(request.db, SAY_DUE, {"after": last}, now=clock.now())


def say_late(request: Any, payload: dict[str, Any]) -> None:
    """Tenants are told of rent that is late; another job goes on where there are more."""
    clock = request.clock
    last = services.tell_of_late_rent(request.db, today=clock.today(), now=clock.now(), after=payload.get("after", 0))
    if last is not None:
        enqueue(request.db, SAY_LATE, {"after": last}, now=clock.now())
