"""Who may do what with the views of the listings."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.resources import Catalogue, OwnListing, OwnListings, PublicListing
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import UnitNode

EVERYBODY = who(ok="visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside")
LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within outside",
)
READERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within",
)
WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within",
)


def places(db: Session) -> dict[str, str]:
    """A live listing, a paused one, and a unit without any."""
    organisation = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    here = f"/portfolio/{organisation.ref}/"

    def listing(state: str) -> str:
        mine = select(Listing.ref).where(Listing.organisation_id == organisation.id, Listing.state == state)
        return str(db.scalars(mine.order_by(Listing.id).limit(1)).one())

    current = select(Listing.unit_id).where(Listing.state != "withdrawn")
    unit, above = db.execute(
        select(Unit.ref, Property.ref)
        .join(Property, Property.id == Unit.property_id)
        .where(Property.organisation_id == organisation.id, Unit.id.not_in(current))
        .order_by(Unit.id)
        .limit(1)
    ).one()
    return {
        "catalogue": "/listings/",
        "public listing": f"/listings/{listing('approved')}/",
        "own listings": f"{here}listings/",
        "live listing": f"{here}listings/{listing('approved')}/",
        "paused listing": f"{here}listings/{listing('paused')}/",
        "unlisted unit": f"{here}properties/{above}/units/{unit}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """A listing of another organisation; and in the catalogue, what is not live."""
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    of_others = select(Listing.ref).where(Listing.organisation_id != here.id).limit(1)
    return {
        "another organisation's listing": f"/portfolio/{here.ref}/listings/{db.scalars(of_others).one()}/",
        **{
            f"a {state} listing in the catalogue": f"/listings/{ref}/"
            for state, ref in db.execute(select(Listing.state, Listing.ref).where(Listing.state != "approved"))
        },
    }


TEXT = {
    "title": "Two bedrooms over the harbour",
    "description": "A breeze all day.\nNo stairs.",
    "category": "Long-term rental",
    "price_cents": "1,850.00",
    "price_period": "a month",
    "available": "2026-07-01",
}

TABLE = Table(
    "listings",
    places,
    (
        View(Catalogue, "", EVERYBODY, at="catalogue"),
        View(PublicListing, "", EVERYBODY, at="public listing"),
        View(PublicListing, "picture.svg", EVERYBODY, at="public listing"),
        View(OwnListings, "", LISTS, at="own listings"),
        View(OwnListing, "", READERS, at="live listing"),
        View(OwnListing, "picture.svg", READERS, at="live listing"),
        View(OwnListing, "edit", WRITERS, at="live listing", send=TEXT),
        View(OwnListing, "publish", WRITERS, at="paused listing", send={}),
        View(OwnListing, "pause", WRITERS, at="live listing", send={}),
        View(OwnListing, "withdraw", WRITERS, at="live listing", send={}),
        View(UnitNode, "list", WRITERS, at="unlisted unit", send=TEXT),
    ),
    crossed,
)
