"""Static files carry a digest of their content in the address, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from pyramid.path import AssetResolver
from pyramid.request import Request
from pyramid.response import Response
from pyramid.static import QueryStringCacheBuster


class ContentCacheBuster(QueryStringCacheBuster):
    """`?v=` and the first digits of the file's SHA-256."""

    def __init__(self) -> None:
        super().__init__("v")
        self._resolver = AssetResolver()
        self._digest = cache(self._read)

    def _read(self, asset: str) -> str:
        return hashlib.sha256(Path(self._resolver.resolve(asset).abspath()).read_bytes()).hexdigest()[:12]

    def tokenize(self, request: Any, pathspec: str, kw: Any) -> str:
        """The digest of one asset."""
        return self._digest(kw["pathspec"])


def static_path(request: Any, path: str, **more: Any) -> str:
    """What Pyramid's method of this name gives, worked out once for each file: a page asks for dozens, and until the next start
    neither their content nor their address changes.
    """
    known: dict[tuple[str, str], str] = request.registry.atlas_static_paths
    key = (request.script_name, path)
    if more or key not in known:
        found = str(Request.static_path(request, path, **more))
        return found if more else known.setdefault(key, found)
    return known[key]


def favicon(request: Any) -> Response:
    """The icon, for who asks without having read a page. Its address says nothing of its content: it is kept for a day."""
    icon = Path(AssetResolver().resolve("atlasbahamas:static/favicon.ico").abspath()).read_bytes()
    answer = Response(icon, content_type="image/x-icon", conditional_response=True)
    answer.md5_etag()
    answer.cache_control = "public, max-age=86400"
    return answer


def includeme(config: Any) -> None:
    """Use both for every file, and serve the one that has an address of its own."""
    from pyramid.security import NO_PERMISSION_REQUIRED

    config.registry.atlas_static_paths = {}
    config.add_cache_buster("atlasbahamas:static/", ContentCacheBuster())
    config.add_request_method(static_path)
    config.add_route("favicon", "/favicon.ico")
    config.add_view(favicon, route_name="favicon", permission=NO_PERMISSION_REQUIRED)
