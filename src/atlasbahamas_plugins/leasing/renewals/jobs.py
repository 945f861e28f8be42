"""Jobs of renewals."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.renewals import services
from atlasbahamas_plugins.leasing.resources import EDIT


def say(request: Any, payload: dict[str, Any]) -> None:
    """Say which terms end, and what becomes of the leases."""
    roles = [role for role in request.registry.atlas_roles if EDIT in request.grants_of(role)]
    services.say_that_terms_end(request.db, roles=roles, now=request.clock.now(), today=request.clock.today())
