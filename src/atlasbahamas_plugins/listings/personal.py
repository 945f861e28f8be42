"""A person's own data in the listings: which versions they submitted, and which they decided about."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.offers import personal as offers
from atlasbahamas_plugins.listings.services import index_listing
from atlasbahamas_plugins.listings.vehicles.models import Vehicle
from atlasbahamas_plugins.listings.versions.models import ListingPhoto, ListingVersion


def export(db: Session, person_id: int) -> Rows:
    """What they handed in and what they said about it. The words of a listing are its organisation's."""
    mine = or_(ListingVersion.submitted_by_id == person_id, ListingVersion.decided_by_id == person_id)
    rows = db.scalars(select(ListingVersion).where(mine).order_by(ListingVersion.id))
    return {"listings_version": [_row(version, person_id) for version in rows], **offers.export(db, person_id)}


def _row(version: ListingVersion, person_id: int) -> dict[str, object]:
    decided = version.decided_by_id == person_id
    return {
        "title": version.title,
        "number": version.number,
        "state": version.state,
        "submitted": version.submitted if version.submitted_by_id == person_id else None,
        "decided": version.decided if decided else None,
        "note": version.note if decided else "",
    }


def erase(db: Session, leaving: Leaving) -> None:
    """A version stays, submitted by nobody in particular. In a note, and in the words of their organisations' listings, a
    pseudonym stands in their place; the search finds nothing by their name.
    """
    for version in db.scalars(select(ListingVersion).where(ListingVersion.submitted_by_id == leaving.person_id)):
        version.submitted_by_id = None
    for version in db.scalars(select(ListingVersion).where(leaving.mentioned_in(ListingVersion.note))):
        version.note = leaving.redact(version.note)
    db.flush()
    _redact(db, leaving)
    offers.erase(db, leaving)


def _redact(db: Session, leaving: Leaving) -> None:
    """Put the pseudonym into whatever names them in the listings of their organisations, and write the words anew by which these
    are found. The versions first: what the public sees has to be what was approved.
    """
    of_theirs = select(ListingVersion).join(Listing, Listing.id == ListingVersion.listing_id)
    words = (ListingVersion.title, ListingVersion.description)
    for version in db.scalars(of_theirs.where(leaving.named_within(Listing.organisation_id, *words))):
        version.title, version.description = leaving.redact_line(version.title), leaving.redact(version.description)
    photos = select(ListingPhoto).join(ListingVersion, ListingVersion.id == ListingPhoto.version_id)
    photos = photos.join(Listing, Listing.id == ListingVersion.listing_id)
    for photo in db.scalars(photos.where(leaving.named_within(Listing.organisation_id, ListingPhoto.caption))):
        photo.caption = leaving.redact_line(photo.caption)
    vehicles = select(Vehicle).join(Listing, Listing.id == Vehicle.listing_id)
    driven = db.scalars(vehicles.where(leaving.named_within(Listing.organisation_id, Vehicle.pick_up))).all()
    for vehicle in driven:
        vehicle.pick_up = leaving.redact_line(vehicle.pick_up)
    db.flush()
    named = leaving.named_within(Listing.organisation_id, Listing.title, Listing.description)
    listings = set(db.scalars(select(Listing).where(named)))
    for listing in listings:
        listing.title, listing.description = leaving.redact_line(listing.title), leaving.redact(listing.description)
    db.flush()
    for listing in sorted(listings | {db.get_one(Listing, vehicle.listing_id) for vehicle in driven}, key=lambda row: row.id):
        index_listing(db, listing)
