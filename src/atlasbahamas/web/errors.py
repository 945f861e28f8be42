"""Error pages that look like the product, need neither session nor database, and show the request id."""

from __future__ import annotations

from typing import Any

import redis.exceptions
import structlog
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPException, HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from atlasbahamas.db.engine import is_away, is_out_of_time, is_passing
from atlasbahamas.traversal.nodes import Node

log = structlog.get_logger("atlasbahamas.error")

WORDS: dict[int, tuple[str, str]] = {
    400: (
        "That request could not be read",
        "Something in the address or the form was not as expected. Go back and try again.",
    ),
    403: (
        "This is not yours to open",
        "You are signed in, but this needs a permission that you do not have.",
    ),
    404: ("There is nothing here", "The page may have moved, or the address may have a slip in it."),
    405: ("That cannot be done here", "This address does not take that kind of request."),
    413: (
        "That is too much at once",
        "What was sent is larger than we accept. Make it smaller and try again.",
    ),
    422: ("Something needs another look", "What was sent could not be used as it is. Go back and try again."),
    429: ("That was a lot of tries", "To keep everybody's account safe, please wait a little and try again."),
    500: (
        "Something went wrong on our side",
        "It was not you. We have a record of it; please try again in a minute.",
    ),
    503: (
        "We cannot do that at the moment",
        "A part of the service is not answering. Nothing was lost; please try again in a minute.",
    ),
}
EXPIRED_FORM = "This form had been open for too long, or came from somewhere else. Go back, reload the page and send it again."
TOO_LONG = "This took longer than we let anything take, so it was stopped. Nothing was saved; please try again in a minute."


def error_page(request: Any, status: int, words: str | None = None, headers: Any = ()) -> Any:
    """The page for an HTTP status."""
    request.is_shared = False
    title, usual = WORDS.get(status, WORDS[400 if status < 500 else 500])
    values = {
        "status": status,
        "title": title,
        "words": words or usual,
        "request_id": getattr(request, "id", ""),
        "retry_after": dict(headers).get("Retry-After"),
    }
    response = render_to_response("errors/error.jinja2", values, request=request)
    response.status_int = status
    for name, value in headers:
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def http_error(error: HTTPException, request: Any) -> Any:
    """Any 4xx or 5xx that code raised; redirects pass as they are."""
    if error.status_int < 400:
        return error
    if isinstance(error, BadCSRFToken | BadCSRFOrigin):
        return error_page(request, 400, EXPIRED_FORM)
    keep = [(name, error.headers[name]) for name in ("Retry-After", "Allow") if name in error.headers]
    words = str(error.detail) if error.status_int == 503 and error.detail else None
    return error_page(request, error.status_int, words, keep)


def forbidden(error: HTTPForbidden, request: Any) -> Any:
    """Not signed in: to the sign-in page and back. Signed in: 404 for what one may not know of, else 403."""
    if isinstance(error, BadCSRFToken | BadCSRFOrigin):
        return error_page(request, 400, EXPIRED_FORM)
    if request.identity is None:
        if request.session_lost:
            return error_page(
                request,
                503,
                "We cannot see who you are at the moment, so this page has to wait. Please try again in a minute.",
            )
        query = {"next": request.path_qs} if request.method in ("GET", "HEAD") else {}
        return HTTPSeeOther(request.resource_path(request.root, "sign-in", query=query))
    node = getattr(request, "context", None)
    while isinstance(node, Node):
        if node.concealed_by and not request.has_permission(node.concealed_by, node):
            return error_page(request, 404)
        node = node.__parent__
    return error_page(request, 403)


def not_found(error: HTTPNotFound, request: Any) -> Any:
    """Nothing there."""
    return error_page(request, 404)


def undecodable(error: Exception, request: Any) -> Any:
    """Bytes in the address that are not UTF-8."""
    return error_page(request, 400)


def session_store_down(error: Exception, request: Any) -> Any:
    """Redis does not answer: 503 in words; whoever needs no session is served as ever."""
    log.error("session store does not answer", error=repr(error))
    report(error, request)
    return error_page(request, 503)


def database_error(error: DBAPIError, request: Any) -> Any:
    """Still locked or dead-locked after every retry, or stopped for its length: 503, never 500. Anything else is ours."""
    if is_out_of_time(error):
        log.error("the database took too long", error=repr(error.orig), path=request.path_info_safe)
        return error_page(request, 503, TOO_LONG)
    if is_passing(error) or is_away(error):
        log.error("database is busy or away", error=repr(error.orig))
        if not is_passing(error):
            # Looking at the switch would wait once more for a server that does not answer.
            request.read_only = request.registry.atlas_switch.seen
            report(error, request)
        return error_page(request, 503)
    return crash(error, request)


def no_connection_free(error: NoConnectionFree, request: Any) -> Any:
    """Every connection of the pool was in use for as long as one waits for one (`sqlalchemy.pool_timeout`)."""
    log.error("no connection to the database is free", error=repr(error))
    request.registry.atlas_counting.no_connection_free()
    return error_page(request, 503)


def crash(error: Exception, request: Any) -> Any:
    """Anything that nobody expected: logged with its trace, told with its request id."""
    log.error("unhandled", exc_info=error, path=request.path_info_safe)
    report(error, request)
    return error_page(request, 500)


def report(error: Exception, request: Any) -> None:
    """Count an error that nobody expected, and tell the operators."""
    registry = request.registry
    registry.atlas_counting.error(error)
    registry.atlas_reporter(error, where=registry.atlas_pages.name_of(request), request_id=getattr(request, "id", ""))


def includeme(config: Any) -> None:
    """Register an error page for everything that can be raised."""
    config.add_request_method(error_page, "invoke_error_page")
    config.add_exception_view(http_error, context=HTTPException)
    config.add_forbidden_view(forbidden)
    config.add_notfound_view(not_found)
    config.add_exception_view(undecodable, context=URLDecodeError)
    config.add_exception_view(session_store_down, context=redis.exceptions.RedisError)
    config.add_exception_view(database_error, context=DBAPIError)
    config.add_exception_view(no_connection_free, context=NoConnectionFree)
    config.add_exception_view(crash, context=Exception)
