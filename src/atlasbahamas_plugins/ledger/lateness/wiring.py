"""Registers late fees."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas_plugins.ledger.lateness import jobs
from atlasbahamas_plugins.ledger.lateness.services import RUN, RUN_ALL

AFTER_THE_RENT = time(0, 50)


def includeme(config: Any) -> None:
    """The run of each night."""
    config.add_job(RUN, jobs.charge_late_fees)
    config.add_job(RUN_ALL, jobs.charge_all)
    config.add_schedule(RUN_ALL, RUN_ALL, at=AFTER_THE_RENT)
