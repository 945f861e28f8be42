"""Writing the listings of several units at once: what can be done is done, and what was skipped is told with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.files.models import File
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas_plugins.listings.models import CURRENT, STATES, Listing
from atlasbahamas_plugins.listings.review.services import submit_listing
from atlasbahamas_plugins.listings.services import ListingDetails, begin_with_photos, draft_listing
from atlasbahamas_plugins.listings.versions.models import ListingVersion
from atlasbahamas_plugins.listings.versions.services import add_documents, copy_documents, documents_of, drafts_of, record_version
from atlasbahamas_plugins.portfolio.models import Unit

MOST_UNITS = 100


@dataclass(frozen=True)
class Wanted:
    """A unit that is to be listed, and as what."""

    unit: Unit
    details: ListingDetails


@dataclass(frozen=True)
class Outcome:
    """What came of it: the listings that were written, and (unit, why not) of those that were skipped."""

    listings: Sequence[Listing]
    skipped: Sequence[tuple[Unit, str]]


def units_in_order(db: Session, visible: Select[Unit], refs: Sequence[str]) -> list[Unit]:
    """The units of some keys, as far as they are visible, in the order of the keys. One query."""
    found = {unit.ref: unit for unit in db.scalars(visible.where(Unit.ref.in_(refs)))}
    return [found[ref] for ref in dict.fromkeys(refs) if ref in found]


def reasons_against(db: Session, units: Sequence[Unit], let: Select[Any]) -> Mapping[int, str]:
    """Unit id -> why it cannot be listed now, of those that cannot. `let` selects the ids of the units that are let today."""
    ids = [unit.id for unit in units]
    listed = dict(
        db.execute(select(Listing.unit_id, Listing.state).where(Listing.unit_id.in_(ids), Listing.state.in_(CURRENT))).all()
    )
    taken = set(db.scalars(let.where(let.selected_columns[0].in_(ids))))
    reasons: dict[int, str] = {}
    for unit in units:
        if unit.archived is not None or unit.property.archived is not None:
            reasons[unit.id] = "It is in the archive."
        elif unit.id in listed:
            reasons[unit.id] = f"It has a listing already ({STATES[listed[unit.id]].lower()})."
        elif unit.id in taken:
            reasons[unit.id] = "It is let today."
    return reasons


def list_several(
    db: Session,
    wanted: Sequence[Wanted],
    *,
    let: Select[Any],
    with_photos: bool,
    store: Store,
    documents: Sequence[Upload | File] = (),
    submit: bool,
    reviewed: bool,
    person_id: int,
    now: datetime,
) -> Outcome:
    """Write a draft for each unit that can be listed; `submit` hands them in at once, `with_photos` takes the units' photos;
    each gets the `documents`.

    Raises Refused for more than MOST_UNITS, and for none at all.
    """
    if len(wanted) > MOST_UNITS:
        raise Refused(f"List at most {MOST_UNITS} units at once.")
    if not wanted:
        raise Refused("Tick at least one unit.")
    reasons = reasons_against(db, [one.unit for one in wanted], let)
    listings: list[Listing] = []
    skipped = [(one.unit, reasons[one.unit.id]) for one in wanted if one.unit.id in reasons]
    for one in wanted:
        if one.unit.id in reasons:
            continue
        try:
            listings.append(draft_listing(db, one.unit, one.details, now=now))
        except Refused as refused:  # somebody else listed it at this moment
            skipped.append((one.unit, refused.message))
    if with_photos:
        begin_with_photos(db, listings, now=now)
    if documents and listings:
        _add_documents(db, store, listings, documents, person_id=person_id, now=now)
    if submit:
        for listing in listings:
            submit_listing(db, listing, reviewed=reviewed, let=let, person_id=person_id, now=now)
    return Outcome(listings, skipped)


def _add_documents(
    db: Session, store: Store, listings: Sequence[Listing], documents: Sequence[Upload | File], *, person_id: int, now: datetime
) -> None:
    """The bytes of a document are kept once, whatever the number of listings."""
    first, *others = db.scalars(drafts_of(listings).order_by(ListingVersion.id)).all()
    add_documents(db, store, first, documents, person_id=person_id, now=now)
    for draft in others:
        copy_documents(db, first, draft, now=now)
        record_version(db, "documents_added", draft, after={"documents": [paper.ref for paper in documents_of(db, draft)]})
