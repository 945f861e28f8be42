"""Nodes of the listings: the public catalogue, and an organisation's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.listings.models import LIVE, Listing
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

VIEW = "listings:listing:view"


class PublicListing(RowNode):
    """A live listing. Any other is a 404 here: the public does not know of it."""

    model = Listing
    key = Listing.ref
    row: Listing

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Only what is live."""
        return select.where(LIVE), 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """The listing's title."""
        return self.row.title


class Catalogue(Collection):
    """`/listings/`: what everybody may see."""

    item = PublicListing
    permission = PUBLIC
    title = "Homes to rent"

    def rows(self) -> Select[Any]:
        """Live listings."""
        return select(Listing).where(LIVE)


class OwnListing(Limitable):
    """A listing of the organisation above, in any state. A limited member reaches it by its unit's property."""

    model = Listing
    key = Listing.ref
    row: Listing

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the property of the unit."""
        return reaches_unit(limit_id, Listing.unit_id)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return and_(Listing.organisation_id == Organisation.id)

    @property
    def title(self) -> str:  # type: ignore[override]
        """The listing's title."""
        return self.row.title


class OwnListings(LimitableList, Collection):
    """Listings of one organisation."""

    item = OwnListing
    permission = VIEW
    title = "Listings"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Listing).where(Listing.organisation_id == organisation_above(self).row.id)
