"""Registers charges."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.charges import jobs, resources, views
from atlasbahamas_plugins.ledger.charges.resources import EDIT, BatchNode, ChargeNode, CreditNode, LeaseLedger, RentRuns
from atlasbahamas_plugins.ledger.charges.run import RUN, RUN_ALL

FORM = ("GET", "POST")
AFTER_THE_LEASES = time(0, 30)


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/rent_runs_card.jinja2", {"node": context})


def _of_lease(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/of_lease.jinja2", {"lease_node": context})


def includeme(config: Any) -> None:
    """The run of each night, the ledger of a lease with what is written there by hand, and the runs of an organisation."""
    config.add_job(RUN, jobs.charge_rent)
    config.add_job(RUN_ALL, jobs.charge_all)
    config.add_schedule(RUN_ALL, RUN_ALL, at=AFTER_THE_LEASES)
    config.add_child(AnyLease, "ledger", LeaseLedger)
    config.add_child(LeaseLedger, "credits", resources.Credits)
    config.add_child(OrganisationNode, "rent-runs", RentRuns)
    config.contribute("slot:organisation", Slot(_organisation_card), name="rent-runs", order=61)
    config.contribute("slot:lease", Slot(_of_lease), name="ledger", order=10)
    page = config.add_view
    page(views.show_charges, context=LeaseLedger, name="charges", permission=VIEW, renderer="ledger/charges.jinja2")
    page(views.rent_runs, context=RentRuns, permission=EDIT, renderer="ledger/rent_runs.jinja2")
    page(views.show_batch, context=BatchNode, permission=EDIT, renderer="ledger/rent_run.jinja2")
    page(views.show_put_right, context=BatchNode, name="put-right", permission=EDIT, renderer="ledger/put_right.jinja2")
    for view, node, name, template in (
        (views.add_charge, LeaseLedger, "charge", "ledger/by_hand.jinja2"),
        (views.give_credit, LeaseLedger, "credit", "ledger/by_hand.jinja2"),
        (views.forgive, ChargeNode, "forgive", "ledger/by_hand.jinja2"),
        (views.take_charge_back, ChargeNode, "take-back", "ledger/take_back.jinja2"),
        (views.take_credit_back, CreditNode, "take-back", "ledger/take_back.jinja2"),
        (views.run_now, RentRuns, "new", "ledger/run_now.jinja2"),
        (views.reverse_batch, BatchNode, "reverse", "ledger/take_back.jinja2"),
    ):
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=template)
