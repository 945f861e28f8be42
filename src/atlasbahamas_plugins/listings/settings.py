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
    offers_kept_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="How many days after an offer of property was listed or closed its sender's name and address are erased.",
    )
