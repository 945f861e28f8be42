"""Pages on which property is offered, and those on which administrators work through the offers."""

from __future__ import annotations

from typing import Any

from limits import RateLimitItemPerHour
from pyramid.csrf import check_csrf_origin, check_csrf_token
from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.people.models import Person
from atlasbahamas.security.limits import hit_by_address
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas.web.layout import slot_content
from atlasbahamas_plugins.listings.offers import services
from atlasbahamas_plugins.listings.offers.forms import MOST_PHOTOS, MoveForm, NoteForm, OfferForm
from atlasbahamas_plugins.listings.offers.lists import OfferList
from atlasbahamas_plugins.listings.offers.models import MOVES, OFFER_KINDS, OFFER_STATES, OFFER_TONES
from atlasbahamas_plugins.listings.offers.resources import OfferNode, Offers, SellProperty
from atlasbahamas_plugins.listings.settings import ListingSettings
from atlasbahamas_plugins.portfolio.services import island_choices

OFFER_BY_ADDRESS = RateLimitItemPerHour(10, 1, namespace="offer-address")
QUESTIONS = {"talking": "Take this offer up", "listed": "It is listed now", "closed": "Close this offer"}
TOLD = {"talking": "You are in talks.", "listed": "The offer ended well: it is listed.", "closed": "The offer is closed."}


def sell(context: SellProperty, request: Any) -> Any:
    """The form for everybody. A visitor has no session, so the page is one for all of them and needs no token; what somebody
    who is signed in sends counts as theirs, so it does.
    """
    request.share()
    person = request.db.get(Person, request.identity.person_id) if request.identity is not None else None
    if person is not None and request.method == "POST":
        check_csrf_origin(request)
        check_csrf_token(request)
    values = {"full_name": person.name, "email": person.email, "phone": person.phone} if person is not None else {}
    form = OfferForm(request, **values)

    def submit() -> HTTPSeeOther:
        details = form.details()
        hit_by_address(request, OFFER_BY_ADDRESS)
        store, person_id = request.registry.atlas_store, person.id if person is not None else None
        services.send_offer(request.db, store, details, form.photos.data, person_id=person_id, now=request.clock.now())
        return HTTPSeeOther(context.url("thanks"))

    return form_page(request, form, {"most_photos": MOST_PHOTOS}, submit=submit)


def thanks(context: SellProperty, request: Any) -> dict[str, Any]:
    """After the form: what happens next."""
    request.share()
    return {"kept_days": request.registry.atlas_settings.section(ListingSettings).offers_kept_days}


def offers(context: Offers, request: Any) -> Any:
    """The queue."""
    return OfferList(request, context.visible(), node=context, islands=island_choices(request.db)).answer()


def show_offer(context: OfferNode, request: Any) -> dict[str, Any]:
    """An offer, what was written about it, and where it may go from here."""
    row = context.row
    return {
        "offer": row,
        "kind": OFFER_KINDS[row.kind],
        "state_badge": badge(OFFER_STATES[row.state], OFFER_TONES[row.state]),
        "states": OFFER_STATES,
        "moves": {state: QUESTIONS[state] for state in MOVES[row.state]} if row.erased is None else {},
        "names": {"talking": "talk", "listed": "listed", "closed": "close"},
        "notes": services.notes_of(request.db, row),
    }


def note(context: OfferNode, request: Any) -> Any:
    """Write something down about an offer."""
    form = NoteForm(request)

    def submit() -> HTTPSeeOther:
        me, now = request.identity.person_id, request.clock.now()
        services.note_offer(request.db, context.row, form.words.data, by_id=me, now=now)
        return done(request, context, "The note was saved.")

    return form_page(request, form, {"heading": "Write a note", "button": "Save the note"}, submit=submit)


def talk(context: OfferNode, request: Any) -> Any:
    """Take an offer up."""
    return _move(context, request, "talking")


def listed(context: OfferNode, request: Any) -> Any:
    """End it: the property is listed."""
    return _move(context, request, "listed")


def close(context: OfferNode, request: Any) -> Any:
    """End it without more."""
    return _move(context, request, "closed")


def _move(context: OfferNode, request: Any, state: str) -> Any:
    form = MoveForm(request, context.row, words="")
    if not form.sent:
        form.words.data = ""

    def submit() -> HTTPSeeOther:
        me, now = request.identity.person_id, request.clock.now()
        services.move_offer(request.db, context.row, state, form.words.data, by_id=me, now=now)
        return done(request, context, TOLD[state])

    return form_page(request, form, {"heading": QUESTIONS[state], "button": QUESTIONS[state]}, submit=submit)


def erase(context: OfferNode, request: Any) -> Any:
    """Erase who offered it, after asking."""
    return confirm_page(
        request,
        context,
        "Erase who offered this, with their words, the notes and the photos?",
        lambda: services.erase_offer(request.db, request.registry.atlas_store, context.row, now=request.clock.now()),
        "What was personal in this offer is gone.",
    )


def admin_card(request: Any, context: Any) -> str:
    """What waits, on the administrators' page."""
    if not request.has_permission("listings:offer:view", context):
        return ""
    values = {"url": context.url("offers", ""), "new": services.count_new(request.db)}
    return slot_content(request, "listings/offers_card.jinja2", values)
