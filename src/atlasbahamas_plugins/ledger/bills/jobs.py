"""Jobs of bills."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.bills.telling import remind_of_bills
from atlasbahamas_plugins.ledger.settings import LedgerSettings

REMIND = "ledger.remind_of_bills"
AT_ONCE = 200


def remind(request: Any, payload: dict[str, Any]) -> None:
    """People are told of the bills that will be due."""
    clock, settings = request.clock, request.registry.atlas_settings.section(LedgerSettings)
    more = {"today": clock.today(), "now": clock.now(), "lead_days": settings.lead_days, "most": AT_ONCE}
    if remind_of_bills(request.db, **more) == AT_ONCE:
        enqueue(request.db, REMIND, {}, now=clock.now())
