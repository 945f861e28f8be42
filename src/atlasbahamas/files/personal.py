"""A person's own data among the files: which ones they brought. The files belong to what they show, and stay with it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import File
from atlasbahamas.files.names import clean_name
from atlasbahamas.files.services import delete_file
from atlasbahamas.personal.leaving import Leaving, Rows


def export(db: Session, person_id: int) -> Rows:
    """What they brought, as they called it."""
    rows = db.scalars(select(File).where(File.person_id == person_id).order_by(File.id))
    names = ("ref", "name", "kind", "media_type", "size", "created")
    return {"file": [{name: getattr(row, name) for name in names} for row in rows]}


def erase(db: Session, leaving: Leaving) -> None:
    """A file that still waits for a form is only theirs, and goes. Another stays with what it shows: nobody is known to have
    brought it, and its name says nothing. Nor does the name of a colleague's file in which theirs stands.
    """
    mine = File.person_id == leaving.person_id
    for waiting in db.scalars(select(File).where(mine, File.expires.is_not(None))):
        delete_file(db, leaving.store, waiting)
    for row in db.scalars(select(File).where(mine)):
        row.person_id, row.name = None, clean_name("file", row.media_type)
    db.flush()
    for row in db.scalars(select(File).where(leaving.told_of_in(File.person_id, File.name, json_text=False))):
        row.name = clean_name("file", row.media_type)
    db.flush()
