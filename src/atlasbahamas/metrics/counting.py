"""What a process counts while it works. Label values come from the code, so there are never more of them than kinds of pages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Limits in seconds of the histogram of answers."""
METHODS = frozenset({"GET", "HEAD", "POST"})


class Counting:
    """The counters of one process of a site."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "atlas_requests", "Requests by page, method and status.", ["page", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "atlas_request_seconds", "How long answers took.", ["method"], buckets=BUCKETS, registry=self.registry
        )
        self._errors = Counter("atlas_errors", "Errors that nobody expected.", ["kind"], registry=self.registry)
        self._sign_ins_failed = Counter("atlas_sign_ins_failed", "Sign-ins that were refused.", registry=self.registry)
        self._no_connection_free = Counter(
            "atlas_no_connection_free", "Requests that waited in vain for a connection of the pool.", registry=self.registry
        )
        self._limits_hit = Counter("atlas_limits_hit", "Attempts that came too often.", ["limit"], registry=self.registry)

    def request(self, page: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        known = method if method in METHODS else "other"
        self._requests.labels(page, known, str(status)).inc()
        self._seconds.labels(known).observe(seconds)

    def error(self, error: BaseException) -> None:
        """Something failed that nobody expected."""
        self._errors.labels(type(error).__name__).inc()

    def sign_in_failed(self) -> None:
        """Somebody gave a name and a password that do not belong together."""
        self._sign_ins_failed.inc()

    def no_connection_free(self) -> None:
        """Every connection of the pool was in use for as long as one waits for one."""
        self._no_connection_free.inc()

    def limit_hit(self, limit: str) -> None:
        """Somebody had too many attempts of a kind."""
        self._limits_hit.labels(limit).inc()


class Pages:
    """How pages are called in metrics: by the route, or by the class of the node and the name of the view."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    @cached_property
    def _views(self) -> frozenset[str]:
        views = self._registry.introspector.get_category("views") or ()
        return frozenset(view["introspectable"]["name"] or "" for view in views)

    def name_of(self, request: Any) -> str:
        """The page of a request that was answered: never anything of its path that the code does not know."""
        route = getattr(request, "matched_route", None)
        if route is not None:
            return str(route.name)
        context = getattr(request, "context", None)
        if context is None:
            return "none"
        name = type(context).__name__
        view = getattr(request, "view_name", "")
        if not view:
            return name
        return f"{name}.{view}" if view in self._views else f"{name}.other"
