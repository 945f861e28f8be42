"""The core's own sections, and what a production site must not do (house.md section 5).

A feature's settings live in the feature's folder, in a section with the feature's name as prefix.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from atlasbahamas.settings.files import FileSettings
from atlasbahamas.settings.guards import (
    NEW_SECRET,
    SECRET_LENGTH,
    address_of_a_sample,
    redis_without_password,
    weak,
    weaknesses,
)
from atlasbahamas.settings.mail import MailSettings
from atlasbahamas.settings.section import Flag, Secrets, Section, Words

KEY_LIST = "Several, separated by white space: the first signs, all verify."


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        raise ValueError("must be a time zone such as America/Nassau") from None
    return name


def _database_url(url: str) -> str:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # The message of SQLAlchemy repeats the URL, password and all.
        raise ValueError("must be a database URL such as postgresql+psycopg2://user@host/name") from None
    return url


def _database_url_or_none(url: str) -> str:
    return _database_url(url) if url else url


def _ip_address_or_none(text: str) -> str:
    text = text.strip()
    try:
        if text:
            ip_address(text)
    except ValueError:
        # The server would take * for everybody, and never find that a name is who asks.
        raise ValueError("must be one IP address, such as 127.0.0.1: that of your proxy; no name, no network, no *") from None
    return text


class AtlasSettings(Section):
    """The site itself."""

    prefix = "atlas"
    renamed: ClassVar[Mapping[str, str]] = {"session.secret": "atlas.secret"}

    profile: Literal["development", "test", "production"] = Field(
        default="development", description="How strict the site is: production refuses every unsafe setting."
    )
    secret: Secrets = Field(
        description=f"Signs cookies and tokens; at least {SECRET_LENGTH} characters in production. {KEY_LIST}",
    )
    plugins: Words = Field(default=(), description="The features that are switched on, separated by spaces or lines.")
    sessions: Literal["cookie", "redis"] = Field(
        default="cookie", description="Where sessions are kept: in a signed cookie, or in Redis."
    )
    cookies_secure: Flag = Field(default=False, description="Send cookies over HTTPS only.")
    base_url: str = Field(
        default="http://127.0.0.1:6543",
        pattern=r"^https?://[^/\s]+$",
        description="The public address of the site, without a slash at the end; mails link to it.",
    )
    demo: Flag = Field(default=False, description="Load demo data and name the demo accounts.")
    limits: str = Field(
        repr=False,
        pattern=r"^[a-z+]+://",
        default="memory://",
        description="Where rate limits are counted: sqlite:///file or redis://host/number.",
    )
    broker: str = Field(
        repr=False,
        pattern=r"^(filesystem:///.+|rediss?://.+)?$",
        default="",
        description="What wakes the workers: redis://host/number, or filesystem:///folder on one machine; empty: nothing does.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="How many jobs a worker runs at the same time.")
    job_seconds: int = Field(
        default=120, ge=1, le=86_400, description="How long a job may take, in seconds; then it is stopped and tried again."
    )
    shared_page_seconds: int = Field(default=30, ge=0, description="How long a public page may be cached, in seconds.")
    trusted_proxy: Annotated[str, AfterValidator(_ip_address_or_none)] = Field(
        default="",
        description="The IP address of the proxy whose forwarded headers are believed; empty for none.",
    )
    metrics: Literal["off", "loopback", "token"] = Field(
        default="off",
        description="Who may read /metrics: nobody; programs of this machine; or who has atlas.metrics_token.",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="What Prometheus sends as its bearer token, with atlas.metrics = token."
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="America/Nassau", description="The zone in which days begin and times are shown."
    )
    registration: Literal["open", "closed"] = Field(
        default="open", description="Whether visitors may make an account for themselves."
    )

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Refuse what is unsafe in production, with what to do about each."""
        token = values.get("atlas.metrics_token")
        if values.get("atlas.metrics") == "token" and (token is None or weak(token)):
            yield "atlas.metrics_token", f"is required when atlas.metrics = token, with {SECRET_LENGTH} characters; {NEW_SECRET}"
        if values.get("atlas.profile") != "production":
            return
        for weakness in weaknesses(values.get("atlas.secret", ())):
            yield "atlas.secret", weakness
        if not values.get("atlas.base_url", "https://").startswith("https://"):
            yield "atlas.base_url", "must begin with https:// in production: mails link to it, with tokens"
        for mistake in address_of_a_sample(values.get("atlas.base_url")):
            yield "atlas.base_url", mistake
        if values.get("atlas.cookies_secure") is False:
            yield "atlas.cookies_secure", "must be true in production; serve the site over HTTPS"
        if values.get("atlas.demo"):
            yield "atlas.demo", "must be false in production: demo accounts have known passwords"
        if not values.get("atlas.limits", "redis://").startswith(("redis://", "rediss://", "redis+")):
            yield (
                "atlas.limits",
                "must be a redis:// address in production, so that all processes count together",
            )
        if not values.get("atlas.broker", "redis://").startswith(("redis://", "rediss://")):
            yield "atlas.broker", "must be a redis:// address in production, so that every host can wake the workers"
        for key in ("atlas.limits", "atlas.broker"):
            for weakness in redis_without_password(values.get(key)):
                yield key, weakness
        if not values.get("atlas.trusted_proxy", "-").strip():
            yield "atlas.trusted_proxy", "must be the IP address of your proxy in production, such as 127.0.0.1"


class DatabaseSettings(Section):
    """The database."""

    prefix = "sqlalchemy"

    url: Annotated[str, AfterValidator(_database_url)] = Field(
        repr=False, description="The database: postgresql+psycopg2://... or sqlite:///file."
    )
    migration_url: Annotated[str, AfterValidator(_database_url_or_none)] = Field(
        default="",
        repr=False,
        description="The same PostgreSQL as the role that the tables belong to; `atlas db` migrates as it, and grants the role of"
        " sqlalchemy.url what it needs. Empty: one role for both.",
    )
    pool_size: int = Field(default=5, ge=1, description="Connections that each process keeps open.")
    max_overflow: int = Field(default=10, ge=0, description="Connections that it may open beyond those for a while.")
    pool_timeout: int = Field(default=10, ge=1, description="How long to wait for a free connection, in seconds.")
    pool_recycle: int = Field(default=1800, ge=-1, description="Age at which a connection is replaced, in seconds; -1: never.")
    statement_timeout: int = Field(
        default=30,
        ge=0,
        le=3600,
        description="How long PostgreSQL may take over one statement, in seconds; then the page is a 503. 0: without end.",
    )
    lock_timeout: int = Field(
        default=10,
        ge=0,
        le=3600,
        description="How long a statement waits for what another has locked, in seconds; 0: without end.",
    )
    echo: Flag = Field(default=False, description="Log every SQL statement.")

    def engine_options(self) -> dict[str, Any]:
        """Keyword arguments for the engine's pool."""
        pool = {"pool_size", "max_overflow", "pool_timeout", "pool_recycle", "echo"}
        return {**self.model_dump(include=pool), "pool_pre_ping": True}

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Refuse all but PostgreSQL in production, and a log of statements, which has what people typed. Two roles are two."""
        if values.get("sqlalchemy.migration_url") and "sqlalchemy.url" in values:
            yield from cls._check_roles(make_url(values["sqlalchemy.url"]), make_url(values["sqlalchemy.migration_url"]))
        if values.get("atlas.profile") != "production":
            return
        if values.get("sqlalchemy.echo"):
            yield (
                "sqlalchemy.echo",
                "must be false in production: the log would hold what people type, and digests of their passwords",
            )
        if "sqlalchemy.url" in values and make_url(values["sqlalchemy.url"]).get_backend_name() != "postgresql":
            yield (
                "sqlalchemy.url",
                "must be PostgreSQL in production; set ATLAS_SQLALCHEMY__URL=postgresql+psycopg2://...",
            )

    @staticmethod
    def _check_roles(application: URL, owner: URL) -> Iterator[tuple[str, str]]:
        if {application.get_backend_name(), owner.get_backend_name()} != {"postgresql"}:
            yield "sqlalchemy.migration_url", "is for PostgreSQL, in both addresses; leave it empty with another database"
        elif not application.username:
            yield "sqlalchemy.url", "must name the role that the site runs as, as there is a sqlalchemy.migration_url"
        elif application.username == owner.username:
            yield "sqlalchemy.migration_url", "must name another role than sqlalchemy.url; with one role for both leave it empty"


class RedisSessionSettings(Section):
    """Sessions in Redis, used when `atlas.sessions = redis`; the keys are those of pyramid-session-redis."""

    prefix = "redis.sessions"
    renamed: ClassVar[Mapping[str, str]] = {
        "redis.sessions.url": "redis.sessions.redis_url",
        "redis.sessions.socket_timeout": "redis.sessions.redis_socket_timeout",
    }

    secret: Secrets | None = Field(
        default=None, description=f"Signs the session cookie; another one than atlas.secret. {KEY_LIST}"
    )
    redis_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^(rediss?|unix)://",
        description="The Redis server: redis://host:port/number.",
    )
    redis_socket_timeout: int = Field(
        default=2, ge=1, description="How long to wait for Redis, in whole seconds, before the answer is 503."
    )
    timeout: int = Field(default=2_592_000, ge=1, description="How long an unused session lives, in seconds (30 days).")
    timeout_trigger: int = Field(
        default=300,
        ge=0,
        description="How often at most a session's end is moved on, in seconds; 0: on every use.",
    )
    cookie_name: str = Field(default="atlas_session", pattern=r"^[A-Za-z0-9_-]+$", description="The name of the cookie.")
    cookie_max_age: int | None = Field(
        default=None,
        ge=1,
        description="How long the browser keeps the cookie, in seconds; unset: until it is closed.",
    )
    cookie_secure: Flag = Field(default=False, description="Send the session cookie over HTTPS only.")
    cookie_httponly: Flag = Field(default=True, description="Hide the session cookie from scripts.")
    cookie_samesite: Literal["lax", "strict"] = Field(
        default="lax", description="Whether the cookie comes along when another site links here."
    )

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Require what Redis sessions need, and what a production site needs of them."""
        if values.get("atlas.sessions") != "redis":
            return
        secrets = values.get("redis.sessions.secret", ())
        if secrets is None:
            yield "redis.sessions.secret", f"is required when atlas.sessions = redis; {NEW_SECRET}"
        elif values.get("atlas.profile") == "production":
            for weakness in weaknesses(secrets):
                yield "redis.sessions.secret", weakness
            if set(secrets) & set(values.get("atlas.secret", ())):
                yield "redis.sessions.secret", f"must be another one than atlas.secret; {NEW_SECRET}"
        if values.get("redis.sessions.redis_url", "-") is None:
            yield (
                "redis.sessions.redis_url",
                "is required when atlas.sessions = redis, such as redis://127.0.0.1:6379/0",
            )
        if values.get("atlas.profile") == "production":
            for weakness in redis_without_password(values.get("redis.sessions.redis_url")):
                yield "redis.sessions.redis_url", weakness
            for field in ("cookie_secure", "cookie_httponly"):
                if values.get(f"redis.sessions.{field}") is False:
                    yield f"redis.sessions.{field}", "must be true in production"


class RetrySettings(Section):
    """How often a request is tried again after a conflict in the database."""

    prefix = "retry"
    renamed: ClassVar[Mapping[str, str]] = {"tm.attempts": "retry.attempts"}

    attempts: int = Field(default=3, ge=1, le=10, description="How often a request is tried in all.")


class PyramidSettings(Section):
    """Pyramid's own switches."""

    prefix = "pyramid"

    includes: Words = Field(default=(), description="Add-ons to include besides the site's own, by dotted name.")
    reload_templates: Flag = Field(default=False, description="Read changed templates again without a restart.")
    debug_authorization: Flag = Field(default=False, description="Log why each permission was given or denied.")
    debug_notfound: Flag = Field(default=False, description="Log why an address was not found.")
    debug_routematch: Flag = Field(default=False, description="Log which route an address matched.")
    prevent_http_cache: Flag = Field(default=False, description="Tell browsers to cache nothing.")
    default_locale_name: str = Field(default="en", description="The language of texts unless a visitor chooses another.")

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Refuse the debug toolbar in production: whoever reaches it runs code."""
        production = values.get("atlas.profile") == "production"
        if production and any("debugtoolbar" in name for name in values.get("pyramid.includes", ())):
            yield "pyramid.includes", "must not have the debug toolbar in production: whoever reaches it can run code here"


CORE_SECTIONS: tuple[type[Section], ...] = (
    AtlasSettings,
    DatabaseSettings,
    MailSettings,
    RedisSessionSettings,
    FileSettings,
    RetrySettings,
    PyramidSettings,
)
