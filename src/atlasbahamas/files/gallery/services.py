"""What is done with the photos of a thing, and recorded. An album says which table they are in and what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import delete_file, keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key

MAX_PHOTOS = 40
FROZEN = "These photos cannot be changed any more."


@dataclass(frozen=True)
class Album:
    """The photos of one thing: their table (made of PhotoColumns), the thing's row, and the organisation it belongs to.

    `changeable` tells by the thing's row whether its photos may be changed; asked under the lock.
    """

    model: type[Any]
    thing: Any
    organisation_id: int | None
    changeable: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Added:
    """What came of an upload: the new photos, and names of those that were there already."""

    photos: list[Any]
    repeated: list[str]


def owner_column(model: type[Any]) -> Any:
    """The column that says whose photo it is."""
    return getattr(model, f"{model.thing}_id")


def photos_of(db: Session, album: Album) -> list[Any]:
    """The photos of a thing, the cover first; as they are now, also those that were read before a lock."""
    mine = owner_column(album.model) == album.thing.id
    photos = select(album.model).where(mine).order_by(album.model.position)
    return list(db.scalars(photos.execution_options(populate_existing=True)))


def add_photos(
    db: Session,
    store: Store,
    album: Album,
    uploads: Sequence[Upload | File],
    *,
    person_id: int | None,
    now: datetime,
) -> Added:
    """Put pictures at the end of the thing's photos. One that is there already, to the pixel, is named and not added again.

    Raises Refused when there would be more than MAX_PHOTOS.
    """
    _lock(db, album)
    there = photos_of(db, album)
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
        place = {"position": len(there) + len(added) + 1, f"{album.model.thing}_id": album.thing.id}
        photo = album.model(ref=long_key("p"), caption="", file=file, **place)
        db.add(photo)
        added.append(photo)
        renditions_wanted(db, file, now=now)
    db.flush()
    if added:
        _record(db, album, "added", after={"photos": [photo.ref for photo in added]})
    return Added(added, repeated)


def set_caption(db: Session, album: Album, photo: Any, caption: str) -> None:
    """Say what a photo shows. Empty text takes the caption away."""
    _lock(db, album)
    before, photo.caption = photo.caption, caption
    db.flush()
    if before != caption:
        _record(db, album, "captioned", before={photo.ref: before}, after={photo.ref: caption})


def move_photo(db: Session, album: Album, photo: Any, by: int) -> None:
    """Move a photo forward (below zero) or back in the order; at either end it stays where it is."""
    _lock(db, album)
    photos = photos_of(db, album)
    here = photos.index(photo)
    photos.insert(max(0, here + by), photos.pop(here))
    _arrange(db, album, photos)


def make_cover(db: Session, album: Album, photo: Any) -> None:
    """Put a photo first."""
    move_photo(db, album, photo, -MAX_PHOTOS)


def set_order(db: Session, album: Album, refs: Sequence[str]) -> None:
    """Bring the photos into the order of these keys. What somebody else added meanwhile comes last."""
    _lock(db, album)
    wanted = {ref: place for place, ref in reversed(list(enumerate(refs)))}
    _arrange(db, album, sorted(photos_of(db, album), key=lambda photo: wanted.get(photo.ref, len(refs))))


def remove_photo(db: Session, store: Store, album: Album, photo: Any) -> None:
    """Delete a photo with its file; the others close the gap."""
    _lock(db, album)
    file = photo.file
    db.delete(photo)
    db.flush()
    delete_file(db, store, file)
    _number(db, photos_of(db, album))
    _record(db, album, "removed", before={photo.ref: photo.caption})


def _lock(db: Session, album: Album) -> None:
    """Queue for the thing: two people who change its photos at once do it one after the other."""
    row = type(album.thing)
    wanted = select(row.id).where(row.id == album.thing.id)
    if album.changeable is not None:
        wanted = wanted.where(album.changeable)
    if db.scalar(wanted.with_for_update(of=row)) is None:
        raise Refused(FROZEN)


def _arrange(db: Session, album: Album, photos: Sequence[Any]) -> None:
    before = [photo.ref for photo in sorted(photos, key=lambda photo: photo.position)]
    after = [photo.ref for photo in photos]
    if before != after:
        _number(db, photos)
        _record(db, album, "ordered", before={"order": before}, after={"order": after})


def _number(db: Session, photos: Sequence[Any]) -> None:
    """Write positions from 1 on. Twice, because no two of a thing may be equal at any moment."""
    moved = [(place, photo) for place, photo in enumerate(photos, 1) if photo.position != place]
    for sign in (-1, 1):
        for place, photo in moved:
            photo.position = sign * place
        db.flush()


def _record(db: Session, album: Album, verb: str, **changed: Any) -> None:
    model = album.model
    action = f"{model.plugin}:{model.thing}_photos:{verb}"
    record(db, action, about=(model.thing, album.thing.ref), organisation_id=album.organisation_id, **changed)
