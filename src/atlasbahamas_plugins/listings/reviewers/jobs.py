"""What the review does in the background."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings.review.resources import reviewing_roles
from atlasbahamas_plugins.listings.reviewers.services import tell_reviewers


def tell(request: Any, payload: dict[str, Any]) -> None:
    """Tell the reviewers what waits for them."""
    tell_reviewers(request.db, reviewing_roles(request), now=request.clock.now())
