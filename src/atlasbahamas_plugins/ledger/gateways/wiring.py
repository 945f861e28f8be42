"""Registers what goes through gateways."""

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from atlasbahamas.people.resources import Home
from atlasbahamas.traversal.nodes import USE
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import ANSWER, VIEW
from atlasbahamas_plugins.ledger.gateways import jobs, services, views
from atlasbahamas_plugins.ledger.gateways.interface import PAYMENT_RAILS, GatewayRail, gateways_of
from atlasbahamas_plugins.ledger.gateways.receiving import SETTLEMENT, TAKEN_BACK
from atlasbahamas_plugins.ledger.gateways.resources import MethodNode, Methods, OnlinePaymentNode, OnlinePayments
from atlasbahamas_plugins.ledger.journal.kinds import ENTRY_KINDS
from atlasbahamas_plugins.ledger.payments.resources import RECORD, LeasePayments, PaymentNode

FORM = ("GET", "POST")
WEBHOOK = "ledger.webhook"


def _of_lease(request: Any, context: Any) -> str:
    offered = bool(gateways_of(request.registry))
    return slot_content(request, "ledger/online_of_lease.jinja2", {"lease_node": context, "offered": offered})


def includeme(config: Any) -> None:
    """The point to which plugins give gateways, the receiver of what those tell, the pages, and the jobs that ask them."""
    config.add_extension_point(PAYMENT_RAILS, GatewayRail)
    for kind in (SETTLEMENT, TAKEN_BACK):
        config.contribute(ENTRY_KINDS, kind, name=kind.name)
    config.contribute("slot:lease", Slot(_of_lease), name="online", order=4)
    config.add_job(services.CHARGE, jobs.charge_method)
    config.add_job(services.REFUND, jobs.refund_payment)

    # Beside the tree: no machine has a session or a role, and its signature is all that counts.
    config.add_route(WEBHOOK, "/gateways/{gateway}/webhook")
    config.add_view(
        views.webhook, route_name=WEBHOOK, accept_methods=("POST",), permission=NO_PERMISSION_REQUIRED, require_csrf=False
    )

    config.add_child(LeasePayments, "online", OnlinePayments)
    config.add_child(Home, "methods", Methods)
    page = config.add_view
    page(views.show_online_payment, context=OnlinePaymentNode, permission=VIEW, renderer="ledger/online_payment.jinja2")
    page(views.methods, context=Methods, permission=USE, renderer="ledger/methods.jinja2")
    page(views.show_method, context=MethodNode, permission=USE, renderer="ledger/method.jinja2")
    for view, node, name, permission, template in (
        (views.pay, LeasePayments, "pay", ANSWER, "ledger/pay.jinja2"),
        (views.refund, PaymentNode, "refund", RECORD, "ledger/take_back.jinja2"),
        (views.add_method, Methods, "add", USE, "ledger/add_method.jinja2"),
        (views.remove_method, MethodNode, "remove", USE, "confirm.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
