"""What is done with notifications in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas.notifications import services

KEPT_FOR = timedelta(days=365)


def send_digests(request: Any, payload: dict[str, Any]) -> None:
    """Ask for everybody's daily mail."""
    services.send_digests(request.db, now=request.clock.now())


def forget_old(request: Any, payload: dict[str, Any]) -> None:
    """Delete what was read a year ago."""
    services.forget_old(request.db, before=request.clock.now() - KEPT_FOR)
