"""Registers payment plans."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas_plugins.leasing.resources import ANSWER, VIEW
from atlasbahamas_plugins.ledger.charges.resources import EDIT, LeaseLedger
from atlasbahamas_plugins.ledger.plans import jobs, telling, views
from atlasbahamas_plugins.ledger.plans.resources import PlanNode, Plans

FORM = ("GET", "POST")
BEFORE_THE_FEES = time(0, 45)


def includeme(config: Any) -> None:
    """The plans of a lease with what is done with them, and the look of each night."""
    config.contribute(CATEGORIES, telling.PLANS, name=telling.PLANS.name)
    config.add_job(jobs.LOOK, jobs.look_at_plans)
    config.add_schedule(jobs.LOOK, jobs.LOOK, at=BEFORE_THE_FEES)
    config.add_child(LeaseLedger, "plans", Plans)
    page = config.add_view
    page(views.show_plans, context=Plans, permission=VIEW, renderer="ledger/plans.jinja2")
    page(views.show_plan, context=PlanNode, permission=VIEW, renderer="ledger/plan.jinja2")
    for view, node, name, permission, template in (
        (views.propose_plan, Plans, "new", EDIT, "ledger/propose_plan.jinja2"),
        (views.agree, PlanNode, "agree", ANSWER, "ledger/agree_to_plan.jinja2"),
        (views.decline, PlanNode, "decline", ANSWER, "ledger/take_back.jinja2"),
        (views.write_agreement, PlanNode, "write-agreement", EDIT, "ledger/write_agreement.jinja2"),
        (views.end_plan, PlanNode, "end", EDIT, "ledger/take_back.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
