"""Listings, and the words that they are found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, and_, literal_column
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Prose, Trigger, metadata, only_where, type_annotations
from atlasbahamas.db.words import Word, WordIndex
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.portfolio.models import Island, Settlement, Unit

VEHICLE = "vehicle"
HOMES = {"long_term": "Long-term rental", "short_term": "Short-term rental"}
CATEGORIES = {**HOMES, VEHICLE: "Vehicle rental"}
PERIODS = {"month": "a month", "week": "a week", "night": "a night", "day": "a day"}
PERIODS_OF = {"long_term": ("month", "week"), "short_term": ("night", "week"), VEHICLE: ("day", "week")}
"""For which periods a category may name its price."""
MOST_GUESTS, MOST_NIGHTS = 50, 365
STATES = {
    "draft": "Draft",
    "submitted": "In review",
    "changes_requested": "Sent back",
    "approved": "Live",
    "paused": "Paused",
    "rejected": "Not accepted",
    "let": "Let",
    "withdrawn": "Withdrawn",
}
TONES = {
    "draft": "sea",
    "submitted": "warn",
    "changes_requested": "bad",
    "approved": "good",
    "paused": "warn",
    "rejected": "bad",
    "let": "quiet",
    "withdrawn": "quiet",
}
"""Tone of a state's badge."""

ON_THE_MARKET = ("approved", "paused")
"""What the public sees, or saw and will see again: what it says changes by an approved version only."""
ENDED = ("rejected", "let", "withdrawn")
CURRENT = tuple(state for state in STATES if state not in ENDED)


def one_of(column: str, values: Iterable[str]) -> str:
    """SQL that is true where a column has one of some values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


_CURRENT = f"NOT ({one_of('state', ENDED)})"


def _fitting(periods: Mapping[str, tuple[str, ...]]) -> str:
    return " OR ".join(f"(category = '{category}' AND {one_of('price_period', fits)})" for category, fits in periods.items())


def _of_live_ones(kind: str, condition: str, *several: tuple[str, ...]) -> Iterator[Index]:
    """Indexes over the listings that everybody may see, so that none of them has to begin with the state: where a million
    rows have the same, a database without statistics takes an index that begins with it for a good one.

    Homes and vehicles have their own, because nobody looks through both: the few are not looked for among the many.
    """
    live = f"state = 'approved' AND {condition}"
    for columns in several:
        name = f"ix_listings_listing_{kind}_{columns[0]}"
        yield Index(name, *columns, **only_where(live))


class Base(DeclarativeBase):
    """Base of the listings' tables."""

    metadata = metadata
    type_annotation_map = type_annotations


class Listing(Base):
    """What is offered on the market (domain.md 3.2): a unit, or a vehicle, which has none (vehicles/). `price_cents` is for one
    `price_period`; a unit has one current listing.
    Only a short-term rental says how many `guests` may stay and for how many nights at least.

    `title`, `description` and `cover` (the key of its first photo) are those of the approved version; before there is one, those
    of the draft. What they were and will be is in versions/.

    `island_id`, `settlement_id` and `beds` repeat what the unit and its property say: the catalogue filters, sorts and counts in
    one table, where an index answers each question whatever the number of listings. TRIGGERS keep them, and nothing else does.
    """

    __tablename__ = "listings_listing"
    __table_args__ = (
        CheckConstraint(one_of("state", STATES), name="known_state"),
        CheckConstraint(one_of("category", CATEGORIES), name="known_category"),
        CheckConstraint(one_of("price_period", PERIODS), name="known_period"),
        CheckConstraint("(category = 'vehicle') = (unit_id IS NULL)", name="unit_unless_vehicle"),
        CheckConstraint(_fitting(PERIODS_OF), name="period_fits_category"),
        CheckConstraint("(category = 'short_term') = (guests IS NOT NULL)", name="short_stay_has_guests"),
        CheckConstraint("(category = 'short_term') = (min_nights IS NOT NULL)", name="short_stay_has_min_nights"),
        CheckConstraint(f"guests BETWEEN 1 AND {MOST_GUESTS}", name="guests_in_range"),
        CheckConstraint(f"min_nights BETWEEN 1 AND {MOST_NIGHTS}", name="min_nights_in_range"),
        CheckConstraint("price_cents > 0", name="price_above_zero"),
        CheckConstraint("state <> 'approved' OR published IS NOT NULL", name="live_is_published"),
        Index(
            "uq_listings_listing_current",
            "unit_id",
            unique=True,
            **only_where(_CURRENT),
        ),
        # What each order of the catalogue walks, and what each of its filters finds.
        *_of_live_ones(
            "live",
            "unit_id IS NOT NULL",
            ("published", "id"),
            ("price_cents", "id"),
            ("available", "id"),
            ("island_id", "published", "id"),
            ("settlement_id",),
            ("beds",),
            ("category",),
            ("guests",),
        ),
        *_of_live_ones("vehicle", "unit_id IS NULL", ("published", "id"), ("price_cents", "id")),
        # Without vehicles, which SQLite would look for by having no unit.
        Index(
            "ix_listings_listing_unit_id",
            "unit_id",
            **only_where("unit_id IS NOT NULL"),
        ),
        Index("ix_listings_listing_organisation_id", "organisation_id", "id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    title: Mapped[Line]
    description: Mapped[Prose]
    cover: Mapped[str | None] = mapped_column(String(80))
    category: Mapped[str] = mapped_column(String(20))
    price_cents: Mapped[int]
    price_period: Mapped[str] = mapped_column(String(10))
    available: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    published: Mapped[datetime | None]
    island_id: Mapped[int | None] = mapped_column(ForeignKey(Island.id))
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey(Settlement.id))
    beds: Mapped[int | None]
    guests: Mapped[int | None]
    min_nights: Mapped[int | None]
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit | None] = relationship(Unit, lazy="joined")
    organisation: Mapped[Organisation] = relationship(Organisation, lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def was_handed_over(self) -> bool:
        """Whether the home is another organisation's by now: what it is like is not this lister's to see any more."""
        return self.unit is not None and self.unit.property.organisation_id != self.organisation_id


LIVE = Listing.state == literal_column("'approved'")
"""A listing that everybody may see. Written out as in the indexes: SQLite does not look into a parameter to choose one."""


# A visitor looks through homes, or through vehicles.
LIVE_HOME = and_(LIVE, Listing.unit_id.is_not(None))
LIVE_VEHICLE = and_(LIVE, Listing.unit_id.is_(None))


class ListingWord(Base):
    """A word of a listing's text, place or facts. A search asks for words that begin with what was typed: the primary key finds
    their listings and the index finds the words of a listing, on both databases without an extension.
    """

    __tablename__ = "listings_word"
    __table_args__ = (Index("ix_listings_word_listing_id", "listing_id", "word"),)

    word: Mapped[Word]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id, ondelete="CASCADE"), primary_key=True)


WORDS = WordIndex(ListingWord, "listing_id", Listing.id)
"""What a search of listings asks."""


_SAID = """SELECT settlement.island_id, settlement.id, unit.beds {into} FROM portfolio_unit AS unit
    JOIN portfolio_property AS property ON property.id = unit.property_id
    JOIN portfolio_settlement AS settlement ON settlement.id = property.settlement_id WHERE unit.id = {unit}"""
_OWN = _SAID.format(into="INTO NEW.island_id, NEW.settlement_id, NEW.beds", unit="NEW.unit_id")
_OTHERS = f"""UPDATE listings_listing SET (island_id, settlement_id, beds) =
    ({_SAID.format(into="", unit="listings_listing.unit_id")}) WHERE """  # noqa: S608


def _repeated(event: str, table: str, which: str) -> Trigger:
    name = f"listings_listing_repeats_{table.partition('_')[2]}_{event.partition(' ')[0].lower()}"
    when, body, result = "AFTER", f"{_OTHERS}{which};", "NULL"
    after = f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END"
    if table == "listings_listing":
        # Before the row is written: PostgreSQL would write it twice, and into every index. SQLite has no other way.
        when, body, result = "BEFORE", f"{_OWN};", "NEW"
    return Trigger(
        name,
        table,
        sqlite=(after,),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {result}; END $$",
            f"CREATE TRIGGER {name} {when} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


TRIGGERS = (
    _repeated("INSERT", "listings_listing", "id = NEW.id"),
    _repeated("UPDATE OF unit_id", "listings_listing", "id = NEW.id"),
    _repeated("UPDATE OF beds, property_id", "portfolio_unit", "unit_id = NEW.id"),
    _repeated(
        "UPDATE OF settlement_id", "portfolio_property", "unit_id IN (SELECT id FROM portfolio_unit WHERE property_id = NEW.id)"
    ),
    _repeated("UPDATE OF island_id", "portfolio_settlement", "settlement_id = NEW.id AND unit_id IS NOT NULL"),
)
