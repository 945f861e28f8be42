"""What wraps every request: its id and log line, security headers, and the shared pages of visitors.

The order, outermost first: request log, shared pages, headers, the read-only switch, pyramid_retry, pyramid_tm, exception views.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import structlog
from pyramid.response import Response
from pyramid.tweens import INGRESS
from webob.exc import HTTPBadRequest as BrokenRequest

from atlasbahamas.masking import mask_path, masked_for
from atlasbahamas.observability import REQUEST_ID
from atlasbahamas.security.identity import has_session_cookie
from atlasbahamas.settings import AtlasSettings, FileSettings

Handler = Callable[[Any], Any]
log = structlog.get_logger("atlasbahamas.request")
MAX_SHARED_PAGES = 500
MAX_PLAIN_BYTES = 1024 * 1024
"""How large a request without files may be."""
MAX_BOUNDARY = 1024
TWEENS = (
    "atlasbahamas.web.tweens.request_log",
    "atlasbahamas.web.tweens.shared_pages",
    "atlasbahamas.web.tweens.headers",
    "atlasbahamas.readonly.refusing.refuse_writes",
)
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)')
ID_OF_REQUEST = "atlas.request_id"
"""Where the environment keeps the id, so that further attempts at the same request have the same."""


def request_log(handler: Handler, registry: Any) -> Handler:
    """Give each request an id, bind it to every log line that it causes, and log how it ended."""
    proxy = registry.atlas_settings.section(AtlasSettings).trusted_proxy

    def tween(request: Any) -> Any:
        request.id = request.environ.setdefault(ID_OF_REQUEST, request_id_of(request.environ, proxy))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)
        started = time.perf_counter()
        with masked_for(request):
            response = handler(request)
        response.headers["X-Request-ID"] = request.id
        seconds = time.perf_counter() - started
        log.info(
            "request",
            method=request.method,
            path=request.path_info_safe,
            status=response.status_int,
            ms=round(seconds * 1000, 1),
        )
        registry.atlas_counting.request(registry.atlas_pages.name_of(request), request.method, response.status_int, seconds)
        return response

    return tween


def request_id_of(environ: dict[str, Any], proxy: str) -> str:
    """The id that the proxy gave the request, or a new one: whoever is not the proxy, or sends something else, names none."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    if came_through(environ, proxy) and REQUEST_ID.fullmatch(given):
        return str(given)
    return secrets.token_hex(8)


def came_through(environ: dict[str, Any], proxy: str) -> bool:
    """Whether the proxy of `atlas.trusted_proxy` sent this request.

    Both servers put the visitor's address in the place of the proxy's, and take the forwarded headers off everybody else
    (atlasbahamas.serving): where they are still there, the proxy sent them.
    """
    if not proxy:
        return False
    by_ours = environ.get("SERVER_SOFTWARE", "").startswith(("waitress", "gunicorn"))
    return environ.get("REMOTE_ADDR") == proxy or (by_ours and "HTTP_X_FORWARDED_FOR" in environ)


@dataclass(frozen=True)
class SharedPage:
    """An answer that is the same for every visitor, kept ready until `expires` (monotonic seconds)."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    expires: float


class SharedPages:
    """The pages of visitors, kept in this process for `atlas.shared_page_seconds`; a write in this process empties it."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._pages: dict[str, SharedPage] = {}
        self._lock = threading.Lock()
        self.generation = 0

    def get(self, key: str) -> SharedPage | None:
        """The page, unless its time is over."""
        page = self._pages.get(key)
        return page if page is not None and page.expires > time.monotonic() else None

    def put(self, key: str, page: SharedPage, generation: int) -> None:
        """Keep a page, unless something was written since its making began."""
        with self._lock:
            if generation != self.generation:
                return
            if len(self._pages) >= MAX_SHARED_PAGES:
                self._pages.clear()
            self._pages[key] = page

    def clear(self) -> None:
        """Forget every page: something that they show may have changed."""
        with self._lock:
            self.generation += 1
            self._pages.clear()


def shared_pages(handler: Handler, registry: Any) -> Handler:
    """Answer visitors without a session from memory where a view said `request.share()`."""
    pages: SharedPages = registry.atlas_shared_pages

    def tween(request: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            response = handler(request)
            if response.status_int < 400:
                pages.clear()
            return response
        if has_session_cookie(request):
            return handler(request)
        key = f"{request.environ.get('wsgi.url_scheme')}://{request.environ.get('HTTP_HOST')}{request.environ.get('PATH_INFO')}?{request.environ.get('QUERY_STRING')}"
        page = pages.get(key) if pages.seconds else None
        if page is not None:
            # Looking at the switch takes away what is kept, where it was turned.
            request.read_only  # noqa: B018
            page = pages.get(key)
        if page is not None:
            return _answer(request, page)
        generation = pages.generation
        response = handler(request)
        if not getattr(request, "is_shared", False) or response.status_int != 200 or response.headers.get("Set-Cookie"):
            return response
        response.md5_etag()
        response.headers["Cache-Control"] = f"public, max-age={pages.seconds}"
        response.headers["Vary"] = "Cookie"
        page = SharedPage(
            response.body,
            tuple(response.headerlist),
            response.headers["ETag"],
            time.monotonic() + pages.seconds,
        )
        if pages.seconds and request.method == "GET":
            pages.put(key, page, generation)
        return _answer(request, page)

    return tween


def _answer(request: Any, page: SharedPage) -> Response:
    if page.etag in request.environ.get("HTTP_IF_NONE_MATCH", ""):
        keep = [pair for pair in page.headers if pair[0].lower() not in ("content-length", "content-type")]
        return Response(status=304, headerlist=keep)
    return Response(body=page.body, status=200, headerlist=list(page.headers))


def headers(handler: Handler, registry: Any) -> Handler:
    """Security headers on every answer, and a request that cannot be decoded is a 400."""
    settings = registry.atlas_settings.section(AtlasSettings)
    max_with_files = registry.atlas_settings.section(FileSettings).max_request_bytes

    def tween(request: Any) -> Any:
        refused: int | None = None
        try:
            if _length_of_body(request) > (max_with_files if _has_files(request) else MAX_PLAIN_BYTES):
                refused = 413
            else:
                # WebOb decodes late; asked here, broken bytes are an answer and not a failure in the middle of a view.
                request.path_info, request.GET, request.POST  # noqa: B018
                if _has_files(request) and not _is_whole(request):
                    refused = 400
                _refuse_broken_text(request)
        except (UnicodeDecodeError, ValueError, BrokenRequest):
            refused = 400
        response = request.invoke_error_page(refused) if refused else handler(request)
        nonce = getattr(request, "_csp_nonce", None)
        scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; font-src 'self';"
            " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if settings.cookies_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return tween


def _length_of_body(request: Any) -> int:
    """What the server says that it took in; it has decoded a body that came in chunks, and knows its length."""
    return request.content_length or 0


def _refuse_broken_text(request: Any) -> None:
    """Raise UnicodeDecodeError where a form is not UTF-8: WebOb puts another character in the place of a broken one."""
    if request.content_type == "application/x-www-form-urlencoded":
        parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict")


def _has_files(request: Any) -> bool:
    return bool(request.content_type == "multipart/form-data")


def _is_whole(request: Any) -> bool:
    """False for a form with files that ends before its last boundary: its last file would be taken for shorter than it is."""
    boundary = _BOUNDARY.search(request.headers["Content-Type"])
    body = request.body_file_raw
    body.seek(max(0, _length_of_body(request) - MAX_BOUNDARY))
    tail = body.read(MAX_BOUNDARY)
    body.seek(0)
    return boundary is not None and f"--{boundary[1]}--".encode() in tail


def csp_nonce(request: Any) -> str:
    """A nonce for an inline script of this answer; asking for it puts it into the answer's CSP. Never on a shared page."""
    request._csp_nonce = secrets.token_urlsafe(16)
    request.is_shared = False
    return str(request._csp_nonce)


def share(request: Any) -> None:
    """Say that this answer is the same for every visitor who has no session."""
    request.is_shared = True


def path_info_safe(request: Any) -> str:
    """The path as it came, for logs, also when it cannot be decoded; never the query string, which may carry a token.

    Nor a key that opens something by itself.
    """
    path = str(request.environ.get("PATH_INFO", ""))[:300].encode("ascii", "backslashreplace").decode()
    return mask_path(path)


def includeme(config: Any) -> None:
    """Put the tweens in their order around retry and transaction."""
    seconds = config.registry.atlas_settings.section(AtlasSettings).shared_page_seconds
    config.registry.atlas_shared_pages = SharedPages(seconds)
    config.add_request_method(csp_nonce, reify=True)
    config.add_request_method(share)
    config.add_request_method(path_info_safe, property=True)
    below = INGRESS
    for name in TWEENS:
        config.add_tween(name, under=below, over="pyramid_tm.tm_tween_factory")
        below = name
