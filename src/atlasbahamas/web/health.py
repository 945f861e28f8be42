"""/health/live: the process answers. /health/ready: it can do its work; says which part cannot, never why in detail."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from atlasbahamas.settings import AtlasSettings, RedisSessionSettings


def live(request: Any) -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def parts_of(request: Any) -> dict[str, bool]:
    """The parts that the site needs, and whether each answers: the database and, where it is used, Redis."""
    parts = {"database": _database(request)}
    settings = request.registry.atlas_settings
    if settings.section(AtlasSettings).sessions == "redis":
        parts["redis"] = _redis(settings.section(RedisSessionSettings))
    return parts


def ready(request: Any) -> dict[str, Any]:
    """Every part that the site needs. 503 when any of them does not answer."""
    parts = parts_of(request)
    fine = all(parts.values())
    if not fine:
        request.response.status_int = 503
    return {
        "status": "ok" if fine else "unavailable",
        "parts": {name: "ok" if up else "down" for name, up in parts.items()},
    }


def _database(request: Any) -> bool:
    try:
        request.db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _redis(settings: RedisSessionSettings) -> bool:
    assert settings.redis_url is not None
    seconds = settings.redis_socket_timeout
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=seconds, socket_connect_timeout=seconds) as client:
            return bool(client.ping())
    except RedisError:
        return False


def includeme(config: Any) -> None:
    """Two routes beside the tree: a probe must not depend on it."""
    from pyramid.security import NO_PERMISSION_REQUIRED

    for name, view in (("live", live), ("ready", ready)):
        config.add_route(f"health.{name}", f"/health/{name}")
        config.add_view(view, route_name=f"health.{name}", renderer="json", permission=NO_PERMISSION_REQUIRED)
