"""Jobs of properties that change hands."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.portfolio.handover.events import PROPERTY_HANDED_OVER
from atlasbahamas_plugins.portfolio.handover.services import carry_out_due


def hand_over(request: Any, payload: dict[str, Any]) -> None:
    """Hand over what was accepted and whose day has come."""
    listeners = request.registry.atlas_points.get(PROPERTY_HANDED_OVER)
    carry_out_due(request.db, listeners, now=request.clock.now(), today=request.clock.today())
