"""While the site is read-only, whatever might write is answered 503 before it begins; pages are shown, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from atlasbahamas.db.request import SAFE_METHODS
from atlasbahamas.readonly.services import Pause
from atlasbahamas.readonly.switch import Switch
from atlasbahamas.web.formats import local_datetime

WORDS = "Nothing was saved: {until} you can look at everything, but change nothing. You stay signed in. Please try again then."
SOONEST = 60
"""What `Retry-After` says at least, in seconds: also when it takes longer than was thought."""

Handler = Callable[[Any], Any]


def until_when(request: Any) -> str:
    """ "until 4 March 2026, 3:05 pm", or words for a pause that takes longer than was thought; "" where there is none."""
    pause: Pause | None = request.read_only
    if pause is None:
        return ""
    return f"until {local_datetime(pause.until)}" if pause.until > request.clock.now() else "for a little longer"


def refuse_writes(handler: Handler, registry: Any) -> Handler:
    """A tween around the transaction: no request that might write gets as far as that."""

    def tween(request: Any) -> Any:
        if request.method in SAFE_METHODS or request.read_only is None:
            return handler(request)
        response = request.invoke_error_page(503, WORDS.format(until=until_when(request)))
        left = (request.read_only.until - request.clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(SOONEST, int(left)))
        return response

    return tween


def includeme(config: Any) -> None:
    """What a request knows of the switch. The tween is put in its place with the others (web/tweens.py)."""
    config.registry.atlas_switch = Switch(config.registry)
    config.add_request_method(lambda request: request.registry.atlas_switch.look(), "read_only", reify=True)
    config.add_request_method(until_when, "read_only_until", reify=True)
