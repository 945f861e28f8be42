"""Nodes of the listings: the public catalogue, and an organisation's own."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPBadRequest
from sqlalchemy import ColumnElement, Select, and_, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.keys import is_key
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.listings.models import LIVE, Listing
from atlasbahamas_plugins.listings.telling.services import By
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY, units_that_are
from atlasbahamas_plugins.portfolio.resources import organisation_above

VIEW = "listings:listing:view"
EDIT = "listings:listing:edit"


def writing_roles(request: Any) -> tuple[str, ...]:
    """The roles whose members may write an organisation's listings, and are told what becomes of them."""
    return tuple(role for role in request.registry.atlas_roles if EDIT in request.grants_of(role))


def acting(request: Any) -> By:
    """Who does something with a listing on a page, and who is told of it."""
    return By(request.identity.person_id, writing_roles(request), request.clock.now())


def keys_sent(request: Any, name: str) -> list[str]:
    """The keys of rows that were chosen, each once. Raises HTTPBadRequest for what no page of ours sends."""
    sent = (request.POST if request.method == "POST" else request.GET).getall(name)
    if not all(isinstance(key, str) and is_key(key) for key in sent):
        raise HTTPBadRequest()
    return list(dict.fromkeys(sent))


def units_let_today(request: Any) -> Select[Any]:
    """SELECT of the ids of the units that some source of occupancy says are let today."""
    return units_that_are(request.registry.atlas_points.get(OCCUPANCY), request.clock.today(), "let")


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
