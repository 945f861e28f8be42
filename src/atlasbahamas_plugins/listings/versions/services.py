"""What is done with the versions of a listing while they can be changed. Deciding about them is review/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from atlasbahamas.audit.services import changes, record
from atlasbahamas.errors import Refused
from atlasbahamas.files.gallery.services import MAX_PHOTOS, owner_column
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import copy_files, delete_file, keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key, new_key
from atlasbahamas_plugins.listings.models import ENDED, Listing
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio.models import PropertyPhoto, Unit, UnitPhoto

MAX_DOCUMENTS = 20
IN_REVIEW = "This is in review and stays as it is. Take it back first, then change it."
OVER = "This listing has ended and stays as it was. Write a new one."


def lock_listing(db: Session, listing: Listing) -> Listing:
    """The listing as it is now, for this transaction alone: whoever else wants to change it or its versions waits."""
    wanted = select(Listing).where(Listing.id == listing.id).with_for_update(of=Listing)
    return db.scalars(wanted.execution_options(populate_existing=True)).one()


def touch(listing: Listing) -> None:
    """Count a change of a version as one of its listing: forms and reviewers that saw it before are told."""
    flag_modified(listing, "state")


def versions_of(db: Session, listing: Listing, *, most: int = 50) -> list[ListingVersion]:
    """The versions of a listing, the newest first."""
    mine = select(ListingVersion).where(ListingVersion.listing_id == listing.id)
    return list(db.scalars(mine.order_by(ListingVersion.number.desc()).limit(most)))


def drafts_of(listings: Sequence[Listing]) -> Select[ListingVersion]:
    """SELECT of the drafts of some listings."""
    of = ListingVersion.listing_id.in_([listing.id for listing in listings])
    return select(ListingVersion).where(of, ListingVersion.state == "draft")


def open_of(versions: Sequence[ListingVersion]) -> ListingVersion | None:
    """Of a listing's versions the one that is a draft or in review."""
    return next((version for version in versions if version.state in ("draft", "submitted")), None)


def public_of(versions: Sequence[ListingVersion]) -> ListingVersion | None:
    """Of a listing's versions the one that was approved last and counts."""
    return next((version for version in versions if version.state == "approved"), None)


def sent_back_of(versions: Sequence[ListingVersion]) -> ListingVersion | None:
    """Of a listing's versions the one that was sent back, as long as nothing else was submitted since."""
    latest = next((version for version in versions if version.state != "draft"), None)
    return latest if latest is not None and latest.state == "changes_requested" else None


def first_version(db: Session, listing: Listing, *, now: datetime, code: str | None = None) -> ListingVersion:
    """The draft that a new listing begins with."""
    version = ListingVersion(
        ref=new_key("v", code=code), listing=listing, number=1, title=listing.title, description=listing.description,
        state="draft", created=now,
    )  # fmt: skip
    db.add(version)
    db.flush()
    return version


def draft_of(db: Session, listing: Listing, *, now: datetime) -> ListingVersion:
    """The version of a listing that can be changed: the draft that there is, or a new one that begins as what counts now.

    That is what was sent back, else what the public sees. Raises Refused while a version is in review, and for a listing that
    has ended.
    """
    if listing.state in ENDED:
        raise Refused(OVER)
    versions = versions_of(db, listing)
    version = open_of(versions)
    if version is not None:
        if version.state != "draft":
            raise Refused(IN_REVIEW)
        return version
    source = sent_back_of(versions) or public_of(versions)
    if source is None:
        raise Refused(OVER)
    number = (db.scalar(select(func.max(ListingVersion.number)).where(ListingVersion.listing_id == listing.id)) or 0) + 1
    version = ListingVersion(
        ref=new_key("v"), listing=listing, number=number, title=source.title, description=source.description, state="draft",
        created=now,
    )  # fmt: skip
    db.add(version)
    touch(listing)
    db.flush()
    copy_photos(db, photos_in_order(db, source), version, now=now)
    copy_documents(db, source, version, now=now)
    record_version(db, "begun", version, after={"version": version.number})
    return version


def write_text(db: Session, listing: Listing, title: str, description: str, *, now: datetime) -> bool:
    """Change the words of a listing: in its draft, which is begun if there is none. Words that are as they were begin nothing.

    Gives whether they are others now.
    """
    versions = versions_of(db, listing)
    shown = open_of(versions) or sent_back_of(versions) or public_of(versions)
    if shown is not None and (shown.title, shown.description) == (title, description):
        return False
    if shown is not None and shown.state == "submitted":
        raise Refused(IN_REVIEW, "title" if shown.title != title else "description")
    version = draft_of(db, listing, now=now)
    version.title, version.description = title, description
    before, after = changes(version, ("title", "description"))
    touch(listing)
    db.flush()
    record_version(db, "changed", version, before=before, after=after)
    return True


def text_of(db: Session, listing: Listing) -> tuple[str, str]:
    """Title and description as its lister goes on with them."""
    versions = versions_of(db, listing)
    shown = open_of(versions) or sent_back_of(versions) or public_of(versions)
    return (shown.title, shown.description) if shown is not None else (listing.title, listing.description)


def revise_listing(db: Session, listing: Listing, *, now: datetime) -> ListingVersion:
    """Begin a draft beside what the public sees, or give the one that there is."""
    return draft_of(db, lock_listing(db, listing), now=now)


def photos_in_order(db: Session, version: ListingVersion) -> list[ListingPhoto]:
    """The photos of a version, the cover first."""
    mine = select(ListingPhoto).where(ListingPhoto.version_id == version.id)
    return list(db.scalars(mine.order_by(ListingPhoto.position)))


def documents_of(db: Session, version: ListingVersion) -> list[ListingDocument]:
    """The documents of a version, the first one first."""
    mine = select(ListingDocument).where(ListingDocument.version_id == version.id)
    return list(db.scalars(mine.order_by(ListingDocument.id)))


def copy_photos(db: Session, photos: Sequence[Any], version: ListingVersion, *, now: datetime) -> list[ListingPhoto]:
    """Give a version that has none the same photos, captions and order as some other thing's; the bytes are shared."""
    return copy_photos_to(db, [(version, photos)], now=now)


def copy_photos_to(db: Session, wanted: Sequence[tuple[ListingVersion, Sequence[Any]]], *, now: datetime) -> list[ListingPhoto]:
    """The same for several versions, in as many queries as for one."""
    places = [(version, at, photo) for version, photos in wanted for at, photo in enumerate(photos, 1)]
    if not places:
        return []
    files = copy_files(db, [photo.file for _, _, photo in places], now=now)
    copies = [
        ListingPhoto(ref=long_key("p"), version_id=version.id, position=at, caption=photo.caption, file=file)
        for (version, at, photo), file in zip(places, files, strict=True)
    ]
    db.add_all(copies)
    db.flush()
    return copies


def copy_documents(db: Session, source: ListingVersion, version: ListingVersion, *, now: datetime) -> None:
    """Give a version that has none the same documents as another's; the bytes are shared."""
    papers = documents_of(db, source)
    files = copy_files(db, [paper.file for paper in papers], now=now) if papers else []
    db.add_all(ListingDocument(ref=long_key("d"), version_id=version.id, file=file, created=now) for file in files)
    db.flush()


def photos_of_units(db: Session, units: Iterable[Unit]) -> dict[int, list[Any]]:
    """Unit id -> the photos that a listing of it can begin with: its own, or where it has none those of its property."""
    units = list(units)
    found: dict[int, list[Any]] = {unit.id: [] for unit in units}
    own = _photos_by_owner(db, UnitPhoto, {unit.id for unit in units})
    of_properties = _photos_by_owner(db, PropertyPhoto, {unit.property_id for unit in units if unit.id not in own})
    for unit in units:
        found[unit.id] = own.get(unit.id) or of_properties.get(unit.property_id, [])
    return found


def _photos_by_owner(db: Session, model: type[Any], ids: set[int]) -> dict[int, list[Any]]:
    owner = owner_column(model)
    grouped: dict[int, list[Any]] = {}
    if ids:
        for photo in db.scalars(select(model).where(owner.in_(ids)).order_by(owner, model.position)):
            grouped.setdefault(getattr(photo, owner.key), []).append(photo)
    return grouped


def take_photos(db: Session, version: ListingVersion, *, now: datetime) -> int:
    """Begin a draft's photos with those of its unit or property; gives how many.

    Raises Refused where there are photos already, or none to take.
    """
    listing = lock_listing(db, version.listing)
    db.refresh(version)
    if version.state != "draft":
        raise Refused(IN_REVIEW)
    if photos_in_order(db, version):
        raise Refused("There are photos already. Remove them first if you want the unit's.")
    if listing.unit is None:
        raise Refused("A vehicle has no photos elsewhere.")
    photos = photos_of_units(db, [listing.unit])[listing.unit.id][:MAX_PHOTOS]
    if not photos:
        raise Refused("Neither the unit nor its property has photos.")
    copies = copy_photos(db, photos, version, now=now)
    touch(listing)
    db.flush()
    record_version(db, "photos_taken", version, after={"photos": [photo.ref for photo in copies]})
    return len(copies)


def add_documents(
    db: Session,
    store: Store,
    version: ListingVersion,
    uploads: Sequence[Upload | File],
    *,
    person_id: int | None,
    now: datetime,
) -> None:
    """Add documents for the reviewer. Raises Refused where the version is no draft, and above MAX_DOCUMENTS."""
    listing = lock_listing(db, version.listing)
    db.refresh(version)
    if version.state != "draft":
        raise Refused(IN_REVIEW)
    count = db.scalar(select(func.count()).select_from(ListingDocument).where(ListingDocument.version_id == version.id)) or 0
    if count + len(uploads) > MAX_DOCUMENTS:
        raise Refused(f"There can be at most {MAX_DOCUMENTS} documents here, and there are {count}.", "documents")
    added = []
    for upload in uploads:
        file = keep_upload(db, store, upload, person_id=person_id, now=now)
        renditions_wanted(db, file, now=now)
        added.append(ListingDocument(ref=long_key("d"), version_id=version.id, file=file, created=now))
    db.add_all(added)
    touch(listing)
    db.flush()
    record_version(db, "documents_added", version, after={"documents": [paper.ref for paper in added]})


def remove_document(db: Session, store: Store, version: ListingVersion, paper: ListingDocument) -> None:
    """Delete a document of a draft. Raises Refused where the version is no draft any more."""
    listing = lock_listing(db, version.listing)
    db.refresh(version)
    if version.state != "draft":
        raise Refused(IN_REVIEW)
    file = paper.file
    db.delete(paper)
    touch(listing)
    db.flush()
    delete_file(db, store, file)
    record_version(db, "document_removed", version, before={"document": paper.ref})


def drop_open(db: Session, listing: Listing) -> None:
    """Close what was being prepared, because its listing has ended."""
    version = open_of(versions_of(db, listing))
    if version is not None:
        version.state = "dropped"
        db.flush()


def record_version(db: Session, verb: str, version: ListingVersion, **changed: Any) -> None:
    """Write into the audit what was done with a version, as something about its listing."""
    listing = version.listing
    action = f"listings:version:{verb}"
    record(db, action, about=("listing", listing.ref), organisation_id=listing.organisation_id, **changed)
