"""The session store that the INI chooses: Pyramid's signed cookie, or Redis. Both carry JSON, a device token and flash messages.

Who is signed in is decided by the device row, not here (security/identity.py).
"""

from __future__ import annotations

import json
from typing import Any

from pyramid.session import SignedCookieSessionFactory
from pyramid_session_redis import session_factory_from_settings

from atlasbahamas.settings import AtlasSettings

COOKIE = "atlas_session"
SIXTY_DAYS = 60 * 24 * 3600


def _to_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def includeme(config: Any) -> None:
    """Set the session factory, and remember the cookie's name: a request without it opens no session."""
    settings = config.registry.atlas_settings.section(AtlasSettings)
    if settings.sessions == "redis":
        raw = dict(config.registry.settings)
        raw["redis.sessions.serialize"] = _to_bytes
        raw["redis.sessions.deserialize"] = json.loads
        raw.setdefault("redis.sessions.cookie_name", COOKIE)
        raw.setdefault("redis.sessions.redis_socket_timeout", 2)
        raw.setdefault("redis.sessions.timeout", SIXTY_DAYS)
        factory = session_factory_from_settings(raw)
        cookie = raw["redis.sessions.cookie_name"]
    else:
        factory = SignedCookieSessionFactory(
            settings.secret.get_secret_value(),
            cookie_name=COOKIE,
            max_age=SIXTY_DAYS,
            timeout=SIXTY_DAYS,
            reissue_time=3600,
            secure=settings.cookies_secure,
            httponly=True,
            samesite="Lax",
        )
        cookie = COOKIE
    config.registry.atlas_session_cookie = cookie
    config.set_session_factory(factory)
    config.set_default_csrf_options(require_csrf=True)
