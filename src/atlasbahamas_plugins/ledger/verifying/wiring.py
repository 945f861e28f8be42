"""Registers the nightly proof, and what operators see of it."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas_plugins.ledger.verifying import jobs, services


def includeme(config: Any) -> None:
    """Two jobs, the schedule, two metrics."""
    config.add_job(jobs.VERIFY, jobs.verify_all)
    config.add_job(jobs.VERIFY_ONE, jobs.verify_one)
    config.add_schedule(jobs.VERIFY, jobs.VERIFY, at=time(4, 20))
    config.add_metric("ledger_books_wrong", "Things that did not hold when the books were proved last.", services.books_wrong)
    config.add_metric(
        "ledger_books_verified_age_seconds", "How old the oldest proof of any books is.", services.books_verified_age_seconds
    )
