"""Pages of let listings."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import confirm_page
from atlasbahamas_plugins.listings.resources import OwnListing, acting
from atlasbahamas_plugins.listings.services import mark_let


def let(context: OwnListing, request: Any) -> Any:
    """Take a listing off the market because its home is let, after asking."""
    return confirm_page(
        request,
        context,
        "Is this home let? The listing leaves the catalogue for good.",
        lambda: mark_let(request.db, context.row, by=acting(request)),
        "The listing is off the market. Well done.",
    )
