"""Registers what tenants are told of their rent."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas_plugins.ledger.reminding import jobs, services

IN_THE_MORNING = time(8, 0)
AFTER_THE_LATE_FEES = time(8, 10)
"""Fees are charged at night: who is told in the morning is told of them too."""


def includeme(config: Any) -> None:
    """Two categories, their mails, and the jobs of each morning."""
    for category in (services.RENT_DUE, services.RENT_LATE):
        config.contribute(CATEGORIES, category, name=category.name)
    for template in (services.DUE_TEMPLATE, services.LATE_TEMPLATE):
        config.add_mail_template(template)
    config.add_job(jobs.SAY_DUE, jobs.say_due)
    config.add_schedule(jobs.SAY_DUE, jobs.SAY_DUE, at=IN_THE_MORNING)
    config.add_job(jobs.SAY_LATE, jobs.say_late)
    config.add_schedule(jobs.SAY_LATE, jobs.SAY_LATE, at=AFTER_THE_LATE_FEES)
