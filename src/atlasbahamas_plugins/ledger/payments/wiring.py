"""Registers payments."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import ANSWER, VIEW
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.payments import jobs, resources, telling, views
from atlasbahamas_plugins.ledger.payments.resources import RECORD, LeasePayments, PaymentNode, Payments, ProofNode

FORM = ("GET", "POST")
IN_THE_MORNING = time(8, 0)


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/payments_card.jinja2", {"node": context})


def _of_lease(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/payments_of_lease.jinja2", {"lease_node": context})


def includeme(config: Any) -> None:
    """Payments below the ledger of a lease and as lists of an organisation, and the reminder of each morning."""
    config.add_child(OrganisationNode, "payments", Payments)
    config.add_child(LeaseLedger, "payments", LeasePayments)
    config.add_child(PaymentNode, "proofs", resources.Proofs)
    config.contribute("slot:organisation", Slot(_organisation_card), name="payments", order=58)
    config.contribute("slot:lease", Slot(_of_lease), name="payments", order=5)
    for category in (telling.CONFIRMED, telling.REFUSED, telling.REPORTS, telling.WAITS):
        config.contribute(CATEGORIES, category, name=category.name)
    config.add_job(jobs.REMIND, jobs.remind_of_reports)
    config.add_schedule(jobs.REMIND, jobs.REMIND, at=IN_THE_MORNING)

    page = config.add_view
    for view, node, name, permission, template in (
        (views.payments, Payments, "", VIEW, "payments"),
        (views.payments_to_confirm, Payments, "to-confirm", RECORD, "to_confirm"),
        (views.find_lease, Payments, "record", RECORD, "find_lease"),
        (views.lease_payments, LeasePayments, "", VIEW, "lease_payments"),
        (views.show_payment, PaymentNode, "", VIEW, "payment"),
    ):
        page(view, context=node, name=name, permission=permission, renderer=f"ledger/{template}.jinja2")
    page(views.proof, context=ProofNode, name="file", permission=VIEW)
    for view, node, name, permission, template in (
        (views.confirm_several, Payments, "confirm", RECORD, "ledger/confirm_several.jinja2"),
        (views.record_payment, LeasePayments, "record", RECORD, "ledger/payment_form.jinja2"),
        (views.reallocate, LeasePayments, "allocate", RECORD, "confirm.jinja2"),
        (views.report_payment, LeasePayments, "report", ANSWER, "ledger/payment_form.jinja2"),
        (views.confirm_payment, PaymentNode, "confirm", RECORD, "ledger/confirm_payment.jinja2"),
        (views.refuse_payment, PaymentNode, "refuse", RECORD, "ledger/take_back.jinja2"),
        (views.reverse_payment, PaymentNode, "reverse", RECORD, "ledger/take_back.jinja2"),
        (views.allocate_by_hand, PaymentNode, "allocate", RECORD, "ledger/allocate.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
