"""What is done with offers in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas_plugins.listings.offers import services
from atlasbahamas_plugins.listings.settings import ListingSettings


def forget_offers(request: Any, payload: dict[str, Any]) -> None:
    """Erase who sent the offers that ended long enough ago."""
    now = request.clock.now()
    kept = timedelta(days=request.registry.atlas_settings.section(ListingSettings).offers_kept_days)
    services.forget_offers(request.db, request.registry.atlas_store, before=now - kept, now=now)
