"""/health/live: the process answers. /health/ready: it can do its work; says which part cannot, never why in detail."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from atlasbahamas.files.store import FolderStore, StoreUnavailable
from atlasbahamas.jobs.services import health
from atlasbahamas.settings import AtlasSettings, RedisSessionSettings

UNAVAILABLE = "unavailable"
LEAST_FREE = 500 * 1024 * 1024
"""Bytes; below this the disk is short. The alert comes earlier."""


def live(request: Any) -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def ready(request: Any) -> dict[str, Any]:
    """How the site is; 503 when a part that every page needs does not answer, or when this process is about to end."""
    if request.registry.atlas_is_stopping():
        request.response.status_int = 503
        return {"status": "stopping"}
    found = state(request)
    if found["status"] == UNAVAILABLE:
        request.response.status_int = 503
    return found


def state(request: Any) -> dict[str, Any]:
    """Database, its migrations and, where it is used, Redis: unavailable when any of them is not as it must be.

    Jobs that are late, or a disk that is nearly full: "degraded". Pages are served all the same, so that is told, and no reason
    to send visitors elsewhere.
    """
    needed = {"database": _database(request)}
    settings = request.registry.atlas_settings
    if settings.section(AtlasSettings).sessions == "redis":
        needed["redis"] = _redis(settings.section(RedisSessionSettings))
    parts: dict[str, str | int] = {name: "ok" if up else "down" for name, up in needed.items()}
    if needed["database"]:
        needed["migrations"] = _migrated(request)
        parts["migrations"] = "ok" if needed["migrations"] else "behind"
    parts |= _disk(request.registry.atlas_store)
    if needed["database"]:
        parts |= _jobs(request, running=bool(settings.section(AtlasSettings).broker))
    if not all(needed.values()):
        return {"status": UNAVAILABLE, "parts": parts}
    return {"status": "degraded" if {"late", "down", "short"} & set(parts.values()) else "ok", "parts": parts}


def _migrated(request: Any) -> bool:
    """Whether the database has every revision that this code knows. One that is ahead is: newer code is being rolled out."""
    registry = request.registry
    if registry.atlas_revisions is None:
        # Alembic is for whoever asks this: without it a site starts sooner.
        from atlasbahamas.db.migrations import KnownRevisions, components

        registry.atlas_revisions = KnownRevisions(components(registry.atlas_folder / "alembic", registry.atlas_plugins))
    try:
        with request.db.begin_nested():
            return bool(registry.atlas_revisions.are_there(request.db.connection()))
    except SQLAlchemyError:
        return False


def _disk(store: Any) -> dict[str, str | int]:
    """How the disk of files is, when they lie on one; asked of the system, not of a server."""
    if not isinstance(store, FolderStore):
        return {}
    try:
        return {"disk": "short" if store.free_bytes() < LEAST_FREE else "ok"}
    except StoreUnavailable:
        return {"disk": "down"}


def _jobs(request: Any, *, running: bool) -> dict[str, str | int]:
    try:
        doing = health(request.db, now=request.clock.now())
    except SQLAlchemyError:
        return {"outbox": "down"}
    alive = {"worker": doing.worker, "beat": doing.beat}
    shown = {part: ("ok" if seen else "late") if running else "off" for part, seen in alive.items()}
    return {**shown, "outbox_seconds": doing.waiting_seconds}


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

    # Whoever serves and stops in order (atlasbahamas.serving) puts its own in the place of this.
    config.registry.atlas_is_stopping = lambda: False
    config.registry.atlas_revisions = None
    for name, view in (("live", live), ("ready", ready)):
        config.add_route(f"health.{name}", f"/health/{name}")
        config.add_view(view, route_name=f"health.{name}", renderer="json", permission=NO_PERMISSION_REQUIRED)
