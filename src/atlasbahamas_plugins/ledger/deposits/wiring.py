"""Registers deposits."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.leaving.events import DEPOSIT_KEEPER
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.charges.resources import EDIT, LeaseLedger
from atlasbahamas_plugins.ledger.deposits import jobs, telling, views
from atlasbahamas_plugins.ledger.deposits.resources import Deposits, DispositionNode, RefundNode, Refunds
from atlasbahamas_plugins.ledger.deposits.services import DepositBooks
from atlasbahamas_plugins.ledger.payments.resources import RECORD

FORM = ("GET", "POST")
BEFORE_THE_FEES = time(0, 40)


def _on_move_out(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/deposits_of_move_out.jinja2", {"lease_node": context.above(AnyLease)})


def includeme(config: Any) -> None:
    """The keeper of deposits, their page with what is done there, and the job of each night."""
    config.contribute(DEPOSIT_KEEPER, DepositBooks(), name="books")
    config.contribute(CATEGORIES, telling.DEPOSITS, name=telling.DEPOSITS.name)
    config.contribute("slot:move-out", Slot(_on_move_out), name="deposits", order=10)
    config.add_job(jobs.LAST_RENTS, jobs.use_last_rents)
    config.add_schedule(jobs.LAST_RENTS, jobs.LAST_RENTS, at=BEFORE_THE_FEES)
    config.add_child(LeaseLedger, "deposits", Deposits)
    config.add_child(Deposits, "paid-back", Refunds)
    page = config.add_view
    page(views.show_deposits, context=Deposits, permission=VIEW, renderer="ledger/deposits.jinja2")
    for view, node, name, permission, template in (
        (views.use_last_rent, Deposits, "use-last-rent", EDIT, "ledger/use_last_rent.jinja2"),
        (views.settle, Deposits, "settle", EDIT, "confirm.jinja2"),
        (views.pay_back, Deposits, "pay-back", RECORD, "ledger/pay_back.jinja2"),
        (views.take_disposition_back, DispositionNode, "take-back", EDIT, "ledger/take_back.jinja2"),
        (views.take_refund_back, RefundNode, "take-back", RECORD, "ledger/take_back.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
