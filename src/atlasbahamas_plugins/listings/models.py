"""Listings, and the words that they are found by."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Prose, metadata, type_annotations
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.portfolio.models import Unit

CATEGORIES = {"long_term": "Long-term rental", "short_term": "Short-term rental"}
PERIODS = {"month": "a month", "week": "a week", "night": "a night"}
STATES = {"draft": "Draft", "approved": "Live", "paused": "Paused", "withdrawn": "Withdrawn"}
TONES = {"draft": "sea", "approved": "good", "paused": "warn", "withdrawn": "quiet"}
"""Tone of a state's badge."""

CURRENT = ("draft", "approved", "paused")


def _one_of(column: str, values: object) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"  # type: ignore[attr-defined]


class Base(DeclarativeBase):
    """Base of the listings' tables."""

    metadata = metadata
    type_annotation_map = type_annotations


class Listing(Base):
    """A unit offered on the market (domain.md 3.2). `price_cents` is for one `price_period`; a unit has one current listing."""

    __tablename__ = "listings_listing"
    __table_args__ = (
        CheckConstraint(_one_of("state", STATES), name="known_state"),
        CheckConstraint(_one_of("category", CATEGORIES), name="known_category"),
        CheckConstraint(_one_of("price_period", PERIODS), name="known_period"),
        CheckConstraint("price_cents > 0", name="price_above_zero"),
        CheckConstraint("state <> 'approved' OR published IS NOT NULL", name="live_is_published"),
        Index(
            "uq_listings_listing_current",
            "unit_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_listings_listing_state_published", "state", "published", "id"),
        Index("ix_listings_listing_state_price_cents", "state", "price_cents", "id"),
        Index("ix_listings_listing_organisation_id", "organisation_id", "id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    title: Mapped[Line]
    description: Mapped[Prose]
    category: Mapped[str] = mapped_column(String(20))
    price_cents: Mapped[int]
    price_period: Mapped[str] = mapped_column(String(10))
    available: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    published: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit] = relationship(Unit, lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation] = relationship(Organisation, lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class ListingWord(Base):
    """A word of a listing's text, place or facts. A search asks for words that begin with what was typed; the primary key
    answers that on both databases without an extension.
    """

    __tablename__ = "listings_word"
    __table_args__ = (Index("ix_listings_word_listing_id", "listing_id"),)

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id, ondelete="CASCADE"), primary_key=True)
