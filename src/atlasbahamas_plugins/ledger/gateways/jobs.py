"""Jobs of gateways: they speak to one while no transaction is open, so that nobody waits for it."""

from __future__ import annotations

from typing import Any

from atlasbahamas.settings import AtlasSettings
from atlasbahamas_plugins.ledger.gateways import receiving, services
from atlasbahamas_plugins.ledger.gateways.interface import GatewayRefused, Order, gateways_of
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment
from atlasbahamas_plugins.ledger.journal.services import open_journal

GONE = "This way to pay is not offered any more."


def charge_method(request: Any, payload: dict[str, Any]) -> None:
    """Ask the gateway for money by a saved method. What it refuses at once has failed; a gateway that is down is asked again."""
    asked = _asked(request, payload, "started")
    if asked is None:
        return
    gateway, order, token, _ = asked
    rail = gateways_of(request.registry).get(gateway)
    if rail is None or token is None:
        _fail(request, payload, GONE)
        return
    try:
        rail.charge(order, token)
    except GatewayRefused as refused:
        _fail(request, payload, str(refused))


def refund_payment(request: Any, payload: dict[str, Any]) -> None:
    """Ask the gateway to give a payment back. What it refuses is for people to look at: the job fails, and says so."""
    asked = _asked(request, payload, "paid")
    if asked is None:
        return
    gateway, order, _, remote_ref = asked
    gateways_of(request.registry)[gateway].refund(order, remote_ref)


def _asked(request: Any, payload: dict[str, Any], state: str) -> tuple[str, Order, str | None, str] | None:
    """The gateway, what it is asked for, the method's token, and its own reference; None where that is over."""
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    with request.registry.atlas_db.transaction("read") as db:
        payment = db.get_one(GatewayPayment, payload["gateway_payment_id"])
        if payment.state != state:
            return None
        token = payment.method.token if payment.method is not None else None
        return payment.gateway, services.order_of(db, payment, base_url), token, payment.remote_ref


def _fail(request: Any, payload: dict[str, Any], reason: str) -> None:
    db = request.db
    payment = db.get_one(GatewayPayment, payload["gateway_payment_id"])
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    if payment.state == "started":
        receiving.fail(db, payment, reason, now=request.clock.now())
