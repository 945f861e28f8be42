"""Jobs that write, dawdle, fail and hang; a schedule of one second; a page that asks for a job."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from pyramid.response import Response

from atlasbahamas.jobs.services import enqueue
from atlasbahamas.traversal.nodes import VIEW, Root
from effects_plugin.models import Effect


def write_effect(request: Any, payload: dict[str, Any]) -> None:
    """Write, then take a while before the commit: whoever is killed is likely to be killed here."""
    request.db.add(Effect(name=payload.get("name") or f"tick {payload['due']}"))
    request.db.flush()
    time.sleep(payload.get("nap", 0))


def fail_always(request: Any, payload: dict[str, Any]) -> None:
    write_effect(request, payload)
    raise RuntimeError("poison")


def hang(request: Any, payload: dict[str, Any]) -> None:
    time.sleep(3600)


def ask(context: Any, request: Any) -> Response:
    enqueue(request.db, "effects.write_effect", {"name": request.GET["name"]}, now=request.clock.now())
    return Response("asked")


def includeme(config: Any) -> None:
    config.add_job("effects.write_effect", write_effect)
    config.add_job("effects.fail_always", "effects_plugin.wiring.fail_always", attempts=2)
    config.add_job("effects.hang_on", hang, attempts=1)
    config.add_schedule("effects.tick", "effects.write_effect", every=timedelta(seconds=1))
    config.add_view(ask, context=Root, name="ask-for-effect", permission=VIEW, accept_methods=("POST",), require_csrf=False)
