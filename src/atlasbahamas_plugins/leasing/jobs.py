"""Jobs of leasing."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing import services


def turn(request: Any, payload: dict[str, Any]) -> None:
    """A day has come: leases begin and end."""
    clock = request.clock
    services.turn_leases(request.db, today=clock.today(), now=clock.now(), after=payload.get("after", 0))
