"""A person's own data among the offers: property that they offered for sale, and what they wrote about others'."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.jobs.services import enqueue
from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.listings.offers.models import Offer, OfferNote
from atlasbahamas_plugins.listings.offers.services import FORGET, erase_words


def export(db: Session, person_id: int) -> Rows:
    """Their offers, and the notes that they wrote about others' without what is in those offers."""
    offers = db.scalars(select(Offer).where(Offer.person_id == person_id).order_by(Offer.id))
    notes = db.scalars(select(OfferNote).where(OfferNote.by_id == person_id).order_by(OfferNote.id))
    names = ("ref", "name", "email", "phone", "kind", "asking_cents", "words", "state", "created", "ended")
    return {
        "listings_offer": [
            {"settlement": offer.settlement.name, **{name: getattr(offer, name) for name in names}} for offer in offers
        ],
        "listings_offer_note": [{name: getattr(note, name) for name in ("at", "state", "words")} for note in notes],
    }


def erase(db: Session, leaving: Leaving) -> None:
    """Their offers lose all that is personal, also those that they sent without signing in; in a note that names them a
    pseudonym stands in their place.
    """
    sent = or_(
        Offer.person_id == leaving.person_id,
        func.lower(Offer.email).in_(leaving.lower_addresses),
        Offer.phone.in_(leaving.addresses),
    )
    found = db.scalars(select(Offer).where(sent, Offer.erased.is_(None)).order_by(Offer.id)).all()
    for offer in found:
        erase_words(db, offer, now=leaving.now)
    if found:
        enqueue(db, FORGET, {}, now=leaving.now)
    for note in db.scalars(select(OfferNote).where(leaving.mentioned_in(OfferNote.words))):
        note.words = leaving.redact(note.words)
    db.flush()
