"""Settings of the listings."""

from __future__ import annotations

from pydantic import Field

from atlasbahamas.settings import Flag, Section


class ListingSettings(Section):
    """Listings."""

    prefix = "listings"

    review: Flag = Field(
        default=True,
        description="Have an administrator look at text, photos and documents before the public sees them; "
        "without it they are public as soon as they are submitted.",
    )
