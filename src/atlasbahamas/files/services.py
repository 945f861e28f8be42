"""Keeping, copying and deleting files, and what the jobs do with them. No clock, settings or request is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, selectinload

from atlasbahamas.errors import Refused
from atlasbahamas.files import pictures
from atlasbahamas.files.models import File, Rendition
from atlasbahamas.files.settling import delete_unreferenced, let_go, put
from atlasbahamas.files.store import Store, read_all
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key

KEPT_FOR = timedelta(days=1)
"""How long an upload waits for a form that was shown again, and how old bytes must be before the sweep may take them."""
MAX_WAITING = 60
"""Uploads that may wait for one person."""
SWEEP_AT_ONCE = 500


def keep_upload(
    db: Session,
    store: Store,
    upload: Upload | File,
    *,
    person_id: int | None,
    now: datetime,
    ref: str | None = None,
    expires: datetime | None = None,
) -> File:
    """Keep an upload for good, or until `expires`. One that waited from an earlier try is kept for good as it is.

    The caller's thing refers to the row; whoever only calls this leaves a file that nobody can reach.
    """
    if isinstance(upload, File):
        upload.expires = None
        db.flush()
        return upload
    data = upload.read()
    row = File(
        ref=ref or long_key("f"),
        digest=put(db, store, data),
        size=len(data),
        media_type=upload.media_type,
        kind=upload.kind,
        name=upload.name,
        width=upload.width,
        height=upload.height,
        person_id=person_id,
        created=now,
        expires=expires,
    )
    db.add(row)
    db.flush()
    return row


def waiting_files(db: Session, refs: Sequence[str], *, person_id: int, now: datetime) -> list[File]:
    """Those of the uploads that wait for this person, in the order in which they came."""
    found = select(File).where(File.ref.in_(refs), File.person_id == person_id, File.expires > now)
    return list(db.scalars(found.order_by(File.id)))


def let_wait(db: Session, store: Store, uploads: Sequence[tuple[str, Upload]], *, person_id: int, now: datetime) -> None:
    """Keep (key, upload) pairs for a day, because their form is shown again; no more than MAX_WAITING for one person."""
    waiting = db.scalar(select(func.count()).where(File.person_id == person_id, File.expires > now)) or 0
    for ref, upload in uploads[: max(0, MAX_WAITING - waiting)]:
        keep_upload(db, store, upload, person_id=person_id, now=now, ref=ref, expires=now + KEPT_FOR)


def copy_file(db: Session, file: File, *, now: datetime) -> File:
    """A row of its own for another thing that shows the same file; the bytes are shared. Raises Refused when it is gone."""
    return copy_files(db, [file], now=now)[0]


def copy_files(db: Session, files: Sequence[File], *, now: datetime) -> list[File]:
    """The same for several files in a few queries, in their order; one that stands there twice is copied twice."""
    # Locked, so that nobody deletes them, and with them the bytes, before our rows are there to keep them.
    wanted = select(File).where(File.id.in_([file.id for file in files])).order_by(File.id).with_for_update(read=True)
    there = {row.id: row for row in db.scalars(wanted.options(selectinload(File.renditions)))}
    if len(there) < len({file.id for file in files}):
        raise Refused("This file was deleted meanwhile.")
    copies = [_copied(there[file.id], now) for file in files]
    db.add_all(copies)
    db.flush()
    return copies


def _copied(source: File, now: datetime) -> File:
    copy = File(
        ref=long_key("f"), digest=source.digest, size=source.size, media_type=source.media_type, kind=source.kind,
        name=source.name, width=source.width, height=source.height, person_id=source.person_id, created=now,
    )  # fmt: skip
    copy.renditions = [
        Rendition(width=each.width, height=each.height, digest=each.digest, size=each.size) for each in source.renditions
    ]
    return copy


def delete_file(db: Session, store: Store, file: File) -> None:
    """Delete a file with its renditions; the bytes go after the commit, unless another row refers to them."""
    for digest in (file.digest, *(each.digest for each in file.renditions)):
        let_go(db, store, digest)
    db.delete(file)
    db.flush()


def missing_renditions(file: File) -> list[int]:
    """Widths of the smaller pictures that are still to be made; none of a document."""
    there = {each.width for each in file.renditions}
    return [width for width in pictures.RENDITIONS.values() if width < (file.width or 0) and width not in there]


def make_renditions(db: Session, store: Store, file_id: int) -> int:
    """Make the smaller pictures that are missing; gives how many. Nothing is done for a file that is gone meanwhile."""
    file = db.scalar(select(File).where(File.id == file_id).with_for_update())
    wanted = missing_renditions(file) if file is not None else []
    if file is None or not wanted:
        return 0
    data = read_all(store, file.digest, file.size)
    for width in wanted:
        made = pictures.rendition(data, width)
        digest = put(db, store, made.data)
        file.renditions.append(Rendition(width=width, height=made.height, digest=digest, size=len(made.data)))
    db.flush()
    return len(wanted)


@dataclass(frozen=True)
class Swept:
    """What the sweep did and saw: files that waited too long, bytes without a row, and digests of rows without bytes."""

    expired: int
    loose: int
    missing: tuple[str, ...]


def sweep(db: Session, store: Store, *, now: datetime) -> Swept:
    """Bring rows and bytes together again: what a process that died, or a restored backup, left apart."""
    store.tidy(now - KEPT_FOR)
    there = {entry.digest: entry.modified for entry in store.stored()}
    used = set(db.scalars(union_all(select(File.digest), select(Rendition.digest))))
    old = [digest for digest, modified in there.items() if digest not in used and modified < now - KEPT_FOR]
    loose = delete_unreferenced(db, store, old[:SWEEP_AT_ONCE])
    # Asked one by one: what was stored while the list was read is there after all.
    missing = tuple(sorted(digest for digest in used - set(there) if not store.exists(digest)))
    # Last, because the bytes of these rows go after the commit only. Not those that a form is just keeping for good.
    expired = list(db.scalars(select(File).where(File.expires <= now).limit(SWEEP_AT_ONCE).with_for_update(skip_locked=True)))
    for file in expired:
        delete_file(db, store, file)
    return Swept(len(expired), len(loose), missing)
