"""Jobs of signing."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.signing import services


def expire(request: Any, payload: dict[str, Any]) -> None:
    """Close the links that ran out."""
    services.expire_links(request.db, now=request.clock.now())
