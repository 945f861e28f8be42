"""Jobs of the listings."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings import services


def index_places(request: Any, payload: dict[str, Any]) -> None:
    """The names of settlements are others: write anew the words by which listings there are found."""
    services.index_places(request.db, payload["settlements"], after=payload["after"], now=request.clock.now())
