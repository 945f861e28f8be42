"""Versions of a listing, with their photos and documents. What goes to review is a version; price and availability do not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Prose, Trigger, only_where
from atlasbahamas.db.triggers import refusing
from atlasbahamas.files.gallery.models import PhotoColumns
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Person
from atlasbahamas.personal.leaving import PSEUDONYM
from atlasbahamas_plugins.listings.models import Base, Listing, one_of

STATES = {
    "draft": "Draft",
    "submitted": "In review",
    "approved": "Approved",
    "changes_requested": "Sent back",
    "rejected": "Not accepted",
    "superseded": "Replaced",
    "dropped": "Dropped",
}
TONES = {
    "draft": "sea",
    "submitted": "warn",
    "approved": "good",
    "changes_requested": "bad",
    "rejected": "bad",
    "superseded": "quiet",
    "dropped": "quiet",
}
"""Tone of a state's badge."""

CHECKLIST = {
    "photos": "The photos show this home, and nothing that should not be public",
    "price": "The price fits the home and is for the period that is named",
    "description": "Title and description are true to the home and offend nobody",
    "documents": "I have read the documents, or none are needed",
}
"""What a reviewer ticks, each by hand, before a version is approved."""

_OPEN = "state IN ('draft', 'submitted')"
_PUBLIC = "state = 'approved'"
_WAITING = "state = 'submitted'"
_ALL_CHECKED = " AND ".join(f"{item}_checked" for item in CHECKLIST)


class ListingVersion(Base):
    """One wording of a listing with its photos and documents, numbered from 1.

    A draft can be changed; from the moment it is submitted it stays as it is, so what a reviewer saw is what the public gets,
    and each decision is about one version. At most one version of a listing is open (draft or submitted) and at most one is
    approved: the one that the public sees. Only whoever was erased can be taken out of its words (personal.py).
    `reviewed`: a person decided, and ticked the checklist; where the site asks for no review, versions are approved by being
    submitted.
    """

    __tablename__ = "listings_version"
    __table_args__ = (
        UniqueConstraint("listing_id", "number"),
        CheckConstraint(one_of("state", STATES), name="known_state"),
        CheckConstraint("number > 0", name="number_counts_from_one"),
        CheckConstraint("(state IN ('draft', 'dropped')) OR submitted IS NOT NULL", name="was_submitted"),
        CheckConstraint(
            "(decided IS NOT NULL) = (state IN ('approved', 'changes_requested', 'rejected', 'superseded'))", name="was_decided"
        ),
        CheckConstraint("NOT reviewed OR decided_by_id IS NOT NULL", name="reviewed_by_somebody"),
        CheckConstraint(
            f"NOT reviewed OR state NOT IN ('approved', 'superseded') OR ({_ALL_CHECKED})", name="approved_is_checked"
        ),
        CheckConstraint(
            "state NOT IN ('changes_requested', 'rejected') OR (reviewed AND trim(note) <> '')", name="no_is_said_with_a_reason"
        ),
        Index("uq_listings_version_open", "listing_id", unique=True, **only_where(_OPEN)),
        Index("uq_listings_version_public", "listing_id", unique=True, **only_where(_PUBLIC)),
        Index("ix_listings_version_waiting", "submitted", "id", **only_where(_WAITING)),
        Index("ix_listings_version_submitted_by_id", "submitted_by_id"),
        Index("ix_listings_version_decided_by_id", "decided_by_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    number: Mapped[int]
    title: Mapped[Line]
    description: Mapped[Prose]
    state: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    submitted: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reviewed: Mapped[bool] = mapped_column(default=False)
    photos_checked: Mapped[bool] = mapped_column(default=False)
    price_checked: Mapped[bool] = mapped_column(default=False)
    description_checked: Mapped[bool] = mapped_column(default=False)
    documents_checked: Mapped[bool] = mapped_column(default=False)
    note: Mapped[Prose] = mapped_column(default="")

    listing: Mapped[Listing] = relationship(Listing, lazy="joined", innerjoin=True)
    submitter: Mapped[Person | None] = relationship(Person, foreign_keys=submitted_by_id)
    decider: Mapped[Person | None] = relationship(Person, foreign_keys=decided_by_id)


class ListingPhoto(PhotoColumns, Base):
    """A photo of a version."""

    __tablename__ = "listings_photo"
    plugin, thing = "listings", "version"

    version_id: Mapped[int] = mapped_column(ForeignKey(ListingVersion.id))


class ListingDocument(Base):
    """A document for the reviewer only, such as proof that one may let the home. Never public."""

    __tablename__ = "listings_document"
    __table_args__ = (Index("ix_listings_document_version_id", "version_id"),)

    id: Mapped[Id]
    ref: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey(ListingVersion.id))
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id), unique=True)
    created: Mapped[datetime]

    file: Mapped[File] = relationship(File, lazy="joined", innerjoin=True)


def _blacked_out(column: str, percent: str) -> str:
    """SQL: a text is the old one with the pseudonym of somebody who was erased in the place of parts of it, and nothing else."""
    pattern = f"NEW.{column}"
    for special in ("'!'", percent, "'_'"):
        pattern = f"replace({pattern}, {special}, '!' || {special})"
    return f"OLD.{column} LIKE replace({pattern}, '{PSEUDONYM}', {percent}) ESCAPE '!'"


PERCENT = {"sqlite": "char(37)", "postgresql": "chr(37)"}
"""Not written out: the driver of PostgreSQL would take it for a parameter."""


def _differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


_STEPS = (
    ("draft", ("submitted", "dropped")),
    ("submitted", ("draft", "approved", "changes_requested", "rejected", "dropped")),
    ("approved", ("superseded",)),
)
_ALLOWED = " OR ".join(f"(OLD.state = '{before}' AND {one_of('NEW.state', after)})" for before, after in _STEPS)
_DECISION = ("decided", "decided_by_id", "reviewed", *(f"{item}_checked" for item in CHECKLIST))
_PUBLIC_TEXT = """EXISTS (SELECT 1 FROM listings_version WHERE listing_id = NEW.id AND state = 'approved'
    AND title = NEW.title AND description = NEW.description)"""
# What SQLite's REPLACE would take away without asking.
_THERE = " OR EXISTS (SELECT 1 FROM listings_version WHERE id = NEW.id OR ref = NEW.ref)"


def _closed(row: str) -> str:
    # Somebody who submits the version at this moment is waited for.
    return f"(SELECT state FROM listings_version WHERE id = {row}.version_id{{lock}}) <> 'draft'"  # noqa: S608


def _kept_as_submitted(table: str, event: str, rows: tuple[str, ...]) -> Trigger:
    condition = "({})".format(" OR ".join(_closed(row) for row in rows))
    unless = dict.fromkeys(PERCENT, "")
    if (table, event) == ("listings_photo", "UPDATE"):
        same = _differs("id", "ref", "version_id", "position", "file_id")
        unless = {name: f" AND ({same} OR NOT {_blacked_out('caption', percent)})" for name, percent in PERCENT.items()}
    return refusing(
        f"{table}_frozen_{event.lower()}",
        table,
        "listings_version_frozen",
        event,
        "1 = 0",
        on_sqlite=f" OR {condition.format(lock='')}{unless['sqlite']}",
        on_postgresql=f" OR {condition.format(lock=' FOR SHARE')}{unless['postgresql']}",
    )


def _text_changed(dialect: str) -> str:
    kept = " AND ".join(_blacked_out(column, PERCENT[dialect]) for column in ("title", "description"))
    return f" OR (OLD.state <> 'draft' AND ({_differs('title', 'description')}) AND NOT ({kept}))"


TRIGGERS = (
    refusing(
        "listings_version_begins_as_draft",
        "listings_version",
        "listings_version_begins_as_draft",
        "INSERT",
        "NEW.state <> 'draft'",
        on_sqlite=_THERE,
    ),
    refusing(
        "listings_version_frozen",
        "listings_version",
        "listings_version_frozen",
        "UPDATE",
        f"OLD.state <> 'draft' AND ({_differs('id', 'ref', 'listing_id', 'number', 'created')})",
        on_sqlite=_text_changed("sqlite"),
        on_postgresql=_text_changed("postgresql"),
    ),
    refusing(
        "listings_version_decided_once",
        "listings_version",
        "listings_version_frozen",
        "UPDATE",
        f"OLD.decided IS NOT NULL AND (NEW.decided IS NULL OR NEW.decided_by_id IS NULL AND OLD.decided_by_id IS NOT NULL"
        f" OR {_differs(*_DECISION)})",
    ),
    refusing(
        "listings_version_steps",
        "listings_version",
        "listings_version_steps",
        "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
    ),
    refusing("listings_version_kept", "listings_version", "listings_version_frozen", "DELETE", "OLD.state <> 'draft'"),
    *(
        _kept_as_submitted(table, event, rows)
        for table in ("listings_photo", "listings_document")
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))
    ),
    refusing(
        "listings_listing_shows_what_was_approved",
        "listings_listing",
        "listings_listing_shows_what_was_approved",
        "UPDATE",
        f"NEW.state = 'approved' AND (OLD.state <> 'approved' OR {_differs('title', 'description')}) AND NOT {_PUBLIC_TEXT}",
    ),
)
