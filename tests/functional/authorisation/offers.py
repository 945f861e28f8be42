"""Who may do what with property that is offered for sale: everybody offers, administrators work through it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import Table, View, who
from atlasbahamas_plugins.listings.offers.models import Offer, OfferPhoto
from atlasbahamas_plugins.listings.offers.resources import OfferNode, OfferPhotoNode, OfferPhotos, Offers, SellProperty

# Somebody who is signed in first: their form has a token, which a visitor's has not.
EVERYBODY = who(ok="stranger visitor former other viewer maintenance leasing bookkeeper manager owner admin within outside")
ADMINS = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner within outside",
    ok="admin",
)


def places(db: Session) -> dict[str, str]:
    """The form, the queue, a new offer with photos, and one that is in talks."""
    new, talking = (
        db.scalars(select(Offer.ref).join(OfferPhoto).where(Offer.state == state).limit(1)).one() for state in ("new", "talking")
    )
    photo = db.scalars(select(OfferPhoto.ref).join(Offer).where(Offer.ref == new).order_by(OfferPhoto.position).limit(1)).one()
    return {
        "sell": "/sell/",
        "offers": "/admin/offers/",
        "new offer": f"/admin/offers/{new}/",
        "offer in talks": f"/admin/offers/{talking}/",
        "photos": f"/admin/offers/{new}/photos/",
        "photo": f"/admin/offers/{new}/photos/{photo}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """A photo under an offer that it does not belong to."""
    photo, of = db.execute(select(OfferPhoto.ref, OfferPhoto.offer_id).limit(1)).one()
    other = db.scalars(select(Offer.ref).where(Offer.id != of).limit(1)).one()
    return {"another offer's photo": f"/admin/offers/{other}/photos/{photo}/full"}


PHOTO = [("porch.jpg", samples.picture(seed=9), "image/jpeg")]
OFFERED = {
    "full_name": "Persis Knowles",
    "phone": "555-0188",
    "kind": "Land",
    "settlement": "Old Bight",
    "words": "An acre.",
    "photos": PHOTO,
}

TABLE = Table(
    "offers",
    places,
    (
        View(SellProperty, "", EVERYBODY, at="sell", send=OFFERED),
        View(SellProperty, "thanks", EVERYBODY, at="sell"),
        View(Offers, "", ADMINS, at="offers"),
        View(OfferNode, "", ADMINS, at="new offer"),
        View(OfferNode, "note", ADMINS, at="new offer", send={"words": "Called."}),
        View(OfferNode, "talk", ADMINS, at="new offer", send={"words": "Called."}),
        View(OfferNode, "listed", ADMINS, at="offer in talks", send={}),
        View(OfferNode, "close", ADMINS, at="offer in talks", send={}),
        View(OfferNode, "erase", ADMINS, at="new offer", send={}),
        View(OfferPhotos, "", ADMINS, at="photos"),
        View(OfferPhotos, "add", ADMINS, at="photos", send={"photos": PHOTO}),
        View(OfferPhotos, "order", ADMINS, at="photos", send={"ref": "p-none1"}, get=False),
        View(OfferPhotoNode, "small", ADMINS, at="photo"),
        View(OfferPhotoNode, "medium", ADMINS, at="photo"),
        View(OfferPhotoNode, "large", ADMINS, at="photo"),
        View(OfferPhotoNode, "full", ADMINS, at="photo"),
        View(OfferPhotoNode, "edit", ADMINS, at="photo", send={"caption": "The porch"}),
        View(OfferPhotoNode, "remove", ADMINS, at="photo", send={}),
        View(OfferPhotoNode, "up", ADMINS, at="photo", send={}, get=False),
        View(OfferPhotoNode, "down", ADMINS, at="photo", send={}, get=False),
        View(OfferPhotoNode, "cover", ADMINS, at="photo", send={}, get=False),
    ),
    crossed,
)
