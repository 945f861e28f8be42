"""Taking offers of property, and what administrators do with them. Raises Refused where a rule says no.

What the record of the site says about an offer holds no name and no address: those stand in the offer, and can be erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.errors import Refused
from atlasbahamas.files.gallery.services import Album, add_photos, photos_of
from atlasbahamas.files.models import File
from atlasbahamas.files.services import delete_file
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.notifications.categories import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import PLATFORM_ADMIN, Person, PersonRole
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.listings.offers.models import ENDED, MOVES, Offer, OfferNote, OfferPhoto

OFFERED = NotificationCategory("listings.offers", "Property offered to us", "Somebody wants to sell their property to us.")
FORGET = "listings.forget_offers"
FORGOTTEN_AT_ONCE = 200
VERBS = {"talking": "taken_up", "listed": "listed", "closed": "closed"}


@dataclass(frozen=True)
class OfferDetails:
    """What somebody offers, and how to reach them: by mail, by phone (E.164), or both. The price is cents, or None."""

    name: str
    email: str
    phone: str
    settlement_id: int
    kind: str
    asking_cents: int | None
    words: str


def send_offer(
    db: Session, store: Store, details: OfferDetails, photos: Sequence[Upload | File], *, person_id: int | None, now: datetime
) -> Offer:
    """Put an offer into the administrators' queue and tell them. Raises Refused when it says no way to reach its sender."""
    offer = add_offer(db, store, details, photos, person_id=person_id, now=now)
    subject = f"Offered for sale: {offer.title}"
    notify(db, _administrators(db), OFFERED, subject, TOLD_TEMPLATE, path=f"/admin/offers/{offer.ref}/", now=now)
    return offer


def add_offer(
    db: Session,
    store: Store,
    details: OfferDetails,
    photos: Sequence[Upload | File],
    *,
    person_id: int | None,
    now: datetime,
    code: str | None = None,
) -> Offer:
    """Put an offer into the queue and tell nobody. Raises Refused when it says no way to reach its sender."""
    if not (details.email or details.phone):
        raise Refused("Leave an e-mail address or a phone number, so that we can answer.", "phone")
    offer = Offer(ref=new_key("offer", code=code), state="new", person_id=person_id, created=now)
    offer.name, offer.email, offer.phone, offer.words = details.name, details.email, details.phone, details.words
    offer.settlement_id, offer.kind, offer.asking_cents = details.settlement_id, details.kind, details.asking_cents
    db.add(offer)
    db.flush()
    after = {"kind": offer.kind, "settlement": offer.settlement.name, "asking_cents": offer.asking_cents}
    _record(db, "sent", offer, after=after)
    if photos:
        add_photos(db, store, Album(OfferPhoto, offer, None), photos, person_id=person_id, now=now)
    return offer


def _administrators(db: Session) -> Sequence[int]:
    """Whoever administers the platform and can sign in."""
    query = select(Person.id).join(PersonRole, PersonRole.person_id == Person.id)
    return db.scalars(query.where(PersonRole.role == PLATFORM_ADMIN, Person.disabled.is_(None)).order_by(Person.id)).all()


def note_offer(db: Session, offer: Offer, words: str, *, by_id: int, now: datetime) -> None:
    """Write a note about an offer. Raises Refused for one that was erased."""
    _refuse_erased(offer)
    db.add(OfferNote(offer_id=offer.id, at=now, by_id=by_id, state=None, words=words))
    db.flush()
    _record(db, "noted", offer)


def move_offer(db: Session, offer: Offer, state: str, words: str, *, by_id: int, now: datetime) -> None:
    """Take an offer up, or end it as listed or closed, with a note. Raises Refused where MOVES leads nowhere."""
    _refuse_erased(offer)
    if state not in MOVES[offer.state]:
        raise Refused("Somebody moved this offer on meanwhile. Look at it again.")
    offer.state = state
    offer.ended = now if state in ENDED else None
    before, after = changes(offer, ("state",))
    db.add(OfferNote(offer_id=offer.id, at=now, by_id=by_id, state=state, words=words))
    db.flush()
    _record(db, VERBS[state], offer, before=before, after=after)


def erase_offer(db: Session, store: Store, offer: Offer, *, now: datetime) -> None:
    """Take everything that is personal out of an offer: who sent it and how to reach them, the words, the notes, the photos.

    One that was still open is closed by it. Done twice, it does nothing the second time.
    """
    if offer.erased is None:
        erase_words(db, offer, now=now)
        _remove_photos(db, store, offer)


def erase_words(db: Session, offer: Offer, *, now: datetime) -> None:
    """The same without the photos, for whoever has no store at hand: the job `FORGET` takes those away."""
    for note in notes_of(db, offer):
        note.words = ""
    for photo in photos_of(db, Album(OfferPhoto, offer, None)):
        photo.caption = ""
    if offer.state not in ENDED:
        offer.state = "closed"
    offer.name = offer.email = offer.phone = offer.words = ""
    offer.person_id, offer.ended, offer.erased = None, offer.ended or now, now
    db.flush()
    _record(db, "erased", offer)


def _remove_photos(db: Session, store: Store, offer: Offer) -> None:
    for photo in photos_of(db, Album(OfferPhoto, offer, None)):
        file = photo.file
        db.delete(photo)
        db.flush()
        delete_file(db, store, file)


def forget_offers(db: Session, store: Store, *, before: datetime, now: datetime) -> int:
    """Erase the offers that ended before a moment, and what photos are left of erased ones; gives how many offers that were.

    Where there are many, another job goes on.
    """
    left = exists().where(OfferPhoto.offer_id == Offer.id)
    due = or_(and_(Offer.erased.is_(None), Offer.ended < before), and_(Offer.erased.is_not(None), left))
    query = select(Offer).where(due).order_by(Offer.id).limit(FORGOTTEN_AT_ONCE)
    found = db.scalars(query.with_for_update(of=Offer)).all()
    for offer in found:
        if offer.erased is None:
            erase_words(db, offer, now=now)
        _remove_photos(db, store, offer)
    if len(found) == FORGOTTEN_AT_ONCE:
        enqueue(db, FORGET, {}, now=now)
    return len(found)


def notes_of(db: Session, offer: Offer) -> Sequence[OfferNote]:
    """What was written about an offer, the first first."""
    return db.scalars(select(OfferNote).where(OfferNote.offer_id == offer.id).order_by(OfferNote.id)).all()


def count_new(db: Session) -> int:
    """How many offers nobody has taken up."""
    return db.scalar(select(func.count()).select_from(Offer).where(Offer.state == "new")) or 0


def _refuse_erased(offer: Offer) -> None:
    if offer.erased is not None:
        raise Refused("This offer was erased. There is nobody to talk to any more.")


def _record(db: Session, verb: str, offer: Offer, **changed: object) -> None:
    record(db, f"listings:offer:{verb}", about=("offer", offer.ref), organisation_id=None, **changed)  # type: ignore[arg-type]
