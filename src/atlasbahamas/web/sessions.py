"""The session store that the INI chooses: Pyramid's signed cookie, or Redis. Both carry JSON, a device token and flash messages.

Who is signed in is decided by the device row, not here (security/identity.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import structlog
from pyramid.session import BaseCookieSessionFactory
from pyramid_session_redis import session_factory_from_settings
from redis.exceptions import RedisError

from atlasbahamas.security.keys import Signer, redis_session_keys, site_keys
from atlasbahamas.settings import AtlasSettings

log = structlog.get_logger("atlasbahamas.session")

COOKIE = "atlas_session"
COOKIE_SALT, REDIS_SALT = "pyramid.session.", "pyramid_session_redis."
"""Those of the libraries, whose cookies these are."""
SIXTY_DAYS = 60 * 24 * 3600


def _to_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


class Utf8:
    """The id of a session as bytes and back."""

    def dumps(self, text: str) -> bytes:
        """Its bytes."""
        return text.encode()

    def loads(self, data: bytes) -> str:
        """Its text. Raises ValueError for other bytes."""
        return data.decode()


def signing_again(factory: Callable[[Any], Any], signer: Signer, cookie: str) -> Callable[[Any], Any]:
    """A session factory that replaces a cookie which an older key signed: the package itself sends one only for a new session.

    So whoever comes by while both keys are there stays signed in when the older one goes. (Pyramid's cookie sessions are signed
    again by themselves, as they carry the time.)
    """

    def make(request: Any) -> Any:
        session = factory(request)
        if not session.new and not signer.is_current(request.cookies[cookie].encode()):
            session.adjust_cookie_expires(None)
        return session

    return make


def surviving(factory: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A session factory whose callbacks at the end of a request do not turn a finished answer into a failure.

    The package writes the session back after the answer is made; when Redis went away meanwhile the answer still goes out, the
    loss is logged, and the next request finds no session and lets nobody in.
    """

    def guarded(callback: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            try:
                callback(*arguments)
            except RedisError as error:
                log.error("the session could not be written back", error=repr(error))

        return run

    def make(request: Any) -> Any:
        queues = (request.response_callbacks, request.finished_callbacks)
        before = [len(queue) for queue in queues]
        session = factory(request)
        # A form must not be shown whose token nobody could keep: a new session is made at once, or the answer is 503.
        session.ensure_id()
        for queue, kept in zip(queues, before, strict=True):
            added = [queue.pop() for _ in range(len(queue) - kept)]
            queue.extend(guarded(callback) for callback in reversed(added))
        return session

    return make


def includeme(config: Any) -> None:
    """Set the session factory, and remember the cookie's name: a request without it opens no session."""
    settings = config.registry.atlas_settings.section(AtlasSettings)
    if settings.sessions == "redis":
        raw = dict(config.registry.settings)
        del raw["redis.sessions.secret"]
        signer = redis_session_keys(config.registry).signer(REDIS_SALT, Utf8())
        raw["redis.sessions.cookie_signer"] = signer
        raw["redis.sessions.serialize"] = _to_bytes
        raw["redis.sessions.deserialize"] = json.loads
        cookie = raw["redis.sessions.cookie_name"]
        factory = surviving(signing_again(session_factory_from_settings(raw), signer, cookie))
    else:
        factory = BaseCookieSessionFactory(
            site_keys(config.registry).signer(COOKIE_SALT),
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
