"""What the core registers for files: the store, and the answer when it does not work."""

from __future__ import annotations

from datetime import time
from typing import Any

import structlog

from atlasbahamas.files import jobs
from atlasbahamas.files.later import MAKE_RENDITIONS
from atlasbahamas.files.store import StoreUnavailable, store_of
from atlasbahamas.settings import FileSettings
from atlasbahamas.web.errors import error_page, report

SWEEP = "atlas.sweep_files"
AT_NIGHT = time(3, 40)
log = structlog.get_logger("atlasbahamas.files")


def store_down(error: StoreUnavailable, request: Any) -> Any:
    """The store does not answer or is full: 503 in words, and nothing was kept."""
    log.error("the file store does not work", error=str(error))
    report(error, request)
    return error_page(request, 503)


def includeme(config: Any) -> None:
    """Open the store that the settings name, and declare what is done for files outside of requests."""
    config.registry.atlas_store = store_of(config.registry.atlas_settings.section(FileSettings))
    config.add_exception_view(store_down, context=StoreUnavailable)
    config.add_job(MAKE_RENDITIONS, jobs.make_renditions)
    config.add_job(SWEEP, jobs.sweep)
    config.add_schedule(SWEEP, SWEEP, at=AT_NIGHT)
    config.include("atlasbahamas.files.gallery.wiring")
