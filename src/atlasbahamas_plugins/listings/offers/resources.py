"""Nodes of the offers: the form for everybody, and the administrators' queue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.traversal.nodes import Collection, Node, RowNode
from atlasbahamas_plugins.listings.offers.models import Offer, OfferPhoto

VIEW, EDIT = "listings:offer:view", "listings:offer:edit"


class SellProperty(Node):
    """`/sell/`: "sell your property to us"."""

    title = "Sell your property to us"


class OfferNode(RowNode):
    """An offer, under the administration."""

    model = Offer
    key = Offer.ref
    row: Offer

    @property
    def title(self) -> str:  # type: ignore[override]
        """What is offered, and where."""
        return self.row.title


class Offers(Collection):
    """`/admin/offers/`: the queue. Who does not administer is told 404 by the node above."""

    item = OfferNode
    permission = VIEW
    title = "Property offered to us"

    def rows(self) -> Select[Any]:
        """All of them."""
        return select(Offer)


class OfferPhotoNode(PhotoNode):
    """A photo of what is offered."""

    model = OfferPhoto
    key = OfferPhoto.ref


class OfferPhotos(Gallery):
    """The photos that came with an offer."""

    item = OfferPhotoNode
    permission, edit_permission = VIEW, EDIT
