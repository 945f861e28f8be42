"""Who may do what with the views of the listings."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from webtest import Upload

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas_plugins.listings.models import CURRENT, LIVE, Listing
from atlasbahamas_plugins.listings.resources import Catalogue, OwnListing, OwnListings, PublicListing
from atlasbahamas_plugins.listings.review.resources import ReviewDocumentNode, ReviewNode, ReviewPhotoNode, Reviews
from atlasbahamas_plugins.listings.several.resources import UnitsToList
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.listings.versions.resources import (
    DocumentNode,
    PublicPhotoNode,
    VersionDocuments,
    VersionNode,
    VersionPhotoNode,
    VersionPhotos,
    Versions,
)
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


def version(db: Session, state: str, of: ColumnElement[bool]) -> ListingVersion:
    """A version of the organisation in question, by its state and something about its listing."""
    here = select(Organisation.id).where(Organisation.name == HERE).scalar_subquery()
    mine = select(ListingVersion).join(Listing, Listing.id == ListingVersion.listing_id)
    mine = mine.where(Listing.organisation_id == here, ListingVersion.state == state, of)
    return db.scalars(mine.order_by(ListingVersion.id).limit(1)).one()


def part(db: Session, model: type[ListingPhoto] | type[ListingDocument], of: ListingVersion) -> str:
    """The key of the first photo or document of a version."""
    return str(db.scalars(select(model.ref).where(model.version_id == of.id).order_by(model.id).limit(1)).one())


def places(db: Session) -> dict[str, str]:
    """A live listing, a paused one, and a unit without any."""
    organisation = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    here = f"/portfolio/{organisation.ref}/"

    def listing(state: str) -> str:
        mine = select(Listing.ref).where(Listing.organisation_id == organisation.id, Listing.state == state)
        return str(db.scalars(mine.order_by(Listing.id).limit(1)).one())

    current = select(Listing.unit_id).where(Listing.state.in_(CURRENT), Listing.unit_id.is_not(None))
    unit, above = db.execute(
        select(Unit.ref, Property.ref)
        .join(Property, Property.id == Unit.property_id)
        .where(Property.organisation_id == organisation.id, Unit.id.not_in(current))
        .order_by(Unit.id)
        .limit(1)
    ).one()
    own, reviews = f"{here}listings/", "/admin/review/"
    draft, begun = version(db, "draft", Listing.state == "draft"), version(db, "draft", Listing.state == "paused")
    submitted = version(db, "submitted", Listing.state == "submitted")
    live = db.scalars(select(Listing).where(Listing.organisation_id == organisation.id, Listing.cover.is_not(None), LIVE)).one()
    of_draft, of_submitted = f"{own}{draft.listing.ref}/versions/{draft.ref}/", f"{reviews}{submitted.ref}/"
    return {
        "catalogue": "/listings/",
        "public listing": f"/listings/{listing('approved')}/",
        "own listings": f"{here}listings/",
        "live listing": f"{here}listings/{listing('approved')}/",
        "paused listing": f"{here}listings/{listing('paused')}/",
        "unlisted unit": f"{here}properties/{above}/units/{unit}/",
        "chosen units": f"{here}units/list/?unit={unit}",
        "draft listing": f"{own}{draft.listing.ref}/",
        "listing in review": f"{own}{submitted.listing.ref}/",
        "changed listing": f"{own}{begun.listing.ref}/",
        "versions": f"{own}{draft.listing.ref}/versions/",
        "draft": of_draft,
        "bare draft": f"{own}{begun.listing.ref}/versions/{begun.ref}/",
        "photos of draft": f"{of_draft}photos/",
        "photo of draft": f"{of_draft}photos/{part(db, ListingPhoto, draft)}/",
        "documents": f"{of_draft}documents/",
        "document": f"{of_draft}documents/{part(db, ListingDocument, draft)}/",
        "public photo": f"/listings/{live.ref}/photos/{live.cover}/",
        "reviews": reviews,
        "review": of_submitted,
        "photo in review": f"{of_submitted}photos/{part(db, ListingPhoto, submitted)}/",
        "document in review": f"{of_submitted}documents/{part(db, ListingDocument, submitted)}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """A listing of another organisation; in the catalogue, what is not live; and what hangs on another version."""
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    draft, submitted = version(db, "draft", Listing.state == "draft"), version(db, "submitted", Listing.state == "submitted")
    live = db.scalars(select(Listing).where(Listing.organisation_id == here.id, Listing.cover.is_not(None), LIVE)).one()
    unpublished = part(db, ListingPhoto, version(db, "draft", Listing.id == live.id))
    own, photo = f"/portfolio/{here.ref}/listings/", part(db, ListingPhoto, draft)
    of_draft, paper = f"{own}{draft.listing.ref}/versions/{draft.ref}/", part(db, ListingDocument, draft)
    of_others = select(Listing.ref).where(Listing.organisation_id != here.id).limit(1)
    beside = db.scalars(select(Listing.ref).where(LIVE, Listing.id != live.id).limit(1)).one()
    return {
        "another organisation's listing": f"/portfolio/{here.ref}/listings/{db.scalars(of_others).one()}/",
        **{
            f"a {state} listing in the catalogue": f"/listings/{ref}/"
            for state, ref in db.execute(select(Listing.state, Listing.ref).where(Listing.state != "approved"))
        },
        "a photo of a draft on a live listing": f"/listings/{live.ref}/photos/{photo}/small",
        "a photo of its own change that is not public yet": f"/listings/{live.ref}/photos/{unpublished}/small",
        "a photo of another live listing": f"/listings/{beside}/photos/{live.cover}/small",
        "a photo of another version": f"{of_draft}photos/{part(db, ListingPhoto, submitted)}/small",
        "a document of another version": f"{of_draft}documents/{part(db, ListingDocument, submitted)}/file",
        "a version of another listing": f"{own}{live.ref}/versions/{draft.ref}/",
        "a photo that is not of this review": f"/admin/review/{submitted.ref}/photos/{photo}/small",
        "a document that is not of this review": f"/admin/review/{submitted.ref}/documents/{paper}/file",
    }


TEXT = {
    "title": "Two bedrooms over the harbour",
    "description": "A breeze all day.\nNo stairs.",
    "category": "Long-term rental",
    "price_cents": "1,850.00",
    "price_period": "a month",
    "available": "2026-07-01",
}

VEHICLE = {
    "title": "A van for eight",
    "description": "For a crew.",
    "make": "Toyota",
    "model": "Noah",
    "year": "2016",
    "seats": "8",
    "gears": "Automatic",
    "price_cents": "90",
    "price_period": "a day",
    "settlement": "Staniel Cay",
    "pick_up": "At the dock",
    "available": "2026-07-01",
}
REVIEWERS = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner within outside",
    ok="admin",
)
# What belongs to no property is not for members who are limited to some.
VEHICLE_WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance bookkeeper within outside",
    ok="leasing manager owner admin",
)
APPROVED = {"decision": "Approve", **{f"{item}_checked": True for item in CHECKLIST}}
PHOTO = [Upload("porch.jpg", samples.picture(seed=7), "image/jpeg")]
PAPER = [Upload("deed.pdf", samples.pdf(), "application/pdf")]
SIZES = ("small", "medium", "large", "full")

TABLE = Table(
    "listings",
    places,
    (
        View(Catalogue, "", EVERYBODY, at="catalogue"),
        View(PublicListing, "", EVERYBODY, at="public listing"),
        View(PublicListing, "picture.svg", EVERYBODY, at="public listing"),
        View(OwnListings, "", LISTS, at="own listings"),
        View(OwnListings, "vehicle", VEHICLE_WRITERS, at="own listings", send=VEHICLE),
        View(OwnListing, "", READERS, at="live listing"),
        View(OwnListing, "picture.svg", READERS, at="live listing"),
        View(OwnListing, "edit", WRITERS, at="live listing", send=TEXT),
        View(OwnListing, "resume", WRITERS, at="paused listing", send={}),
        View(OwnListing, "pause", WRITERS, at="live listing", send={}),
        View(OwnListing, "withdraw", WRITERS, at="live listing", send={}),
        View(UnitNode, "list", WRITERS, at="unlisted unit", send=TEXT),
        View(OwnListing, "submit", WRITERS, at="draft listing", send={}),
        View(OwnListing, "take-back", WRITERS, at="listing in review", send={}),
        View(OwnListing, "drop-changes", WRITERS, at="changed listing", send={}),
        View(OwnListing, "revise", WRITERS, at="paused listing", send={}),
        View(OwnListing, "let", WRITERS, at="live listing", send={}),
        View(UnitsToList, "", WRITERS, at="chosen units", send={"description": "Sea air."}, shows=True),
        View(Versions, "", READERS, at="versions"),
        View(VersionNode, "", READERS, at="draft"),
        View(VersionNode, "take-photos", WRITERS, at="bare draft", send={}),
        View(VersionPhotos, "", READERS, at="photos of draft"),
        View(VersionPhotos, "add", WRITERS, at="photos of draft", send={"photos": PHOTO}),
        View(VersionPhotos, "order", WRITERS, at="photos of draft", send={"ref": "p-none1"}, get=False),
        *(View(VersionPhotoNode, size, READERS, at="photo of draft") for size in SIZES),
        View(VersionPhotoNode, "edit", WRITERS, at="photo of draft", send={"caption": "The porch"}),
        View(VersionPhotoNode, "remove", WRITERS, at="photo of draft", send={}),
        *(View(VersionPhotoNode, verb, WRITERS, at="photo of draft", send={}, get=False) for verb in ("up", "down", "cover")),
        View(VersionDocuments, "", WRITERS, at="documents"),
        View(VersionDocuments, "add", WRITERS, at="documents", send={"documents": PAPER}),
        View(DocumentNode, "file", WRITERS, at="document"),
        View(DocumentNode, "remove", WRITERS, at="document", send={}),
        *(View(PublicPhotoNode, size, EVERYBODY, at="public photo") for size in SIZES),
        View(Reviews, "", REVIEWERS, at="reviews"),
        View(Reviews, "several", REVIEWERS, at="reviews", send={}),
        View(ReviewNode, "", REVIEWERS, at="review", send=APPROVED),
        *(View(ReviewPhotoNode, size, REVIEWERS, at="photo in review") for size in SIZES),
        View(ReviewDocumentNode, "file", REVIEWERS, at="document in review"),
    ),
    crossed,
)
