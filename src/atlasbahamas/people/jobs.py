"""What is done for people in the background."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people import services


def forget_devices(request: Any, payload: dict[str, Any]) -> None:
    """Delete the devices whose time is over."""
    services.forget_devices(request.db, now=request.clock.now())
