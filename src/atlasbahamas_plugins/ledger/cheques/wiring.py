"""Registers cheques."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas_plugins.leasing.resources import VIEW
from atlasbahamas_plugins.ledger.cheques import jobs, views
from atlasbahamas_plugins.ledger.cheques.services import BANKED, CLEARED
from atlasbahamas_plugins.ledger.journal.kinds import ENTRY_KINDS
from atlasbahamas_plugins.ledger.payments.resources import RECORD, PaymentNode, Payments

FORM = ("GET", "POST")
BEFORE_THE_RUNS = time(0, 20)


def includeme(config: Any) -> None:
    """The register, what becomes of a cheque on the page of its payment, and the job of each night."""
    for kind in (BANKED, CLEARED):
        config.contribute(ENTRY_KINDS, kind, name=kind.name)
    config.add_job(jobs.CHEQUES, jobs.cheques_of_the_day)
    config.add_schedule(jobs.CHEQUES, jobs.CHEQUES, at=BEFORE_THE_RUNS)
    page = config.add_view
    page(views.cheque_register, context=Payments, name="cheques", permission=VIEW, renderer="ledger/cheques.jinja2")
    for view, name in ((views.lodge_cheque, "lodge"), (views.clear_cheque, "clear"), (views.return_cheque, "return")):
        page(
            view,
            context=PaymentNode,
            name=name,
            permission=RECORD,
            accept_methods=FORM,
            renderer="ledger/cheque_day.jinja2",
        )
