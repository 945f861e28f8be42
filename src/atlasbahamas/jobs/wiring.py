"""What the jobs register: the way to wake workers, and their own clearing away."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.jobs.broker import Waker
from atlasbahamas.jobs.services import WAKE, forget_finished
from atlasbahamas.settings import AtlasSettings


def _forget_jobs(request: Any, payload: dict[str, Any]) -> None:
    forget_finished(request.db, now=request.clock.now())


def includeme(config: Any) -> None:
    """Wake workers after each commit that asked for work, where there is a broker."""
    settings = config.registry.atlas_settings.section(AtlasSettings)
    if settings.broker:
        config.registry.atlas_db.info[WAKE] = Waker(settings)
    config.add_job("atlas.forget_jobs", _forget_jobs)
    config.add_schedule("atlas.forget_jobs", "atlas.forget_jobs", at=time(3, 30))
