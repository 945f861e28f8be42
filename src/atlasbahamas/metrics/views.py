"""`/metrics`, for whoever `atlas.metrics` lets ask; nobody else is told that it is there."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from atlasbahamas.metrics.reading import exposition
from atlasbahamas.settings import AtlasSettings

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
)


def metrics(request: Any) -> Response:
    """Everything that is measured, in Prometheus' text format."""
    settings = request.registry.atlas_settings.section(AtlasSettings)
    allowed = _has_token(request, settings) if settings.metrics == "token" else _is_of_this_machine(request.environ)
    if not allowed:
        raise HTTPNotFound()
    body = exposition(request.registry, request.db, request.clock.now())
    return Response(body, headerlist=[("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")])


def _has_token(request: Any, settings: AtlasSettings) -> bool:
    assert settings.metrics_token is not None
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return kind == "Bearer" and compare_digest(given.encode(), settings.metrics_token.get_secret_value().encode())


def _is_of_this_machine(environ: dict[str, Any]) -> bool:
    """Asked by a program of this machine, and not for somebody else: what a proxy passes on carries headers that say so."""
    if any(name in environ for name in FORWARDED):
        return False
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
