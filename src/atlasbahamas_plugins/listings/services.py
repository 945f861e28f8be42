"""What is done with a listing. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.db.words import words_of
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.listings.models import (
    CATEGORIES,
    CURRENT,
    ENDED,
    LIVE_HOME,
    ON_THE_MARKET,
    PERIODS,
    PERIODS_OF,
    Listing,
    ListingWord,
)
from atlasbahamas_plugins.listings.telling.services import By, tell_of_others
from atlasbahamas_plugins.listings.vehicles.models import Vehicle
from atlasbahamas_plugins.listings.versions.services import (
    OVER,
    copy_photos_to,
    drafts_of,
    drop_open,
    first_version,
    lock_listing,
    photos_of_units,
    write_text,
)
from atlasbahamas_plugins.portfolio.models import Island, Settlement, Unit

FACTS = ("category", "available", "price_cents", "price_period", "guests", "min_nights")
FIELDS = ("title", "description", *FACTS)
MAX_WORDS = 400
INDEXED_AT_ONCE = 200


@dataclass(frozen=True)
class ListingDetails:
    """What a listing says. The price is cents for one period; `available` is a local date.

    `guests` and `min_nights` are a short-term rental's, and ignored elsewhere.
    """

    title: str
    description: str
    category: str
    price_cents: int
    price_period: str
    available: date
    guests: int | None = None
    min_nights: int | None = None


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
    begin_listing(db, listing, details, {"unit": unit.ref}, now=now, code=code)
    return listing


def begin_listing(
    db: Session, listing: Listing, details: ListingDetails, about: dict[str, Any], *, now: datetime, code: str | None
) -> None:
    """Write a listing that is new, and its first version; `about` is what the record says that it is of."""
    _, after = _write(db, listing, details, FIELDS)
    first_version(db, listing, now=now, code=code)
    record_listing(db, "drafted", listing, after={**about, **after})


def begin_with_photos(db: Session, listings: Sequence[Listing], *, now: datetime) -> None:
    """Give new listings the photos of their units, or of their properties where a unit has none."""
    photos = photos_of_units(db, [listing.unit for listing in listings if listing.unit is not None])
    drafts = {row.listing_id: row for row in db.scalars(drafts_of(listings))}
    pairs = [(drafts[listing.id], photos[listing.unit_id]) for listing in listings if listing.unit_id is not None]
    copy_photos_to(db, pairs, now=now)


def edit_listing(db: Session, listing: Listing, details: ListingDetails, *, now: datetime, by: By | None = None) -> bool:
    """Change what a listing says, and what it is found by.

    Price and availability count at once. Words go into a draft; the public sees them when that is approved. Like all that is
    done with a listing, whoever writes it is told when somebody else did it. Gives whether anything is another now.
    """
    if listing.state in ENDED:
        raise Refused(OVER)
    before, after = _write(db, listing, details, FACTS if listing.state in ON_THE_MARKET else FIELDS)
    reworded = write_text(db, listing, details.title, details.description, now=now)
    facts = {name: value for name, value in after.items() if name in FACTS}
    if facts:
        record_listing(db, "changed", listing, before={name: before.get(name) for name in facts}, after=facts)
    if facts or reworded:
        tell_of_others(db, listing, "changed", by)
    return bool(facts or reworded)


def record_listing(db: Session, verb: str, listing: Listing, **changed: Any) -> None:
    """Write into the audit what was done with a listing."""
    record(
        db,
        f"listings:listing:{verb}",
        about=("listing", listing.ref),
        organisation_id=listing.organisation_id,
        **changed,
    )


def _write(
    db: Session, listing: Listing, details: ListingDetails, fields: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    check_terms(details)
    if details.category != "short_term":
        details = replace(details, guests=None, min_nights=None)
    try:
        with db.begin_nested():
            for name in fields:
                setattr(listing, name, getattr(details, name))
            db.add(listing)
            changed = changes(listing, fields)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_listings_listing_current":
            raise
        raise Refused("This unit has a listing already. Change that one, or withdraw it first.") from error
    index_listing(db, listing)
    return changed


def check_terms(details: ListingDetails) -> None:
    """Raise Refused where the period does not fit the category, or a short-term rental lacks what only that one says."""
    fitting = PERIODS_OF[details.category]
    if details.price_period not in fitting:
        periods = " or ".join(PERIODS[period] for period in fitting)
        raise Refused(f"The price of a {CATEGORIES[details.category].lower()} is for {periods}.", "price_period")
    if details.category == "short_term":
        for field in ("guests", "min_nights"):
            if getattr(details, field) is None:
                raise Refused("A short-term rental needs this.", field)


def index_listing(db: Session, listing: Listing) -> None:
    """Write down the words that a listing is found by: its text, its place with the other names of it, its category."""
    texts = [listing.title, listing.description, CATEGORIES[listing.category]]
    vehicle = db.get(Vehicle, listing.id) if listing.unit is None else None
    if listing.unit is not None:
        texts += [listing.unit.property.kind, *_names_of(listing.unit.property.settlement)]
    if vehicle is not None:
        texts += [vehicle.name, vehicle.gears, vehicle.pick_up, *_names_of(vehicle.settlement)]
    db.execute(delete(ListingWord).where(ListingWord.listing_id == listing.id))
    db.execute(insert(ListingWord), [{"word": word, "listing_id": listing.id} for word in words_of(texts)[:MAX_WORDS]])


def _names_of(settlement: Settlement) -> list[str]:
    return [settlement.name, *settlement.other_names, settlement.island.name, *settlement.island.other_names]


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
        for listing in db.scalars(of_it.where(Listing.state.in_(CURRENT)).order_by(Listing.id)):
            withdraw_listing(db, listing)


def index_places(db: Session, settlement_ids: Sequence[int], *, after: int, now: datetime) -> None:
    """Write anew the words of some of the listings in these settlements, those with an id above `after`; another job goes on."""
    query = select(Listing).where(Listing.settlement_id.in_(settlement_ids), Listing.id > after).order_by(Listing.id)
    found = db.scalars(query.limit(INDEXED_AT_ONCE)).all()
    for listing in found:
        index_listing(db, listing)
    if len(found) == INDEXED_AT_ONCE:
        enqueue(db, "listings.index_places", {"settlements": list(settlement_ids), "after": found[-1].id}, now=now)


def pause_listing(db: Session, listing: Listing, *, by: By | None = None) -> None:
    """Take a listing out of the catalogue for a while."""
    move_listing(db, listing, "paused", "paused", allowed=("approved",))
    tell_of_others(db, listing, "paused", by)


def resume_listing(db: Session, listing: Listing, *, let: Select[Any], by: By | None = None) -> None:
    """Put a paused listing back into the catalogue. `let` selects the ids of the units that are let today.

    Raises Refused where the unit is one of them, or is archived.
    """
    check_unit(db, listing, let)
    move_listing(db, listing, "approved", "resumed", allowed=("paused",))
    tell_of_others(db, listing, "put back into the catalogue", by)


def withdraw_listing(db: Session, listing: Listing, *, by: By | None = None) -> None:
    """Take a listing off the market for good. Its address answers 404 to the public from now on."""
    end_listing(db, listing, "withdrawn", "withdrawn", allowed=CURRENT)
    tell_of_others(db, listing, "withdrew", by)


def mark_let(db: Session, listing: Listing, *, verb: str = "let", by: By | None = None) -> None:
    """Take a listing off the market because its home is let."""
    end_listing(db, listing, "let", verb, allowed=ON_THE_MARKET)
    tell_of_others(db, listing, "marked as let", by)


def end_listing(db: Session, listing: Listing, state: str, verb: str, *, allowed: tuple[str, ...]) -> None:
    """Bring a listing to an end, and what was being prepared for it."""
    move_listing(db, listing, state, verb, allowed=allowed)
    drop_open(db, listing)


def check_unit(db: Session, listing: Listing, let: Select[Any]) -> None:
    """Raise Refused where a listing's unit cannot be on the market. `let` selects the ids of the units that are let today."""
    if listing.unit is None:
        return
    if listing.unit.archived is not None or listing.unit.property.archived is not None:
        raise Refused("The unit is archived. Take it out of the archive first.")
    if db.scalar(select(exists(let.where(let.selected_columns[0] == listing.unit_id)))):
        raise Refused("The unit is let today, so it cannot be on the market.")


def move_listing(db: Session, listing: Listing, state: str, verb: str, *, allowed: tuple[str, ...], **more: Any) -> None:
    """Bring a listing into a state, with other columns beside it; Refused where it is in none of the `allowed` states."""
    lock_listing(db, listing)
    if listing.state not in allowed:
        raise Refused("Somebody changed this listing meanwhile. Look at it again.")
    for name, value in {"state": state, **more}.items():
        setattr(listing, name, value)
    before, after = changes(listing, ("state", *more))
    db.flush()
    record_listing(db, verb, listing, before=before, after=after)


def listing_of(db: Session, unit: Unit) -> Listing | None:
    """The current listing of a unit."""
    return db.scalar(select(Listing).where(Listing.unit_id == unit.id, Listing.state.in_(CURRENT)))


def last_listing_of(db: Session, unit: Unit) -> Listing | None:
    """The listing that a unit had last, in whatever state: the next one can begin with its words. Not a former landlord's."""
    theirs = (Listing.unit_id == unit.id, Listing.organisation_id == unit.property.organisation_id)
    return db.scalar(select(Listing).where(*theirs).order_by(Listing.id.desc()).limit(1))


@dataclass(frozen=True)
class ListingCard:
    """What a list says of a listing: twelve columns, where the listing with all that hangs on it would be seventy."""

    ref: str
    title: str
    cover: str | None
    price_cents: int
    price_period: str
    beds: int
    baths: int
    furnished: bool
    settlement: str
    island: str
    guests: int | None
    min_nights: int | None


def cards(query: Select[Any]) -> Select[Any]:
    """A query of listings that selects what their cards say; `card_of` makes a card of each row."""
    query = query.join(Unit, Unit.id == Listing.unit_id)
    query = query.join(Settlement, Settlement.id == Listing.settlement_id).join(Island, Island.id == Listing.island_id)
    columns: tuple[Any, ...] = (
        *(Listing.ref, Listing.title, Listing.cover, Listing.price_cents, Listing.price_period),
        *(Unit.beds, Unit.baths, Unit.furnished, Settlement.name, Island.name, Listing.guests, Listing.min_nights),
    )
    return query.with_only_columns(*columns, maintain_column_froms=True)


def card_of(row: Any) -> ListingCard:
    """The card of a row of `cards`; what the row has more is somebody else's."""
    return ListingCard(*row[: len(fields(ListingCard))])


# Made once: making them took as long as running them.
_NEWEST = cards(select(Listing).where(LIVE_HOME))
_NEWEST = _NEWEST.order_by(Listing.published.desc(), Listing.id.desc()).limit(bindparam("most"))
_SIMILAR = _NEWEST.where(Listing.island_id == bindparam("island_id"), Listing.id != bindparam("listing_id"))


def newest_listings(db: Session, *, most: int = 6) -> list[ListingCard]:
    """The latest homes on the market."""
    return [card_of(row) for row in db.execute(_NEWEST, {"most": most})]


def similar_listings(db: Session, listing: Listing, *, most: int = 3) -> list[ListingCard]:
    """Other homes on the same island, the newest first."""
    of = {"island_id": listing.island_id, "listing_id": listing.id}
    return [card_of(row) for row in db.execute(_SIMILAR, {**of, "most": most})]
