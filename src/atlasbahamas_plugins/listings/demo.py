"""Loads the demo listings; what they are is in demo_content.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import DOCUMENT
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import prepare
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.demo_content import ORGANISATIONS
from atlasbahamas.people.models import PLATFORM_ADMIN, Organisation, PersonRole
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.listings import services
from atlasbahamas_plugins.listings.demo_content import LISTINGS, NEW_TITLES, PAPER, PHOTOGRAPHED, SENT_BACK, DemoListing
from atlasbahamas_plugins.listings.models import VEHICLE, Listing
from atlasbahamas_plugins.listings.offers.demo import load_offers
from atlasbahamas_plugins.listings.review.services import APPROVE, ASK, Decision, decide, submit_listing
from atlasbahamas_plugins.listings.vehicles.demo_content import VEHICLES
from atlasbahamas_plugins.listings.vehicles.services import VehicleDetails, draft_vehicle
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingVersion
from atlasbahamas_plugins.listings.versions.services import add_documents, drafts_of
from atlasbahamas_plugins.portfolio.models import Island, Property, Settlement, Unit


def _stay(entry: DemoListing, unit: Unit) -> dict[str, int]:
    """Two to a bedroom, and one period at least."""
    if entry.category != "short_term":
        return {}
    return {"guests": max(2, 2 * unit.beds), "min_nights": 7 if entry.price_period == "week" else 2}


NOBODY = select(Unit.id).where(false())


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Write every demo listing and bring it into its state. Deterministic; the first in the list is the newest."""
    titles = {(above, unit): [(title, submitted)] for above, unit, title, submitted in NEW_TITLES}
    today = now.astimezone(NASSAU).date()
    reviewer = db.scalars(select(PersonRole.person_id).where(PersonRole.role == PLATFORM_ADMIN).limit(1)).one()
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
        if (entry.property_name, entry.unit_label) in PHOTOGRAPHED:
            services.begin_with_photos(db, [listing], now=when)
            if entry.state in ("draft", "submitted"):
                _add_paper(db, store, listing, now=when)
        if entry.state != "draft":
            _bring_to(db, listing, entry.state, reviewer, now=when)
        for title, submitted in titles.get((entry.property_name, entry.unit_label), ()):
            services.edit_listing(db, listing, replace(details, title=title), now=now)
            if submitted:
                _submit(db, listing, now=now)
    _load_vehicles(db, reviewer, now)
    load_offers(db, store, now=now)


def _load_vehicles(db: Session, reviewer: int, now: datetime) -> None:
    names = {entry.key: entry.name for entry in ORGANISATIONS}
    for position, entry in enumerate(VEHICLES):
        organisation = db.scalars(select(Organisation).where(Organisation.name == names[entry.organisation])).one()
        place = select(Settlement.id).join(Island, Island.id == Settlement.island_id)
        settlement_id = db.scalars(place.where(Island.ref == entry.island, Settlement.ref == entry.settlement)).one()
        facts = VehicleDetails(entry.make, entry.model, entry.year, entry.seats, entry.gears, settlement_id, entry.pick_up)
        today, when = now.astimezone(NASSAU).date(), now - timedelta(hours=11 * position)
        details = services.ListingDetails(entry.title, entry.description, VEHICLE, entry.price_cents, entry.price_period, today)
        listing = draft_vehicle(db, organisation, details, facts, now=when, code=demo_code(entry.title))
        if entry.state != "draft":
            _bring_to(db, listing, entry.state, reviewer, now=when)


def _bring_to(db: Session, listing: Listing, state: str, reviewer: int, *, now: datetime) -> None:
    version = _submit(db, listing, now=now)
    if state == "submitted":
        return
    decision = Decision(ASK, SENT_BACK, ("price",)) if state == "changes_requested" else Decision(APPROVE, "", tuple(CHECKLIST))
    decide(db, version, decision, seen=listing.version, roles=(), reviewing=(), let=NOBODY, person_id=reviewer, now=now)
    if state == "paused":
        services.pause_listing(db, listing)


def _add_paper(db: Session, store: Store, listing: Listing, *, now: datetime) -> None:
    paper = prepare(BytesIO(_pdf(PAPER)), "authority-to-let.pdf", kinds=(DOCUMENT,), max_bytes=10_000)
    draft = db.scalars(drafts_of([listing])).one()
    add_documents(db, store, draft, [paper], person_id=None, now=now)


def _pdf(lines: Sequence[str]) -> bytes:
    """A page with a few lines of plain text."""
    text = "BT /F 16 Tf 72 720 Td 24 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    written, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode("ascii")


def _submit(db: Session, listing: Listing, *, now: datetime) -> ListingVersion:
    return submit_listing(db, listing, reviewed=True, let=NOBODY, person_id=None, now=now)
