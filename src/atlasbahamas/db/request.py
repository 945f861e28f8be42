"""One request, one transaction: `request.db`, joined to pyramid_tm's manager.

It commits with the response or not at all; no service commits (house.md section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import structlog
import transaction
import zope.sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from atlasbahamas.audit.actor import ACTOR, ASKED_BY, CLOCK, actor_of_request
from atlasbahamas.db.engine import Database, Mode, Patience
from atlasbahamas.masking import first_line
from atlasbahamas.settings import DatabaseSettings

log = structlog.get_logger()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def session_of(request: Any) -> Session:
    """The request's session. A safe method gets one that refuses to write, and whose transaction ends with the request: there is
    nothing to commit. Any other writes from its first statement, and joins the request's transaction.
    """
    mode: Mode = "read" if request.method in SAFE_METHODS else "write"
    session: Session = request.registry.atlas_db.session(mode)
    _say_who(request, session)
    if mode == "write":
        # A write through Core leaves no trace in the unit of work: without STATUS_CHANGED it is rolled back in silence.
        zope.sqlalchemy.register(session, initial_state=STATUS_CHANGED, transaction_manager=request.tm)
    request.add_finished_callback(lambda request: _let_go(session))
    return session


def _let_go(session: Session) -> None:
    """Give the connection back. The answer is made by now, and what was to be kept is kept: a database that went away meanwhile
    changes nothing of it, and the connection is thrown away.
    """
    try:
        session.close()
    except DBAPIError as error:
        log.warning("database went away after the answer was made", error=first_line(str(error)))
        session.invalidate()


def open_read_session(request: Any) -> Session:
    """A reading session that outlives the request's transaction, for answers that are streamed. The caller closes it."""
    return request.registry.atlas_db.session("read")  # type: ignore[no-any-return]


@contextmanager
def own_transaction(request: Any, *, wait: bool = True) -> Iterator[Session]:
    """A writing transaction beside the request's, for the few things that a GET records (a device's last-seen time).

    Without `wait`, whatever somebody else has locked is a passing error at once.
    """
    with request.registry.atlas_db.transaction("write", wait=wait) as session:
        _say_who(request, session)
        yield session


def _say_who(request: Any, session: Session) -> None:
    # A function, so that nobody is looked up for a page that records nothing.
    session.info[ACTOR] = partial(actor_of_request, request)
    session.info[CLOCK] = request.clock
    session.info[ASKED_BY] = getattr(request, "asked_by", None) or getattr(request, "id", None)


def keep_changes(request: Any) -> None:
    """Commit although the answer is a refusal: for the few things that a refusal leaves behind, such as a failed sign-in."""
    request.changes_are_kept = True


def commit_veto(request: Any, response: Any) -> bool:
    """An answer of 4xx or 5xx takes back what the request wrote, unless a view said `request.keep_changes()`."""
    return response.status_int >= 400 and not getattr(request, "changes_are_kept", False)


def _explicit_manager(request: Any) -> Any:
    return transaction.TransactionManager(explicit=True)


def includeme(config: Any) -> None:
    """Open the database and give each request its session."""
    settings = config.registry.atlas_settings.section(DatabaseSettings)
    patience = Patience(settings.statement_timeout, settings.lock_timeout)
    config.registry.atlas_db = Database(settings.url, patience=patience, **settings.engine_options())
    config.registry.settings["tm.manager_hook"] = _explicit_manager
    config.registry.settings["tm.annotate_user"] = "false"
    config.registry.settings["tm.commit_veto"] = "atlasbahamas.db.request.commit_veto"
    config.include("pyramid_retry")
    config.include("pyramid_tm")
    config.add_request_method(session_of, "db", reify=True)
    config.add_request_method(open_read_session)
    config.add_request_method(own_transaction)
    config.add_request_method(keep_changes)
