"""A view takes GET and HEAD unless it is registered with `accept_methods` (house.md section 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPMethodNotAllowed

READING = ("GET", "HEAD")


def method_deriver(view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
    """Answer 405, with what is allowed, before the view is asked. `accept_methods=None` takes every method."""
    methods = info.options.get("accept_methods", READING)
    if methods is None or info.exception_only:
        return view
    allowed = frozenset(methods) | ({"HEAD"} if "GET" in methods else frozenset())

    def checked(context: Any, request: Any) -> Any:
        if request.method not in allowed:
            raise HTTPMethodNotAllowed(headers=[("Allow", ", ".join(sorted(allowed)))])
        return view(context, request)

    return checked


method_deriver.options = ("accept_methods",)  # type: ignore[attr-defined]


def includeme(config: Any) -> None:
    """Wrap every view, outside the permission and CSRF checks: a wrong method tells nothing about either."""
    config.add_view_deriver(method_deriver, name="accept_methods", under="INGRESS", over="secured_view")
