"""The job that looks which homes were let."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings.let import services
from atlasbahamas_plugins.listings.resources import units_let_today, writing_roles


def take_down_let(request: Any, payload: dict[str, Any]) -> None:
    """End the listings of homes that are let."""
    services.take_down_let(
        request.db,
        units_let_today(request),
        roles=writing_roles(request),
        after=payload.get("after", 0),
        now=request.clock.now(),
    )
