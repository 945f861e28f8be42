"""The core's own sections. A feature's section stands in that feature's settings.py."""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from atlasbahamas.settings.section import Section


class AtlasSettings(Section):
    """What the product itself is told."""

    prefix: ClassVar[str] = "atlas"

    profile: Literal["development", "test", "production"] = Field(description="production turns every guard on")
    secret: SecretStr = Field(description="signs cookies; at least 32 random characters in production")
    plugins: tuple[str, ...] = Field((), description="the features that are switched on, separated by white space")
    sessions: Literal["cookie", "redis"] = Field("cookie", description="where sessions are kept")
    cookies_secure: bool = Field(True, description="cookies travel by HTTPS only")
    base_url: str = Field("http://127.0.0.1:6543", description="the address that people see, for absolute links")
    demo: bool = Field(False, description="demo data and demo accounts may be loaded")
    limits: str = Field(description="where attempts are counted: sqlite:///file or redis://host")
    shared_page_seconds: int = Field(30, ge=0, le=3600, description="how long a visitor's page may be shared; 0 computes each")
    trusted_proxy: str = Field("", description="address of the proxy whose forwarded headers are believed")
    time_zone: str = Field("America/Nassau", description="zone of local dates")
    registration: Literal["open", "closed"] = Field("open", description="whether visitors may make accounts")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value


class DatabaseSettings(Section):
    """Where the data lies. The pool options are for PostgreSQL."""

    prefix: ClassVar[str] = "sqlalchemy"

    url: str = Field(description="sqlite:///file or postgresql+psycopg2://user@host/name")
    pool_size: int = Field(5, ge=1, le=200, description="connections kept per process")
    max_overflow: int = Field(10, ge=0, le=200, description="connections beyond those, for a moment")
    pool_timeout: int = Field(10, ge=1, le=120, description="seconds to wait for a connection")
    pool_recycle: int = Field(1800, ge=1, description="seconds after which a connection is opened anew")

    def engine_options(self) -> dict[str, Any]:
        """Keyword arguments for the pool."""
        return {**self.model_dump(exclude={"url"}), "pool_pre_ping": True}


class RedisSessionSettings(Section):
    """The keys of pyramid-session-redis that are used; only read when `atlas.sessions = redis`."""

    prefix: ClassVar[str] = "redis.sessions"

    secret: SecretStr | None = Field(None, description="signs the session cookie")
    redis_url: SecretStr | None = Field(None, description="redis://[:password@]host:port/number")
    redis_socket_timeout: int = Field(2, ge=1, le=30, description="seconds before Redis counts as down")
    timeout: int = Field(5184000, ge=60, description="seconds after the last visit until the session is forgotten")
    cookie_name: str = Field("atlas_session", description="name of the session cookie")
    cookie_max_age: int = Field(5184000, ge=60, description="seconds that the browser keeps the cookie")
    cookie_secure: bool = Field(True, description="the cookie travels by HTTPS only")
    cookie_httponly: bool = Field(True, description="scripts cannot read the cookie")
    cookie_samesite: Literal["Lax", "Strict"] = Field("Lax", description="the cookie stays home on requests from other sites")


class RetrySettings(Section):
    """pyramid_retry."""

    prefix: ClassVar[str] = "retry"

    attempts: int = Field(3, ge=1, le=10, description="how often a request is tried when the database says: try again")


class PyramidSettings(Section):
    """The keys of Pyramid that are of use here."""

    prefix: ClassVar[str] = "pyramid"

    reload_templates: bool = Field(False, description="read templates again when they change")
    debug_authorization: bool = Field(False, description="log why a permission was given or refused")
    debug_notfound: bool = Field(False, description="log why nothing was found")
    default_locale_name: str = Field("en", description="language of the pages")


CORE_SECTIONS: tuple[type[Section], ...] = (
    AtlasSettings,
    DatabaseSettings,
    RedisSessionSettings,
    RetrySettings,
    PyramidSettings,
)


def complaints(sections: dict[type[Section], Section]) -> list[str]:
    """What the sections say against each other, and everything that production refuses (house.md section 5)."""
    atlas, database, sessions = (sections[kind] for kind in (AtlasSettings, DatabaseSettings, RedisSessionSettings))
    assert isinstance(atlas, AtlasSettings)
    assert isinstance(database, DatabaseSettings)
    assert isinstance(sessions, RedisSessionSettings)
    found = []
    if atlas.sessions == "redis":
        found += [
            f"redis.sessions.{name}: needed because atlas.sessions = redis"
            for name in ("secret", "redis_url")
            if getattr(sessions, name) is None
        ]
    if atlas.profile != "production":
        return found
    if _weak(atlas.secret):
        found.append("atlas.secret: production needs 32 random characters or more: python3 -c 'import secrets; print(secrets.token_hex(32))'")
    if sessions.secret is not None and _weak(sessions.secret):
        found.append("redis.sessions.secret: production needs 32 random characters or more")
    if database.url.startswith("sqlite"):
        found.append("sqlalchemy.url: production needs PostgreSQL; SQLite is for the embedded profile")
    if atlas.sessions != "redis":
        found.append("atlas.sessions: production needs redis")
    if not atlas.cookies_secure or not sessions.cookie_secure:
        found.append("atlas.cookies_secure, redis.sessions.cookie_secure: both must be true in production")
    if atlas.demo:
        found.append("atlas.demo: demo accounts have a known password; set it to false")
    if not atlas.limits.startswith("redis"):
        found.append("atlas.limits: production counts attempts in Redis, so that every host sees them")
    if not atlas.trusted_proxy:
        found.append("atlas.trusted_proxy: name the proxy in front, or forwarded addresses are not believed")
    return found


def _weak(secret: SecretStr) -> bool:
    text = secret.get_secret_value().lower()
    return len(text) < 32 or any(word in text for word in ("change", "secret", "development", "example"))
