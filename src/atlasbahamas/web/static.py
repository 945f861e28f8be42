"""Static files carry a digest of their content in the address, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from pyramid.path import AssetResolver
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
        found = str(type(request).static_path(request, path, **more))
        return found if more else known.setdefault(key, found)
    return known[key]


def includeme(config: Any) -> None:
    """Use both for every file."""
    config.registry.atlas_static_paths = {}
    config.add_cache_buster("atlasbahamas:static/", ContentCacheBuster())
    config.add_request_method(static_path)
