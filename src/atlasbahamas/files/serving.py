"""Serving a file, in one place: whoever calls this has checked, by a node's permission, that the caller may see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from atlasbahamas.files.models import PICTURE, File
from atlasbahamas.files.names import disposition
from atlasbahamas.files.pictures import RENDITIONS
from atlasbahamas.files.store import MissingBytes, Store

log = structlog.get_logger("atlasbahamas.files")

KEEP = "private, max-age=31536000, immutable"
"""For one browser, for good: the bytes of an address never change."""
ASK = "private, no-cache"
"""Asked for again each time, so that a permission that ended counts; the answer is mostly a short 304."""
SHARE = "public, max-age=86400"
"""For pictures that everybody may see."""
_SOON = "private, max-age=60"
_NOTHING = "default-src 'none'; sandbox"
# A browser shows a picture on a page that it makes itself, with styles inside, which fit it to the screen.
_SHOWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def serve_file(request: Any, file: File, rendition: str = "full", *, cache: str = KEEP) -> Response:
    """The bytes of a file, or of a picture's rendition (small, medium, large, full), with ranges, ETag and 304.

    A document is a download, never a page of ours; a picture is shown. Until a rendition is made the next larger one is
    served, and kept for a minute only.
    """
    digest, size, made = _bytes_of(file, RENDITIONS.get(rendition, 0))
    try:
        body = _Body(request.registry.atlas_store, digest, size, first=_wants_all(request, digest))
    except MissingBytes:
        log.error("a file has no bytes", file=file.ref, digest=digest)
        raise HTTPNotFound() from None
    response = Response(content_type=file.media_type, app_iter=body, conditional_response=True)
    response.content_length = size
    response.etag = digest
    response.accept_ranges = "bytes"
    response.headers["Cache-Control"] = cache if made or cache != KEEP else _SOON
    response.headers["Content-Disposition"] = disposition(file.name, inline=file.kind == PICTURE)
    response.headers["Content-Security-Policy"] = _SHOWN if file.kind == PICTURE else _NOTHING
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _bytes_of(file: File, wanted: int) -> tuple[str, int, bool]:
    """Digest and size of the smallest that is at least as wide as wanted, and whether it is the one that was meant."""
    if not wanted or file.width is None or file.width <= wanted:
        return file.digest, file.size, True
    for rendition in file.renditions:
        if rendition.width >= wanted:
            return rendition.digest, rendition.size, rendition.width == wanted
    return file.digest, file.size, False


def _wants_all(request: Any, digest: str) -> bool:
    return request.method == "GET" and not request.range and not (request.if_none_match and digest in request.if_none_match)


class _Body:
    """The body of an answer: all of it, or the part that the browser asked for; nothing is read for a 304.

    Raises MissingBytes at once, while the answer can still be another one.
    """

    def __init__(self, store: Store, digest: str, size: int, *, first: bool) -> None:
        self._store, self._digest, self._size = store, digest, size
        self._open: Any = store.open(digest, 0, size) if first else None
        if not first and not store.exists(digest):
            raise MissingBytes(digest)

    def __iter__(self) -> Iterator[bytes]:
        if self._open is None:
            self._open = self._store.open(self._digest, 0, self._size)
        return iter(self._open)

    def app_iter_range(self, start: int, stop: int) -> Any:
        """Only these bytes; WebOb asks for them."""
        self.close()
        return self._store.open(self._digest, start, stop)

    def close(self) -> None:
        """Let go of what is open, also when nobody read it to its end."""
        if self._open is not None:
            self._open.close()
