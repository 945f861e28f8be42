"""Loads the demo listings; what they are is in demo_content.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.store import Store
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.demo_content import ORGANISATIONS
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.listings import services
from atlasbahamas_plugins.listings.demo_content import LISTINGS, VEHICLES, DemoListing
from atlasbahamas_plugins.listings.models import VEHICLE
from atlasbahamas_plugins.listings.offers.demo import load_offers
from atlasbahamas_plugins.listings.vehicles.services import VehicleDetails, draft_vehicle
from atlasbahamas_plugins.portfolio.models import Island, Property, Settlement, Unit


def _stay(entry: DemoListing, unit: Unit) -> dict[str, int]:
    """Two to a bedroom, and one period at least."""
    if entry.category != "short_term":
        return {}
    return {"guests": max(2, 2 * unit.beds), "min_nights": 7 if entry.price_period == "week" else 2}


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Write every demo listing and bring it into its state. Deterministic; the first in the list is the newest."""
    today = now.astimezone(NASSAU).date()
    for position, entry in enumerate(LISTINGS):
        unit = db.scalars(
            select(Unit)
            .join(Property, Property.id == Unit.property_id)
            .where(Property.name == entry.property_name, Unit.label == entry.unit_label)
        ).one()
        details = services.ListingDetails(
            title=entry.title,
            description=entry.description,
            category=entry.category,
            price_cents=entry.price_cents,
            price_period=entry.price_period,
            available=today + timedelta(days=entry.available_in_days),
            **_stay(entry, unit),
        )
        when = now - timedelta(hours=7 * position)
        listing = services.draft_listing(db, unit, details, now=when, code=demo_code(entry.title))
        if entry.state in ("approved", "paused"):
            services.publish_listing(db, listing, now=when)
        if entry.state == "paused":
            services.pause_listing(db, listing)
    _load_vehicles(db, now)
    load_offers(db, store, now=now)


def _load_vehicles(db: Session, now: datetime) -> None:
    names = {entry.key: entry.name for entry in ORGANISATIONS}
    for position, entry in enumerate(VEHICLES):
        organisation = db.scalars(select(Organisation).where(Organisation.name == names[entry.organisation])).one()
        place = select(Settlement.id).join(Island, Island.id == Settlement.island_id)
        settlement_id = db.scalars(place.where(Island.ref == entry.island, Settlement.ref == entry.settlement)).one()
        facts = VehicleDetails(entry.make, entry.model, entry.year, entry.seats, entry.gears, settlement_id, entry.pick_up)
        today, when = now.astimezone(NASSAU).date(), now - timedelta(hours=11 * position)
        details = services.ListingDetails(entry.title, entry.description, VEHICLE, entry.price_cents, entry.price_period, today)
        listing = draft_vehicle(db, organisation, details, facts, now=when, code=demo_code(entry.title))
        if entry.state == "approved":
            services.publish_listing(db, listing, now=when)
