"""Pages of cheques."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from atlasbahamas.web.formats import money
from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.ledger.cheques import services
from atlasbahamas_plugins.ledger.cheques.forms import DayForm, ReturnForm
from atlasbahamas_plugins.ledger.cheques.lists import ChequeList
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.ledger.payments.rails import CHEQUE
from atlasbahamas_plugins.ledger.payments.resources import PaymentNode, Payments


def cheque_register(context: Payments, request: Any) -> Any:
    """The cheques of all leases, also those that wait for their day."""
    query = context.visible().where(Payment.rail == CHEQUE, Payment.state != "refused")
    return ChequeList(request, query, node=context, node_of=context.node_of).answer()


def lodge_cheque(context: PaymentNode, request: Any) -> Any:
    """Say when a cheque was brought to the bank."""
    return _day_page(context, request, "Brought to the bank", services.lodge_cheque)


def clear_cheque(context: PaymentNode, request: Any) -> Any:
    """Say since when the bank has the money."""
    return _day_page(context, request, "Cleared", services.clear_cheque)


def _day_page(context: PaymentNode, request: Any, heading: str, act: Callable[..., None]) -> Any:
    form, cheque = DayForm(request, day=request.clock.today()), _cheque(context)

    def submit() -> Any:
        act(request.db, cheque, form.day.data, **_now(request))
        return done(request, context, "It was saved.")

    page = {"heading": heading, "lead": f"Cheque {cheque.number}, {money(context.row.cents)}", "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def return_cheque(context: PaymentNode, request: Any) -> Any:
    """Say that the bank gave a cheque back."""
    form, cheque = ReturnForm(request, day=request.clock.today()), _cheque(context)

    def submit() -> Any:
        services.return_cheque(request.db, cheque, form.day.data, form.reason.data, **_now(request))
        return done(request, context, "The cheque is returned. The receipt is void, and the tenants were told.")

    page = {"heading": "Returned by the bank", "lead": f"Cheque {cheque.number}, {money(context.row.cents)}"}
    return form_page(request, form, {**page, "cancel": context.url()}, submit=submit)


def _cheque(context: PaymentNode) -> Cheque:
    if context.row.cheque is None:
        raise HTTPNotFound()
    return context.row.cheque


def _now(request: Any) -> dict[str, Any]:
    return {"by": request.identity.person_id, "now": request.clock.now(), "today": request.clock.today()}
