"""Registers what happens to leases when a property changes hands."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.handover.services import LeasesGoOn
from atlasbahamas_plugins.portfolio.handover.events import PROPERTY_HANDED_OVER


def includeme(config: Any) -> None:
    """A listener."""
    config.contribute(PROPERTY_HANDED_OVER, LeasesGoOn(), name="leases")
