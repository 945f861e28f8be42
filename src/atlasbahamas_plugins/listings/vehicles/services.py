"""Writing listings of vehicles, and finding them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.listings.models import LIVE_VEHICLE, Listing
from atlasbahamas_plugins.listings.services import ListingDetails, begin_listing, edit_listing, index_listing
from atlasbahamas_plugins.listings.telling.services import By, tell_of_others
from atlasbahamas_plugins.listings.vehicles.models import Vehicle
from atlasbahamas_plugins.portfolio.models import Island, Settlement


@dataclass(frozen=True)
class VehicleDetails:
    """What there is to say of a vehicle; `pick_up` is where in the settlement it is fetched, in words."""

    make: str
    model: str
    year: int
    seats: int
    gears: str
    settlement_id: int
    pick_up: str


FACTS = tuple(field.name for field in fields(VehicleDetails))


def draft_vehicle(
    db: Session,
    organisation: Organisation,
    details: ListingDetails,
    facts: VehicleDetails,
    *,
    now: datetime,
    code: str | None = None,
) -> Listing:
    """Write the listing of a vehicle that an organisation rents out."""
    listing = Listing(
        ref=new_key(details.title, code=code), unit=None, organisation_id=organisation.id, state="draft", created=now
    )
    begin_listing(db, listing, details, asdict(facts), now=now, code=code)
    db.add(Vehicle(listing_id=listing.id, **asdict(facts)))
    db.flush()
    db.refresh(listing, ["island_id", "settlement_id"])
    index_listing(db, listing)
    return listing


def edit_vehicle(
    db: Session, listing: Listing, details: ListingDetails, facts: VehicleDetails, *, now: datetime, by: By | None = None
) -> None:
    """Change what the listing of a vehicle says. Raises Refused where `edit_listing` does."""
    vehicle = vehicle_of(db, listing)
    for name, value in asdict(facts).items():
        setattr(vehicle, name, value)
    before, after = changes(vehicle, FACTS)
    changed = edit_listing(db, listing, details, now=now)
    db.flush()
    if after:
        db.refresh(vehicle, ["settlement"])
        db.refresh(listing, ["island_id", "settlement_id"])
        index_listing(db, listing)
        about = ("listing", listing.ref)
        record(db, "listings:vehicle:changed", about=about, organisation_id=listing.organisation_id, before=before, after=after)
    if after or changed:
        tell_of_others(db, listing, "changed", by)


def vehicle_of(db: Session, listing: Listing) -> Vehicle:
    """The vehicle that a listing without a unit is of. Raises NoResultFound for a home's."""
    return db.get_one(Vehicle, listing.id)


@dataclass(frozen=True)
class VehicleCard:
    """What a list says of a vehicle."""

    ref: str
    title: str
    cover: str | None
    price_cents: int
    price_period: str
    make: str
    model: str
    year: int
    seats: int
    gears: str
    settlement: str
    island: str


def vehicle_cards(query: Select[Any]) -> Select[Any]:
    """A query of vehicles' listings that selects what their cards say; `vehicle_card_of` makes a card of each row."""
    query = query.join(Vehicle, Vehicle.listing_id == Listing.id)
    query = query.join(Settlement, Settlement.id == Listing.settlement_id).join(Island, Island.id == Listing.island_id)
    columns: tuple[Any, ...] = (
        *(Listing.ref, Listing.title, Listing.cover, Listing.price_cents, Listing.price_period),
        *(Vehicle.make, Vehicle.model, Vehicle.year, Vehicle.seats, Vehicle.gears, Settlement.name, Island.name),
    )
    return query.with_only_columns(*columns, maintain_column_froms=True)


def vehicle_card_of(row: Any) -> VehicleCard:
    """The card of a row of `vehicle_cards`; what the row has more is somebody else's."""
    return VehicleCard(*row[: len(fields(VehicleCard))])


_SIMILAR = vehicle_cards(select(Listing).where(LIVE_VEHICLE))
_SIMILAR = _SIMILAR.order_by(Listing.published.desc(), Listing.id.desc()).limit(3)
_SIMILAR = _SIMILAR.where(Listing.island_id == bindparam("island_id"), Listing.id != bindparam("listing_id"))


def similar_vehicles(db: Session, listing: Listing) -> list[VehicleCard]:
    """Other vehicles on the same island, the newest first."""
    rows = db.execute(_SIMILAR, {"island_id": listing.island_id, "listing_id": listing.id})
    return [vehicle_card_of(row) for row in rows]
