"""What is done with a listing. Raises Refused where a rule says no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.listings.models import CATEGORIES, CURRENT, Listing, ListingWord
from atlasbahamas_plugins.portfolio.models import Property, Settlement, Unit

FIELDS = ("title", "description", "category", "available", "price_cents", "price_period")
MAX_WORDS = 400
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


def matching(typed: str) -> ColumnElement[bool]:
    """Listings in which every typed word begins some word."""
    found = Listing.id == Listing.id
    for word in words_of([typed])[:8]:
        begins = select(ListingWord.listing_id).where(ListingWord.word >= word, ListingWord.word < f"{word}\u007f")
        found &= Listing.id.in_(begins)
    return found


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


def similar_listings(db: Session, listing: Listing, *, most: int = 3) -> list[Listing]:
    """Other live listings on the same island, the newest first."""
    query = (
        select(Listing)
        .join(Unit, Unit.id == Listing.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .join(Settlement, Settlement.id == Property.settlement_id)
        .where(Listing.state == "approved", Listing.id != listing.id)
        .where(Settlement.island_id == listing.unit.property.settlement.island_id)
    )
    return list(db.scalars(query.order_by(Listing.published.desc(), Listing.id.desc()).limit(most)))


def newest_listings(db: Session, *, most: int = 6) -> list[Listing]:
    """The latest live listings."""
    query = select(Listing).where(Listing.state == "approved").order_by(Listing.published.desc(), Listing.id.desc())
    return list(db.scalars(query.limit(most)))
