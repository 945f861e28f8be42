"""Registers what members can be limited to."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.limits import LIMITS
from atlasbahamas_plugins.portfolio.limits.services import PropertyParts


def includeme(config: Any) -> None:
    """The properties."""
    config.contribute(LIMITS, PropertyParts(), name="properties")
