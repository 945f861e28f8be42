"""What is done for people in the background."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people import addresses, services


def forget_devices(request: Any, payload: dict[str, Any]) -> None:
    """Delete the devices whose time is over."""
    services.forget_devices(request.db, now=request.clock.now())


def forget_tokens(request: Any, payload: dict[str, Any]) -> None:
    """Delete links and codes whose time is over."""
    addresses.forget_tokens(request.db, now=request.clock.now())
