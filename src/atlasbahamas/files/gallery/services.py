"""What is done with the photos of a thing. `model` is the feature's table, made of PhotoColumns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import delete_file, keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key

MAX_PHOTOS = 40


@dataclass(frozen=True)
class Added:
    """What came of an upload: the new photos, and names of those that were there already."""

    photos: list[Any]
    repeated: list[str]


def photos_of(db: Session, model: type[Any], owner_id: int) -> list[Any]:
    """The photos of a thing, the cover first."""
    return list(db.scalars(select(model).where(getattr(model, model.owner) == owner_id).order_by(model.position)))


def cover_of(db: Session, model: type[Any], owner_id: int) -> Any:
    """The first photo of a thing, or None."""
    photos = select(model).where(getattr(model, model.owner) == owner_id).order_by(model.position)
    return db.scalar(photos.limit(1))


def add_photos(
    db: Session,
    store: Store,
    model: type[Any],
    owner: Any,
    uploads: Sequence[Upload | File],
    *,
    person_id: int | None,
    now: datetime,
) -> Added:
    """Put pictures at the end of the thing's photos. One that is there already, to the pixel, is named and not added again.

    Raises Refused when there would be more than MAX_PHOTOS.
    """
    _lock(db, owner)
    there = photos_of(db, model, owner.id)
    if len(there) + len(uploads) > MAX_PHOTOS:
        raise Refused(f"There can be at most {MAX_PHOTOS} photos here, and there are {len(there)}.", "photos")
    digests = {photo.file.digest for photo in there}
    added: list[Any] = []
    repeated: list[str] = []
    for upload in uploads:
        file = keep_upload(db, store, upload, person_id=person_id, now=now)
        if file.digest in digests:
            repeated.append(file.name)
            delete_file(db, store, file)
            continue
        digests.add(file.digest)
        position = len(there) + len(added) + 1
        photo = model(ref=long_key("p"), position=position, caption="", file=file, **{model.owner: owner.id})
        db.add(photo)
        added.append(photo)
        renditions_wanted(db, file, now=now)
    db.flush()
    return Added(added, repeated)


def set_caption(db: Session, photo: Any, caption: str) -> None:
    """Say what a photo shows. Empty text takes the caption away."""
    photo.caption = caption
    db.flush()


def move_photo(db: Session, owner: Any, photo: Any, by: int) -> None:
    """Move a photo forward (below zero) or back in the order; at either end it stays where it is."""
    _lock(db, owner)
    photos = photos_of(db, type(photo), owner.id)
    here = photos.index(photo)
    photos.insert(max(0, here + by), photos.pop(here))
    _number(db, photos)


def make_cover(db: Session, owner: Any, photo: Any) -> None:
    """Put a photo first."""
    move_photo(db, owner, photo, -MAX_PHOTOS)


def set_order(db: Session, model: type[Any], owner: Any, refs: Sequence[str]) -> None:
    """Bring the photos into the order of these keys. What somebody else added meanwhile comes last."""
    _lock(db, owner)
    wanted = {ref: place for place, ref in reversed(list(enumerate(refs)))}
    photos = photos_of(db, model, owner.id)
    _number(db, sorted(photos, key=lambda photo: wanted.get(photo.ref, len(refs))))


def remove_photo(db: Session, store: Store, owner: Any, photo: Any) -> None:
    """Delete a photo with its file; the others close the gap."""
    _lock(db, owner)
    file = photo.file
    db.delete(photo)
    db.flush()
    delete_file(db, store, file)
    _number(db, photos_of(db, type(photo), owner.id))


def count_photos(db: Session, model: type[Any], owner_id: int) -> int:
    """How many photos a thing has."""
    return db.scalar(select(func.count()).select_from(model).where(getattr(model, model.owner) == owner_id)) or 0


def _lock(db: Session, owner: Any) -> None:
    """Queue for the thing: two people who change its photos at once do it one after the other."""
    db.execute(select(type(owner).id).where(type(owner).id == owner.id).with_for_update())


def _number(db: Session, photos: Sequence[Any]) -> None:
    """Write positions from 1 on. Twice, because no two of a thing may be equal at any moment."""
    moved = [(place, photo) for place, photo in enumerate(photos, 1) if photo.position != place]
    for place, photo in moved:
        photo.position = -place
    db.flush()
    for place, photo in moved:
        photo.position = place
    db.flush()
