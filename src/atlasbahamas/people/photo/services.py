"""Setting and removing a person's photo."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.files import pictures
from atlasbahamas.files.models import PICTURE, File
from atlasbahamas.files.services import delete_file, keep_upload
from atlasbahamas.files.store import Store, read_all
from atlasbahamas.files.uploads import Upload
from atlasbahamas.people.models import Person
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.people.services import about
from atlasbahamas.traversal.keys import long_key

SIDE = 320
"""Pixels: twice what the largest place on a page needs."""
NAME = "photo.jpg"
"""What the file is called; what it was called on somebody's phone is nobody's business."""


def set_photo(db: Session, store: Store, person: Person, upload: Upload | File, *, now: datetime) -> PersonPhoto:
    """Make the middle of a picture the person's photo, in the place of the one before. Nothing else of the picture is kept."""
    waited = upload if isinstance(upload, File) else None
    data = read_all(store, waited.digest, waited.size) if waited else upload.read()  # type: ignore[union-attr]
    made = pictures.square(data, SIDE)
    _take_away(db, store, person)
    if waited:
        delete_file(db, store, waited)
    square = Upload(PICTURE, pictures.MEDIA_TYPE, NAME, data=made.data, width=made.width, height=made.height)
    photo = PersonPhoto(
        person_id=person.id,
        ref=long_key("a"),
        file=keep_upload(db, store, square, person_id=person.id, now=now),
    )
    db.add(photo)
    db.flush()
    record(db, "atlas:photo:set", about=about(person), organisation_id=None)
    return photo


def remove_photo(db: Session, store: Store, person: Person) -> None:
    """Take the person's photo away, with its file."""
    if _take_away(db, store, person):
        record(db, "atlas:photo:removed", about=about(person), organisation_id=None)


def photo_of(db: Session, person_id: int) -> PersonPhoto | None:
    """The person's photo."""
    return db.get(PersonPhoto, person_id)


def _take_away(db: Session, store: Store, person: Person) -> bool:
    # Two tabs that send a photo at once do it one after the other.
    db.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    photo = db.get(PersonPhoto, person.id, populate_existing=True)
    if photo is None:
        return False
    file = photo.file
    db.delete(photo)
    db.flush()
    delete_file(db, store, file)
    return True
