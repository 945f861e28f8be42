"""Jobs of autopay."""

from __future__ import annotations

from datetime import date
from typing import Any

from atlasbahamas_plugins.ledger.autopay import services
from atlasbahamas_plugins.ledger.autopay.models import Autopay
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod


def autopay_of_the_day(request: Any, payload: dict[str, Any]) -> None:
    """A day has come: remind, and take."""
    clock = request.clock
    services.run_day(request.db, now=clock.now(), today=clock.today(), after=payload.get("after", 0))


def take_autopay(request: Any, payload: dict[str, Any]) -> None:
    """Take for one instruction what is due on one of its days."""
    autopay = request.db.get_one(Autopay, payload["autopay_id"])
    services.take(request.db, autopay, date.fromisoformat(payload["day"]), now=request.clock.now())


def charge_failed(request: Any, payload: dict[str, Any]) -> None:
    """Money could not be taken by a saved method."""
    payment = request.db.get_one(GatewayPayment, payload["gateway_payment_id"])
    services.after_failure(request.db, payment, now=request.clock.now())


def method_removed(request: Any, payload: dict[str, Any]) -> None:
    """A saved method is gone."""
    method = request.db.get_one(SavedMethod, payload["method_id"])
    services.stop_with_method(request.db, method, now=request.clock.now())
