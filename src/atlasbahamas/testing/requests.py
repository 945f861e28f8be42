"""A request without a router: for a test of what stands between the two, a form or a list."""

from __future__ import annotations

from typing import Any

from pyramid.interfaces import IRequestFactory
from pyramid.request import apply_request_extensions


def request_to(registry: Any, path: str, **more: Any) -> Any:
    """A request as it comes in at a path of an application. `more`: method, headers and body, as WebOb's `blank` takes them."""
    request = registry.getUtility(IRequestFactory).blank(path, **more)
    request.registry = registry
    apply_request_extensions(request)
    return request
