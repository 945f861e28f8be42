"""Registers autopay."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas_plugins.leasing.resources import ANSWER, VIEW
from atlasbahamas_plugins.ledger.autopay import jobs, services, views
from atlasbahamas_plugins.ledger.autopay.resources import AutopayNode, Autopays
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.gateways.receiving import CHARGE_FAILED
from atlasbahamas_plugins.ledger.gateways.services import METHOD_REMOVED

FORM = ("GET", "POST")
AFTER_THE_RUNS = time(7, 0)


def includeme(config: Any) -> None:
    """Autopay below the ledger of a lease, and the job of each morning."""
    config.add_child(LeaseLedger, "autopay", Autopays)
    config.contribute(CATEGORIES, services.AUTOPAY, name=services.AUTOPAY.name)
    config.add_job(services.OF_THE_DAY, jobs.autopay_of_the_day)
    config.add_job(services.TAKE, jobs.take_autopay)
    config.add_job(CHARGE_FAILED, jobs.charge_failed)
    config.add_job(METHOD_REMOVED, jobs.method_removed)
    config.add_schedule(services.OF_THE_DAY, services.OF_THE_DAY, at=AFTER_THE_RUNS)
    page = config.add_view
    page(views.show_autopay, context=Autopays, permission=VIEW, renderer="ledger/autopay.jinja2")
    for view, node, name, template in (
        (views.set_autopay, Autopays, "set", "ledger/set_autopay.jinja2"),
        (views.pause_autopay, AutopayNode, "pause", "confirm.jinja2"),
        (views.resume_autopay, AutopayNode, "resume", "confirm.jinja2"),
        (views.end_autopay, AutopayNode, "end", "confirm.jinja2"),
    ):
        page(view, context=node, name=name, permission=ANSWER, accept_methods=FORM, renderer=template)
