"""A person's own data in the listings: which versions they submitted, and which they decided about."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.listings.versions.models import ListingVersion


def export(db: Session, person_id: int) -> Rows:
    """What they handed in and what they said about it. The words of a listing are its organisation's."""
    mine = or_(ListingVersion.submitted_by_id == person_id, ListingVersion.decided_by_id == person_id)
    rows = db.scalars(select(ListingVersion).where(mine).order_by(ListingVersion.id))
    return {"listings_version": [_row(version, person_id) for version in rows]}


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
    """A version stays, submitted by nobody in particular; in a note that names them a pseudonym stands in their place."""
    for version in db.scalars(select(ListingVersion).where(ListingVersion.submitted_by_id == leaving.person_id)):
        version.submitted_by_id = None
    for version in db.scalars(select(ListingVersion).where(leaving.mentioned_in(ListingVersion.note))):
        version.note = leaving.redact(version.note)
    db.flush()
