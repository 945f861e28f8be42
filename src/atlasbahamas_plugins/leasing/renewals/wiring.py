"""Registers renewals, new rents, and the job that says that terms roll over."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas_plugins.leasing.renewals import jobs, services, views
from atlasbahamas_plugins.leasing.resources import EDIT, LeaseNode

FORM = ("GET", "POST")
IN_THE_MORNING = time(8, 0)


def includeme(config: Any) -> None:
    """The pages of a lease, and the job of each morning."""
    config.add_job(services.SAY, jobs.say)
    config.add_schedule(services.SAY, services.SAY, at=IN_THE_MORNING)
    config.add_mail_template(services.RENT_TEMPLATE)
    config.add_mail_template(services.TERM_TEMPLATE)
    for view, name, template in (
        (views.renew_lease, "renew", "leasing/lease_form.jinja2"),
        (views.change_rent, "rent", "leasing/rent_form.jinja2"),
    ):
        config.add_view(view, context=LeaseNode, name=name, permission=EDIT, accept_methods=FORM, renderer=template)
