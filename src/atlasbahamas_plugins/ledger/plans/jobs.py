"""Jobs of payment plans."""

from __future__ import annotations

from typing import Any

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.charges.resources import EDIT
from atlasbahamas_plugins.ledger.plans import services

LOOK = "ledger.look_at_plans"


def look_at_plans(request: Any, payload: dict[str, Any]) -> None:
    """Whether plans are kept, or broken; another job goes on where there are more."""
    now, tell = request.clock.now(), editing_roles(request)
    after = payload.get("after", 0)
    last = services.look_at_plans(request.db, now=now, today=request.clock.today(), tell=tell, after=after)
    if last is not None:
        enqueue(request.db, LOOK, {"after": last}, now=now)


def editing_roles(request: Any) -> tuple[str, ...]:
    """The roles whose members say what is owed, and are told what became of plans."""
    return tuple(role for role in request.registry.atlas_roles if EDIT in request.grants_of(role))
