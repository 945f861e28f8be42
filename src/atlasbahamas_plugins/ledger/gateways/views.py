"""Pages of what goes through gateways, and the receiver of webhooks. A view parses, calls one service, answers."""

from __future__ import annotations

import json
from typing import Any

import structlog
from limits import RateLimitItemPerMinute
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from sqlalchemy import select

from atlasbahamas.audit.actor import Actor
from atlasbahamas.errors import Refused
from atlasbahamas.security.limits import hit_by_address
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.web.formats import badge, money
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.models import BINDING
from atlasbahamas_plugins.leasing.resources import AnyLease
from atlasbahamas_plugins.ledger.allocation.services import payable_charges
from atlasbahamas_plugins.ledger.figures.services import next_to_pay
from atlasbahamas_plugins.ledger.gateways import receiving, services
from atlasbahamas_plugins.ledger.gateways.forms import AddMethodForm, PayForm, RefundForm
from atlasbahamas_plugins.ledger.gateways.interface import GatewayRail, WebhookRefused, gateways_of
from atlasbahamas_plugins.ledger.gateways.models import METHOD_STATES, METHOD_TONES, STATES, TONES, GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.gateways.resources import MethodNode, Methods, OnlinePaymentNode, OnlinePayments
from atlasbahamas_plugins.ledger.payments.resources import LeasePayments, PaymentNode

log = structlog.get_logger("atlasbahamas_plugins.ledger.gateways")
MOST_BYTES = 64 * 1024
"""How large a webhook may be."""

WEBHOOKS_BY_ADDRESS = RateLimitItemPerMinute(600, 1, namespace="webhook-address")
_SAVED = "saved:"


def webhook(request: Any) -> Response:
    """Take what a gateway tells. Nothing of it is believed before its signature is, and a refusal leaves nothing behind."""
    gateway = request.matchdict["gateway"]
    rail = gateways_of(request.registry).get(gateway)
    if rail is None:
        return _answer(404, "there is no such gateway")
    hit_by_address(request, WEBHOOKS_BY_ADDRESS)
    if (request.content_length or 0) > MOST_BYTES or len(request.body) > MOST_BYTES:
        return _answer(413, "that is too large for a webhook")
    now = request.clock.now()
    try:
        event = rail.read_webhook(request.headers, request.body, now=now)
    except WebhookRefused as refused:
        log.warning("webhook refused", gateway=gateway, why=str(refused))
        return _answer(400, str(refused))
    request.acting = Actor(None, f"gateway:{gateway}", request.client_addr or "", request.user_agent or "", request.id)
    try:
        receiving.receive(request.db, rail, gateway, event, request.body, now=now, today=request.clock.today())
    except receiving.UnknownOrder:
        return _answer(404, "nothing was asked for under this reference")
    except receiving.ContradictoryEvent as contradiction:
        log.error("webhook contradicts what is known", gateway=gateway, event_id=event.id, why=str(contradiction))
        return _answer(422, str(contradiction))
    except Refused as refused:
        log.error("webhook cannot be followed", gateway=gateway, event_id=event.id, why=refused.message)
        return _answer(409, refused.message)
    return _answer(200)


def _answer(status: int, error: str = "") -> Response:
    said = {"error": error} if error else {"received": True}
    return Response(json.dumps(said), status=status, content_type="application/json", charset="utf-8")


def pay(context: LeasePayments, request: Any) -> Any:
    """Pay for a lease: led to the gateway, or by a saved method."""
    lease, offered, me = context.above(AnyLease).row, gateways_of(request.registry), request.identity.person_id
    if not offered or lease.state not in BINDING:
        raise HTTPNotFound()
    owed = sum(charge.open_cents for charge in payable_charges(request.db, lease))
    saved = {f"{_SAVED}{each.ref}": each for each in _usable(request, me) if each.gateway in offered}
    due = next_to_pay(request.db, [lease], today=request.clock.today()).get(lease.id) if not owed else None
    on_its_way = services.on_its_way(request.db, lease.id, now=request.clock.now())
    # A rent is paid before its day by those who pay in time.
    amount = max(0, due.coming_cents - on_its_way) if due is not None else owed
    form = PayForm(request, cents=amount or None, how=next(iter([*saved, *offered])))
    form.how.offer([(name, each.label) for name, each in saved.items()] + [(name, rail.offer) for name, rail in offered.items()])

    def submit() -> Any:
        online, by = OnlinePayments(request, context, "online"), {"by": me, "now": request.clock.now()}
        ref, cents, how = form.ref.data or "", form.cents.data, form.how.data
        if how in saved:
            paying = services.charge_method(request.db, lease, saved[how], cents, ref=ref, **by)
            return done(request, online.node_of(paying), f"{money(cents)} will be taken in a moment.")
        at = services.Addresses(_base_url(request), online.url(ref, ""))
        paying = services.start_payment(request.db, offered[how], lease, cents, ref=ref, at=at, **by)
        return done(request, online.node_of(paying), "Go on to the payment page now.")

    coming = due.coming_rent if due is not None else None
    page = {"owed_cents": owed, "coming": coming, "on_its_way_cents": on_its_way, "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def show_online_payment(context: OnlinePaymentNode, request: Any) -> dict[str, Any]:
    """A try to pay, and what has become of it."""
    payment = context.row
    mine = request.identity.person_id == payment.by_person_id
    open_page = payment.state == "started" and payment.until is not None and payment.until > request.clock.now()
    return {
        "payment": payment,
        "state_badge": badge(STATES[payment.state], TONES[payment.state]),
        "go_on": payment.address if mine and open_page else None,
        "payments": context.above(LeasePayments),
        "label": payment.method.label if mine and payment.method is not None else None,
    }


def refund(context: PaymentNode, request: Any) -> Any:
    """Let the gateway give a payment back."""
    payment = context.row
    form = RefundForm(request)

    def submit() -> Any:
        by, now = request.identity.person_id, request.clock.now()
        services.ask_for_refund(request.db, payment, form.reason.data, by=by, now=now)
        return done(request, context, "The gateway is asked to give it back. The books follow as soon as it says that it has.")

    query = select(GatewayPayment.id).where(GatewayPayment.payment_id == payment.id, GatewayPayment.state == "paid")
    if not form.sent and request.db.scalar(query) is None:
        raise HTTPNotFound()
    hint = "All of it goes back to where it came from. Its receipt becomes void, and what it paid is owed again."
    page = {"heading": "Give this money back", "lead": context.title, "hint": hint, "button": "Give it back"}
    return form_page(request, form, {**page, "cancel": context.url()}, submit=submit)


def methods(context: Methods, request: Any) -> dict[str, Any]:
    """The caller's saved cards."""
    rows = request.db.scalars(context.visible().where(SavedMethod.state == "saved").order_by(SavedMethod.id.desc()))
    nodes = [context.node_of(row) for row in rows]
    return {"nodes": nodes, "today": request.clock.today(), "may_add": bool(gateways_of(request.registry))}


def add_method(context: Methods, request: Any) -> Any:
    """Give a card to a gateway to keep."""
    offered: dict[str, GatewayRail] = gateways_of(request.registry)
    if not offered:
        raise HTTPNotFound()
    form = AddMethodForm(request, gateway=next(iter(offered)))
    form.gateway.offer([(name, rail.offer) for name, rail in offered.items()])

    def submit() -> Any:
        ref = form.ref.data or ""
        at = services.Addresses(_base_url(request), context.url(ref, ""))
        by, now = request.identity.person_id, request.clock.now()
        method = services.start_saving(request.db, offered[form.gateway.data], ref=ref, at=at, by=by, now=now)
        return done(request, context.node_of(method), "Go on to the page where the card is saved.")

    return form_page(request, form, {"cancel": context.url()}, submit=submit)


def show_method(context: MethodNode, request: Any) -> dict[str, Any]:
    """One saved card, or what has become of a try to save one."""
    method = context.row
    still_good = method.created + services.GOOD_FOR > request.clock.now()
    return {
        "method": method,
        "state_badge": badge(METHOD_STATES[method.state], METHOD_TONES[method.state]),
        "go_on": method.address if method.state == "asked" and still_good else None,
    }


def remove_method(context: MethodNode, request: Any) -> Any:
    """Remove a saved card, after asking."""
    return confirm_page(
        request,
        context,
        "Remove this card? Nothing can be taken by it any more, and an autopay with it stops.",
        lambda: services.remove_method(request.db, context.row, now=request.clock.now()),
        "The card is removed.",
    )


def _usable(request: Any, person_id: int) -> list[SavedMethod]:
    return services.methods_of(request.db, person_id, today=request.clock.today())


def _base_url(request: Any) -> str:
    base_url: str = request.registry.atlas_settings.section(AtlasSettings).base_url
    return base_url
