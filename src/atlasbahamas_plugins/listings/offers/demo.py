"""Loads the demo offers; what they are is in demo_content.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.services import copy_file
from atlasbahamas.files.store import Store
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.models import PLATFORM_ADMIN, Person, PersonRole
from atlasbahamas_plugins.listings.offers import services
from atlasbahamas_plugins.listings.offers.demo_content import OFFERS
from atlasbahamas_plugins.portfolio.models import Island, Settlement, UnitPhoto


def load_offers(db: Session, store: Store, *, now: datetime) -> None:
    """Write every demo offer with its notes. Deterministic; the photos are those of units, once more."""
    administrators = select(PersonRole.person_id).where(PersonRole.role == PLATFORM_ADMIN)
    by_id = db.scalars(administrators.order_by(PersonRole.person_id)).first()
    assert by_id is not None, "the demo people have an administrator"
    for entry in OFFERS:
        place = select(Settlement.id).join(Island, Island.id == Settlement.island_id)
        settlement_id = db.scalars(place.where(Island.ref == entry.island, Settlement.ref == entry.settlement)).one()
        shown = db.scalars(select(UnitPhoto).order_by(UnitPhoto.id).limit(entry.photos)).all()
        sent = now - timedelta(days=entry.days_ago)
        offer = services.add_offer(
            db,
            store,
            services.OfferDetails(
                entry.name, entry.email, entry.phone, settlement_id, entry.kind, entry.asking_cents, entry.words
            ),
            [copy_file(db, photo.file, now=sent) for photo in shown],
            person_id=db.scalar(select(Person.id).where(Person.user_name == entry.account)),
            now=sent,
            code=demo_code(entry.name),
        )
        for number, (state, words) in enumerate(entry.notes, start=1):
            when = sent + timedelta(days=number)
            if state:
                services.move_offer(db, offer, state, words, by_id=by_id, now=when)
            else:
                services.note_offer(db, offer, words, by_id=by_id, now=when)
