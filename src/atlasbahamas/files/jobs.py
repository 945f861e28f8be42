"""What is done for files outside of requests: smaller pictures, and the daily sweep."""

from __future__ import annotations

from typing import Any

import structlog

from atlasbahamas.files import services

log = structlog.get_logger("atlasbahamas.files")


def make_renditions(request: Any, payload: dict[str, Any]) -> None:
    """Make the smaller pictures of one file. Done twice, it does nothing the second time."""
    services.make_renditions(request.db, request.registry.atlas_store, int(payload["file"]))


def sweep(request: Any, payload: dict[str, Any]) -> None:
    """Take away what nobody refers to, and say loudly which files have lost their bytes."""
    swept = services.sweep(request.db, request.registry.atlas_store, now=request.clock.now())
    log.info("files were swept", expired=swept.expired, loose=swept.loose)
    if swept.missing:
        log.error("files have no bytes", count=len(swept.missing), digests=swept.missing[:50])
