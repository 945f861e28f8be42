"""Submitting a version of a listing, and deciding about it. Every act is recorded and told to those who write the listing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session, selectinload

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.db.statements import Rows, is_one_of, made_once
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas_plugins.listings.models import CURRENT, ON_THE_MARKET, Listing
from atlasbahamas_plugins.listings.reviewers.services import barred_from
from atlasbahamas_plugins.listings.services import check_unit, index_listing
from atlasbahamas_plugins.listings.telling.services import REVIEW_CATEGORY, By, tell_of_others, tell_writers, writing_memberships
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.listings.versions.services import (
    IN_REVIEW,
    OVER,
    draft_of,
    lock_listing,
    open_of,
    photos_in_order,
    public_of,
    record_version,
    sent_back_of,
    touch,
    versions_of,
)

APPROVE, ASK, REJECT = "approve", "ask", "reject"
DECISIONS = {APPROVE: "Approve", ASK: "Ask for changes", REJECT: "Reject"}
AFTER = {APPROVE: "approved", ASK: "changes_requested", REJECT: "rejected"}
TAKEN_BACK = "It was taken back meanwhile, so nothing was decided."
CHANGED = "It was changed meanwhile, so nothing was decided. Look at it as it is now."
OWN = "You submitted this yourself, or you work for its lister. Somebody else has to decide about it."
DECIDED = "Somebody else decided about it meanwhile. Your decision was not saved."


@dataclass(frozen=True)
class Decision:
    """What a reviewer says of a version, and what they ticked of the checklist. `note` is for the lister."""

    kind: str
    note: str = ""
    checked: Collection[str] = ()


@dataclass(frozen=True)
class Looked:
    """A version with all that a reviewer has to see beside it: what the public sees now, and how the two differ."""

    version: ListingVersion
    public: ListingVersion | None
    photos: Sequence[ListingPhoto]
    documents: Sequence[ListingDocument]
    new_photos: Collection[str] = field(default=())
    gone_photos: Sequence[ListingPhoto] = field(default=())


def submit_listing(
    db: Session, listing: Listing, *, reviewed: bool, let: Select[Any], person_id: int | None, now: datetime
) -> ListingVersion:
    """Hand a listing's draft in. With `reviewed` it waits for an administrator; without, it is public at once.

    `let` selects the ids of the units that are let today. Raises Refused where there is nothing to submit, or the unit cannot be
    on the market.
    """
    listing = lock_listing(db, listing)
    check_unit(db, listing, let)
    versions = versions_of(db, listing)
    version = open_of(versions)
    if version is not None and version.state == "submitted":
        raise Refused("This is in review already.")
    if version is None:
        # Sent back, and nothing but the price, or nothing at all, was to be changed.
        if listing.state not in CURRENT or sent_back_of(versions) is None:
            raise Refused("There is nothing to submit." if listing.state in CURRENT else OVER)
        version = draft_of(db, listing, now=now)
    version.state, version.submitted, version.submitted_by_id = "submitted", now, person_id
    if listing.state not in ON_THE_MARKET:
        listing.state = "submitted"
    touch(listing)
    db.flush()
    record_version(db, "submitted", version, after={"version": version.number})
    if not reviewed:
        _approve(db, listing, version, now=now)
        db.flush()
        record_version(db, "approved", version, after={"version": version.number, "reviewed": False})
    return version


def take_back(db: Session, listing: Listing, *, by: By | None = None) -> None:
    """Make a draft again of what is in review, so that it can be changed."""
    listing = lock_listing(db, listing)
    version = open_of(versions_of(db, listing))
    if version is None or version.state != "submitted":
        raise Refused("This is not in review any more. Look at it again.")
    version.state, version.submitted, version.submitted_by_id = "draft", None, None
    if listing.state not in ON_THE_MARKET:
        listing.state = "draft"
    touch(listing)
    db.flush()
    record_version(db, "taken_back", version, after={"version": version.number})
    tell_of_others(db, listing, "took back from review", by)


def drop_changes(db: Session, listing: Listing, *, by: By | None = None) -> None:
    """Give up what was being prepared for a listing on the market. What the public sees stays."""
    listing = lock_listing(db, listing)
    version = open_of(versions_of(db, listing))
    if listing.state not in ON_THE_MARKET or version is None:
        raise Refused("There are no changes to drop.")
    if version.state != "draft":
        raise Refused(IN_REVIEW)
    version.state = "dropped"
    touch(listing)
    db.flush()
    record_version(db, "dropped", version, after={"version": version.number})
    tell_of_others(db, listing, "dropped the changes of", by)


def decide(
    db: Session,
    version: ListingVersion,
    decision: Decision,
    *,
    seen: int,
    roles: Sequence[str],
    reviewing: Sequence[str],
    let: Select[Any],
    person_id: int,
    now: datetime,
) -> None:
    """Decide about a version. `seen` is the listing's version number when the reviewer looked; members in `roles` are told.

    Raises Refused, and nothing is decided, when it was changed, taken back or decided since; when it is the reviewer's own and
    somebody else in `reviewing` could decide; when an approval lacks a tick, or a no its reason.
    """
    listing = lock_listing(db, version.listing)
    db.refresh(version)
    if version.state != "submitted":
        raise Refused(TAKEN_BACK if version.state in ("draft", "dropped") else DECIDED)
    if listing.version != seen:
        raise Refused(CHANGED)
    if barred_from(db, [version], person_id, reviewing):
        raise Refused(OWN)
    lacking = [item for item in CHECKLIST if item not in decision.checked]
    if decision.kind == APPROVE:
        if lacking:
            raise Refused("Look at this and tick it before you approve.", f"{lacking[0]}_checked")
        check_unit(db, listing, let)
    elif not decision.note.strip():
        raise Refused("Say why: whoever wrote it has to know what to do.", "note")
    was = listing.state
    version.note, version.reviewed, version.decided_by_id = decision.note, True, person_id
    for item in CHECKLIST:
        setattr(version, f"{item}_checked", item in decision.checked)
    if decision.kind == APPROVE:
        _approve(db, listing, version, now=now)
    else:
        version.state, version.decided = AFTER[decision.kind], now
        if listing.state not in ON_THE_MARKET:
            listing.state = version.state
    touch(listing)
    db.flush()
    after = {"version": version.number, "listing": listing.state, "checked": sorted(decision.checked)}
    record_version(db, version.state, version, before={"listing": was}, after=after, note=decision.note)
    tell_writers(db, listing, REVIEW_CATEGORY, _words(listing, version), roles=roles, now=now)


def _approve(db: Session, listing: Listing, version: ListingVersion, *, now: datetime) -> None:
    before = public_of(versions_of(db, listing))
    if before is not None:
        before.state = "superseded"
        db.flush()
    version.state, version.decided = "approved", now
    db.flush()
    photos = photos_in_order(db, version)
    listing.title, listing.description = version.title, version.description
    listing.cover = photos[0].ref if photos else None
    if listing.state not in ON_THE_MARKET:
        listing.state, listing.published = "approved", listing.published or now
    index_listing(db, listing)


def _words(listing: Listing, version: ListingVersion) -> str:
    words = {
        "approved": "is live" if version.number == 1 or listing.state == "approved" else "was approved",
        "changes_requested": "was sent back: there is something to change",
        "rejected": "was not accepted",
    }[version.state]
    return f"“{version.title[:120]}” {words}"


def look_at(db: Session, versions: Sequence[ListingVersion]) -> list[Looked]:
    """Versions with all that belongs to them, in a few queries whatever their number."""
    of = [version.listing_id for version in versions]
    shown = (ListingVersion.listing_id.in_(of), is_one_of(ListingVersion.state, "approved"))
    public = {row.listing_id: row for row in db.scalars(select(ListingVersion).where(*shown))}
    ids = [version.id for version in (*versions, *public.values())]
    photos = _by_version(db, select(ListingPhoto).where(ListingPhoto.version_id.in_(ids)).order_by(ListingPhoto.position))
    papers = _by_version(db, select(ListingDocument).where(ListingDocument.version_id.in_(ids)).order_by(ListingDocument.id))
    return [_looked(version, public.get(version.listing_id), photos, papers) for version in versions]


def _by_version(db: Session, query: Select[Any]) -> Mapping[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in db.scalars(query):
        grouped.setdefault(row.version_id, []).append(row)
    return grouped


def _looked(
    version: ListingVersion, public: ListingVersion | None, photos: Mapping[int, list[Any]], papers: Mapping[int, list[Any]]
) -> Looked:
    mine, documents = photos.get(version.id, []), papers.get(version.id, [])
    if public is None or public.id == version.id:
        return Looked(version, None, mine, documents)
    theirs = photos.get(public.id, [])
    before, now = {photo.file.digest for photo in theirs}, {photo.file.digest for photo in mine}
    return Looked(
        version,
        public,
        mine,
        documents,
        frozenset(photo.ref for photo in mine if photo.file.digest not in before),
        [photo for photo in theirs if photo.file.digest not in now],
    )


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as pieces in order: ("same", text), ("gone", text) and ("new", text), word by word."""
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    pieces: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(old[i1:i2])))
            continue
        pieces += [(kind, text) for kind, text in (("gone", "".join(old[i1:i2])), ("new", "".join(new[j1:j2]))) if text]
    return pieces


def chosen(db: Session, visible: Select[Any], refs: Sequence[str], *, most: int) -> list[ListingVersion]:
    """The versions of some keys, with who submitted them, those that waited longest first; without keys, what waits longest."""
    wanted = visible.where(ListingVersion.ref.in_(refs) if refs else is_one_of(ListingVersion.state, "submitted"))
    wanted = wanted.order_by(ListingVersion.submitted, ListingVersion.id).limit(most)
    return list(db.scalars(wanted.options(selectinload(ListingVersion.submitter))))


def what_waits_for(db: Session, person_id: int, roles: Sequence[str], *, most: int = 20) -> list[tuple[ListingVersion, str]]:
    """(version, key of its organisation) of what was sent back to a person, and of what is in review, where they write listings.

    What was sent back comes first.
    """
    rows = db.execute(_what_waits_for(), {"person_id": person_id, "roles": list(roles), "most": most})
    return [(version, ref) for version, ref in rows]


@made_once
def _what_waits_for() -> Rows:
    later = alias_of(ListingVersion, "later")
    answered = exists().where(
        later.listing_id == ListingVersion.listing_id, later.number > ListingVersion.number, later.state != "draft"
    )
    back = and_(is_one_of(ListingVersion.state, "changes_requested"), Listing.state.in_(CURRENT), ~answered)
    mine = writing_memberships(bindparam("roles", expanding=True), Listing.organisation_id, Listing.unit_id)
    mine = mine.where(Membership.person_id == bindparam("person_id"))
    return (
        select(ListingVersion, Organisation.ref)
        .join(Listing, Listing.id == ListingVersion.listing_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(mine.correlate(Listing).exists())
        .where(is_one_of(ListingVersion.state, "submitted") | back)
        .order_by(ListingVersion.state, ListingVersion.submitted.desc(), ListingVersion.id)
        .limit(bindparam("most", type_=Integer))
    )
