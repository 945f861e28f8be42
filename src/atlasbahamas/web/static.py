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


def includeme(config: Any) -> None:
    """Use it for the core's files."""
    config.add_cache_buster("atlasbahamas:static/", ContentCacheBuster())
