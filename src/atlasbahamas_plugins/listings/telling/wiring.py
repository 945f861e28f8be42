"""Registers how people are told what became of their listings."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings.telling.services import REVIEW_CATEGORY


def includeme(config: Any) -> None:
    """One category."""
    config.contribute("notification-category", REVIEW_CATEGORY, name="review")
