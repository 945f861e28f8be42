"""Registers what takes listings of let homes down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas_plugins.listings.let import jobs, views
from atlasbahamas_plugins.listings.let.services import LET_CATEGORY, TAKE_DOWN
from atlasbahamas_plugins.listings.resources import EDIT, OwnListing

EVERY = timedelta(minutes=10)


def includeme(config: Any) -> None:
    """The job and its schedule, the button, and the category."""
    config.add_job(TAKE_DOWN, jobs.take_down_let)
    config.add_schedule(TAKE_DOWN, TAKE_DOWN, every=EVERY)
    config.contribute("notification-category", LET_CATEGORY, name="let")
    config.add_view(
        views.let, context=OwnListing, name="let", permission=EDIT, accept_methods=("GET", "POST"), renderer="confirm.jinja2"
    )
