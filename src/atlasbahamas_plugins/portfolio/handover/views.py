"""Pages on which a property is offered, answered and looked back at."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.portfolio.handover import services
from atlasbahamas_plugins.portfolio.handover.events import PROPERTY_HANDED_OVER
from atlasbahamas_plugins.portfolio.handover.forms import OfferForm
from atlasbahamas_plugins.portfolio.handover.lists import FormerList, HandoverList, state_of
from atlasbahamas_plugins.portfolio.handover.resources import FormerProperties, FormerPropertyNode, HandoverNode, Handovers
from atlasbahamas_plugins.portfolio.owners.services import owners_known_to
from atlasbahamas_plugins.portfolio.resources import PropertyNode, organisation_above


def offer(context: PropertyNode, request: Any) -> Any:
    """Offer the property to another organisation."""
    today = request.clock.today()
    form = OfferForm(request, day=today)
    handovers = Handovers(request, organisation_above(context), "handovers")

    def submit() -> Any:
        handover = services.offer_property(
            request.db,
            context.row,
            form.to.data,
            form.day.data,
            person_id=request.identity.person_id,
            now=request.clock.now(),
            today=today,
        )
        return done(request, handovers.node_of(handover), f"The property is offered to {handover.taker.name}.")

    values = {"property": context.row, "offers_url": handovers.url(), "under_way": services.under_way(request.db, context.row)}
    return form_page(request, form, values, submit=submit)


def handovers(context: Handovers, request: Any) -> Any:
    """What was offered, on either side."""
    return HandoverList(request, context.visible(), node=context).answer()


def show_handover(context: HandoverNode, request: Any) -> dict[str, Any]:
    """An offer, and what can be done with it."""
    row = context.row
    return {
        "handover": row,
        "state": state_of(row),
        "may_answer": not context.is_giver and row.answer is None,
        "may_withdraw": context.is_giver and row.done is None and row.answer in (None, "accepted"),
    }


def accept(context: HandoverNode, request: Any) -> Any:
    """Take the property, after asking."""
    return confirm_page(
        request,
        context,
        "Take this property?",
        lambda: services.accept_handover(
            request.db,
            context.row,
            organisation_above(context).row.id,
            request.registry.atlas_points.get(PROPERTY_HANDED_OVER),
            person_id=request.identity.person_id,
            now=request.clock.now(),
            today=request.clock.today(),
        ),
        "You take the property.",
    )


def decline(context: HandoverNode, request: Any) -> Any:
    """Say no, after asking."""
    return _answer(context, request, "Say no to this property?", services.decline_handover, "You do not take the property.")


def withdraw(context: HandoverNode, request: Any) -> Any:
    """Take the offer back, after asking."""
    return _answer(context, request, "Take this offer back?", services.withdraw_handover, "The offer is taken back.")


def _answer(context: HandoverNode, request: Any, question: str, answer: Any, message: str) -> Any:
    def act() -> None:
        mine, me = organisation_above(context).row.id, request.identity.person_id
        answer(request.db, context.row, mine, person_id=me, now=request.clock.now())

    return confirm_page(request, context, question, act, message)


def former_properties(context: FormerProperties, request: Any) -> Any:
    """What the organisation had."""
    return FormerList(request, context.visible(), node=context).answer()


def former_property(context: FormerPropertyNode, request: Any) -> dict[str, Any]:
    """A property as it was when it was handed over, and its owners as the organisation knew them."""
    row = context.row
    may_see_owners = request.has_permission("portfolio:owner:view", context)
    return {
        "former": row,
        "facts": row.facts,
        "owners": owners_known_to(request.db, row.property_id, row.organisation_id, row.ends) if may_see_owners else None,
    }
