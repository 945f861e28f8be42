"""Rate limits that all processes share, by the `limits` library; where they are counted is one INI line (`atlas.limits`).

`redis://` for many hosts; `sqlite:///file` for the embedded profile: a small file of its own, so that counting never waits for
the application's writers and a refused attempt stays counted when the request is rolled back. Fails closed: when the counter
cannot be reached, the answer is 503.
"""

from __future__ import annotations

import sqlite3
import time
from ipaddress import IPv4Address, IPv6Network, ip_address
from pathlib import Path
from typing import Any

import redis.exceptions
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from pyramid.httpexceptions import HTTPServiceUnavailable, HTTPTooManyRequests

from atlasbahamas.settings import AtlasSettings

SIGN_IN_BY_ADDRESS = RateLimitItemPerMinute(30, 5, namespace="sign-in-address")
SIGN_IN_BY_ACCOUNT = RateLimitItemPerMinute(10, 15, namespace="sign-in-account")
ERASE_BY_PERSON = RateLimitItemPerMinute(5, 15, namespace="erase-person")
EXPORT_BY_PERSON = RateLimitItemPerHour(10, 1, namespace="export-person")
RECOVER_BY_ADDRESS = RateLimitItemPerHour(20, 1, namespace="recover-address")
RECOVER_BY_ACCOUNT = RateLimitItemPerHour(5, 1, namespace="recover-account")
CODE_BY_PERSON = RateLimitItemPerMinute(10, 15, namespace="code-person")
REGISTER_BY_ADDRESS = RateLimitItemPerHour(20, 1, namespace="register-address")


class SqliteStorage(Storage):
    """Counts in a SQLite file. One statement per hit, so that processes cannot lose each other's counts."""

    STORAGE_SCHEME = ["sqlite"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        path = (uri or "").removeprefix("sqlite:///")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._connect() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS hit (key TEXT PRIMARY KEY, amount INTEGER, expires REAL)")

    def _connect(self) -> sqlite3.Connection:
        connection = _Closing(self._path, timeout=5, isolation_level=None)
        # Nobody waits for the disk: attempts that are lost with the power are no loss.
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage may raise."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit; a window that has passed begins again."""
        now = time.time()
        with self._connect() as connection:
            row = connection.execute(
                "INSERT INTO hit VALUES (:key, :amount, :now + :expiry) ON CONFLICT (key) DO UPDATE SET"
                " amount = CASE WHEN expires <= :now THEN :amount ELSE amount + :amount END,"
                " expires = CASE WHEN expires <= :now THEN :now + :expiry ELSE expires END RETURNING amount",
                {"key": key, "amount": amount, "now": now, "expiry": expiry},
            ).fetchone()
            connection.execute("DELETE FROM hit WHERE expires <= ?", (now,))
        return int(row[0])

    def get(self, key: str) -> int:
        """Hits in the window that runs."""
        row = self._one("SELECT amount FROM hit WHERE key = ? AND expires > ?", key, time.time())
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        row = self._one("SELECT expires FROM hit WHERE key = ?", key)
        return float(row[0]) if row else time.time()

    def _one(self, statement: str, *values: Any) -> Any:
        with self._connect() as connection:
            return connection.execute(statement, values).fetchone()

    def check(self) -> bool:
        """Whether the file can be read."""
        self._one("SELECT 1")
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        with self._connect() as connection:
            return connection.execute("DELETE FROM hit").rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._connect() as connection:
            connection.execute("DELETE FROM hit WHERE key = ?", (key,))


class _Closing(sqlite3.Connection):
    """A connection that its `with` block closes: the standard one only ends the transaction."""

    def __exit__(self, *details: Any) -> None:  # type: ignore[override]
        super().__exit__(*details)
        self.close()


def hit(request: Any, limit: RateLimitItem, *identifiers: str) -> None:
    """Count one attempt. Raises HTTPTooManyRequests when there were too many, HTTPServiceUnavailable when nobody can count."""
    limiter: FixedWindowRateLimiter = request.registry.atlas_limiter
    try:
        if limiter.hit(limit, *identifiers):
            return
        reset = limiter.get_window_stats(limit, *identifiers).reset_time
    except (redis.exceptions.RedisError, sqlite3.Error) as error:
        raise HTTPServiceUnavailable("Sign-in is not available at the moment.") from error
    request.registry.atlas_counting.limit_hit(limit.namespace)
    seconds = max(1, int(reset - time.time()) + 1)
    raise HTTPTooManyRequests(headers=[("Retry-After", str(seconds))])


def hit_by_address(request: Any, limit: RateLimitItem) -> None:
    """Count one attempt of the home that the request comes from. Raises as `hit` does."""
    hit(request, limit, home_of(request.client_addr))


def home_of(address: str | None) -> str:
    """Who counts as one: an IPv4 address, or the /64 of an IPv6 address, which is the least that a line is given (RFC 6177)."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))


def forget(request: Any, limit: RateLimitItem, *identifiers: str) -> None:
    """Take back the attempts that were counted. Raises HTTPServiceUnavailable when nobody can count."""
    try:
        request.registry.atlas_limiter.clear(limit, *identifiers)
    except (redis.exceptions.RedisError, sqlite3.Error) as error:
        raise HTTPServiceUnavailable("Attempts cannot be taken back at the moment.") from error


def includeme(config: Any) -> None:
    """Open the place where attempts are counted."""
    uri = config.registry.atlas_settings.section(AtlasSettings).limits
    options = {"socket_timeout": 2, "socket_connect_timeout": 2} if uri.startswith("redis") else {}
    config.registry.atlas_limiter = FixedWindowRateLimiter(storage_from_string(uri, **options))
