"""What can be set about the listings."""

from pydantic import Field

from atlasbahamas.settings.section import Section


class ListingsSettings(Section):
    """Listings, and what comes to the administrators through them."""

    prefix = "listings"

    offers_kept_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="How many days after an offer of property was listed or closed its sender's name and address are erased.",
    )
