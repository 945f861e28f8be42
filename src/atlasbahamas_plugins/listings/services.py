"""What is done with a listing. Raises Refused where a rule says no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, insert, literal, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.listings.models import CATEGORIES, CURRENT, LIVE, Listing, ListingWord
from atlasbahamas_plugins.portfolio.models import Island, Settlement, Unit

FIELDS = ("title", "description", "category", "available", "price_cents", "price_period")
MAX_WORDS = 400
COUNTED_WORDS = 10_000
INDEXED_AT_ONCE = 200
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class ListingDetails:
    """What a listing says. The price is cents for one period; `available` is a local date."""

    title: str
    description: str
    category: str
    price_cents: int
    price_period: str
    available: date


def words_of(texts: Iterable[str]) -> list[str]:
    """The different words of some texts, plain and in small letters: "Governor's Harbour" gives governor, s, harbour."""
    plain = unicodedata.normalize("NFKD", " ".join(texts)).encode("ascii", "ignore").decode().casefold()
    return list(dict.fromkeys(word[:40] for word in _WORD.findall(plain)))[:MAX_WORDS]


def draft_listing(db: Session, unit: Unit, details: ListingDetails, *, now: datetime, code: str | None = None) -> Listing:
    """Write a listing for a unit. Raises Refused when the unit has a current one, or is archived."""
    if unit.archived is not None or unit.property.archived is not None:
        raise Refused("This unit is archived. Take it out of the archive before you list it.")
    listing = Listing(
        ref=new_key(details.title, code=code),
        unit=unit,
        organisation_id=unit.property.organisation_id,
        state="draft",
        created=now,
    )
    _, after = _write(db, listing, details)
    _record(db, "drafted", listing, after={"unit": unit.ref, **after})
    return listing


def edit_listing(db: Session, listing: Listing, details: ListingDetails) -> Listing:
    """Change what a listing says, and what it is found by."""
    if listing.state == "withdrawn":
        raise Refused("A withdrawn listing stays as it was. Write a new one.")
    before, after = _write(db, listing, details)
    if after:
        _record(db, "changed", listing, before=before, after=after)
    return listing


def _record(db: Session, verb: str, listing: Listing, **changed: Any) -> None:
    record(
        db,
        f"listings:listing:{verb}",
        about=("listing", listing.ref),
        organisation_id=listing.organisation_id,
        **changed,
    )


def _write(db: Session, listing: Listing, details: ListingDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        with db.begin_nested():
            listing.title, listing.description = details.title, details.description
            listing.category, listing.available = details.category, details.available
            listing.price_cents, listing.price_period = details.price_cents, details.price_period
            db.add(listing)
            changed = changes(listing, FIELDS)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_listings_listing_current":
            raise
        raise Refused("This unit has a listing already. Change that one, or withdraw it first.") from error
    index_listing(db, listing)
    return changed


def index_listing(db: Session, listing: Listing) -> None:
    """Write down the words that a listing is found by: its text, its place with the other names of it, its category."""
    settlement = listing.unit.property.settlement
    texts = [
        listing.title,
        listing.description,
        settlement.name,
        *settlement.other_names,
        settlement.island.name,
        *settlement.island.other_names,
        CATEGORIES[listing.category],
        listing.unit.property.kind,
    ]
    db.execute(delete(ListingWord).where(ListingWord.listing_id == listing.id))
    db.execute(insert(ListingWord), [{"word": word, "listing_id": listing.id} for word in words_of(texts)])


class WordsOfPlaces:
    """Listens to the names of places (the portfolio's point `place-renamed`): listings are found by them."""

    def place_renamed(self, db: Session, settlement_ids: Sequence[int], *, now: datetime) -> None:
        """Have a job write the words of the listings there anew: a whole island's would hold up the page."""
        for start in range(0, len(settlement_ids), INDEXED_AT_ONCE):
            part = list(settlement_ids[start : start + INDEXED_AT_ONCE])
            enqueue(db, "listings.index_places", {"settlements": part, "after": 0}, now=now)


class WithdrawnWithTheProperty:
    """Listens to properties that change hands (the portfolio's point `property-handed-over`)."""

    def property_handed_over(self, db: Session, property_id: int, from_id: int, to_id: int, *, now: datetime) -> None:
        """What is on the market, or was to be, was the former organisation's."""
        of_it = select(Listing).join(Unit, Unit.id == Listing.unit_id).where(Unit.property_id == property_id)
        for listing in db.scalars(of_it.where(Listing.state != "withdrawn").order_by(Listing.id)):
            withdraw_listing(db, listing)


def index_places(db: Session, settlement_ids: Sequence[int], *, after: int, now: datetime) -> None:
    """Write anew the words of some of the listings in these settlements, those with an id above `after`; another job goes on."""
    query = select(Listing).where(Listing.settlement_id.in_(settlement_ids), Listing.id > after).order_by(Listing.id)
    found = db.scalars(query.limit(INDEXED_AT_ONCE)).all()
    for listing in found:
        index_listing(db, listing)
    if len(found) == INDEXED_AT_ONCE:
        enqueue(db, "listings.index_places", {"settlements": list(settlement_ids), "after": found[-1].id}, now=now)


def _typed_words(typed: str) -> list[str]:
    return words_of([typed])[:8]


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    return and_(column >= word, column < f"{word}\u007f")


def has_words(typed: str) -> ColumnElement[bool]:
    """A test of one listing: every typed word begins some word of it.

    Not EXISTS: PostgreSQL would gather the listings of a common word all at once, to ask them about a dozen.
    """
    of_it = select(literal(1)).where(ListingWord.listing_id == Listing.id).limit(1)
    tests = [of_it.where(_begins(ListingWord.word, word)).scalar_subquery() for word in _typed_words(typed)]
    return and_(true(), *[test.is_not(None) for test in tests])


def found_by_words(db: Session, query: Select[Any], typed: str) -> Select[Any]:
    """The listings of a query that pass `has_words`, each once, by way of the index of words.

    The rarest word leads to them. A listing in which several words begin with it is taken at the first of them, so that nobody
    has to collect and compare: the database can stop when whoever asks has enough.
    """
    words = _typed_words(typed)
    if not words:
        return query
    word = _rarest(db, words) if len(words) > 1 else words[0]
    found, before = aliased(ListingWord), aliased(ListingWord)
    sooner = exists().where(before.listing_id == found.listing_id, before.word >= word, before.word < found.word)
    query = query.join(found, found.listing_id == Listing.id).where(_begins(found.word, word), ~sooner)
    others = [other for other in words if other != word]
    return query.where(has_words(" ".join(others))) if others else query


def _rarest(db: Session, words: list[str]) -> str:
    """The word that begins the fewest, as far as counting up to COUNTED_WORDS tells."""
    some = [select(literal(1)).where(_begins(ListingWord.word, word)).limit(COUNTED_WORDS).subquery() for word in words]
    counts = db.execute(select(*[select(func.count()).select_from(rows).scalar_subquery() for rows in some])).one()
    return min(zip(counts, words, strict=True))[1]


def publish_listing(db: Session, listing: Listing, *, now: datetime) -> None:
    """Put a listing into the catalogue. Raises Refused from a state in which that makes no sense."""
    if listing.unit.archived is not None or listing.unit.property.archived is not None:
        raise Refused("The unit is archived. Take it out of the archive first.")
    _move(db, listing, "approved", "published", allowed=("draft", "paused"), published=listing.published or now)


def pause_listing(db: Session, listing: Listing) -> None:
    """Take a listing out of the catalogue for a while."""
    _move(db, listing, "paused", "paused", allowed=("approved",))


def withdraw_listing(db: Session, listing: Listing) -> None:
    """Take a listing off the market for good. Its address answers 404 to the public from now on."""
    _move(db, listing, "withdrawn", "withdrawn", allowed=CURRENT)


def _move(db: Session, listing: Listing, state: str, verb: str, *, allowed: tuple[str, ...], **more: Any) -> None:
    if listing.state not in allowed:
        raise Refused("Somebody changed this listing meanwhile. Look at it again.")
    for name, value in {"state": state, **more}.items():
        setattr(listing, name, value)
    before, after = changes(listing, ("state", *more))
    db.flush()
    _record(db, verb, listing, before=before, after=after)


def listing_of(db: Session, unit: Unit) -> Listing | None:
    """The current listing of a unit."""
    return db.scalar(select(Listing).where(Listing.unit_id == unit.id, Listing.state != "withdrawn"))


@dataclass(frozen=True)
class ListingCard:
    """What a list says of a listing: nine columns, where the listing with all that hangs on it would be seventy."""

    ref: str
    title: str
    price_cents: int
    price_period: str
    beds: int
    baths: int
    furnished: bool
    settlement: str
    island: str


def cards(query: Select[Any]) -> Select[Any]:
    """A query of listings that selects what their cards say; `card_of` makes a card of each row."""
    query = query.join(Unit, Unit.id == Listing.unit_id)
    query = query.join(Settlement, Settlement.id == Listing.settlement_id).join(Island, Island.id == Listing.island_id)
    columns: tuple[Any, ...] = (
        *(Listing.ref, Listing.title, Listing.price_cents, Listing.price_period),
        *(Unit.beds, Unit.baths, Unit.furnished, Settlement.name, Island.name),
    )
    return query.with_only_columns(*columns, maintain_column_froms=True)


def card_of(row: Any) -> ListingCard:
    """The card of a row of `cards`; what the row has more is somebody else's."""
    return ListingCard(*row[: len(fields(ListingCard))])


# Made once: making them took as long as running them.
_NEWEST = cards(select(Listing).where(LIVE))
_NEWEST = _NEWEST.order_by(Listing.published.desc(), Listing.id.desc()).limit(bindparam("most"))
_SIMILAR = _NEWEST.where(Listing.island_id == bindparam("island_id"), Listing.id != bindparam("listing_id"))


def newest_listings(db: Session, *, most: int = 6) -> list[ListingCard]:
    """The latest live listings."""
    return [card_of(row) for row in db.execute(_NEWEST, {"most": most})]


def similar_listings(db: Session, listing: Listing, *, most: int = 3) -> list[ListingCard]:
    """Other live listings on the same island, the newest first."""
    of = {"island_id": listing.island_id, "listing_id": listing.id}
    return [card_of(row) for row in db.execute(_SIMILAR, {**of, "most": most})]
