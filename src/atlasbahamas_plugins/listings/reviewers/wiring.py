"""Registers what tells reviewers that something waits for them."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas_plugins.listings.reviewers import jobs
from atlasbahamas_plugins.listings.reviewers.services import TELL, WAITING

IN_THE_MORNING = time(6, 45)
"""Before the daily mails are made, which may hold it."""


def includeme(config: Any) -> None:
    """The job, its schedule, and the category."""
    config.contribute("notification-category", WAITING, name="waiting")
    config.add_job(TELL, jobs.tell)
    config.add_schedule(TELL, TELL, at=IN_THE_MORNING)
