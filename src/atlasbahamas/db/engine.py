"""Engines and sessions: how a transaction begins, and what a reading one may not do.

Everything that PostgreSQL and SQLite do differently about transactions is here and nowhere else (house.md section 4).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pyramid_retry import mark_error_retryable
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.session import ORMExecuteState

from atlasbahamas.db.words import teach_words

Mode = Literal["read", "write"]
BUSY_SECONDS: float = 5
ONLY_READS = "only_reads"
"""What a connection of SQLite was told last, in its `info`."""
IMPATIENT_MILLISECONDS = 50
"""How long PostgreSQL waits for a lock where nobody wants to wait; 0 would mean for ever."""

ABOUT_THE_WIRE = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}  # fmt: skip
"""How long a server may be silent before it counts as gone: words of libpq, in seconds, the last one in milliseconds.

Without them a server that vanished, or a network that swallows, holds whoever asks for many minutes. They measure the network and
not the work: a statement may take longer. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""


@dataclass(frozen=True)
class Patience:
    """How long PostgreSQL may take over one statement, and how long one waits for a lock, in seconds; 0: without end."""

    statement: int = 0
    lock: int = 0


class WriteRefused(Exception):
    """Something tried to write in a transaction that only reads: a GET never writes (house.md section 4)."""


class ReadSession(Session):
    """A session that refuses to write. The listeners below hang on the class: on each session they took as long as a query."""


class Database:
    """One database, seen through two engines over one pool: `read` refuses writes, `write` queues for its turn.

    `info` is put into each session's own `info`. `patience` holds for the connections that are made from now on; SQLite knows
    no such limits.
    """

    def __init__(self, url: str, *, patience: Patience = Patience(), **options: Any) -> None:
        self.info: dict[str, Any] = {}
        self.patience = patience
        self.engine = _engine(url, **options)
        if self.engine.dialect.name == "postgresql":
            event.listen(self.engine, "connect", self._set_limits)
        self.read_engine = self.engine.execution_options(atlas_mode="read", postgresql_readonly=True)
        self.write_engine = self.engine.execution_options(atlas_mode="write")
        self._impatient_engine = self.engine.execution_options(atlas_mode="write", atlas_waits=False)

    def session(self, mode: Mode) -> Session:
        """A new session. Whoever asks for it joins it to a transaction manager or closes it."""
        if mode == "read":
            return ReadSession(self.read_engine, info=self.info)
        return Session(self.write_engine, info=self.info)

    @contextmanager
    def transaction(self, mode: Mode = "write", *, wait: bool = True) -> Iterator[Session]:
        """A session with a transaction of its own, for commands and for what must survive the request's rollback.

        Without `wait`, whatever somebody else has locked is a passing error (`is_passing`) at once.
        """
        with self.session(mode) as session, session.begin():
            if not wait:
                session.bind = self._impatient_engine
            yield session

    def _set_limits(self, connection: Any, record: object) -> None:
        with connection.cursor() as cursor:
            for name, seconds in (("statement_timeout", self.patience.statement), ("lock_timeout", self.patience.lock)):
                cursor.execute(f"SET {name} = '{int(seconds)}s'")
        # Else the next rollback would take them back.
        connection.commit()

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engine, and what it is seen through."""
        return self.engine, self.read_engine, self.write_engine, self._impatient_engine

    def dispose(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()

    def after_fork(self) -> None:
        """Begin with connections of this process's own; the parent's are left alone, for closing them would close them there."""
        self.engine.dispose(close=False)


def _engine(url: str, **options: Any) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        path = make_url(url).database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _leave_no_transaction_open)
    else:
        # An error that says which values a statement was given would put passwords' hashes and people's words into the log.
        options["connect_args"] = {name: value for name, value in ABOUT_THE_WIRE.items() if name not in make_url(url).query}
        engine = create_engine(url, isolation_level="READ COMMITTED", hide_parameters=True, **options)
        event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "handle_error", _mark_locked_as_retryable)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # The driver's own BEGIN comes too late and in the wrong mode; _begin_sqlite says it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    teach_words(connection)


def _begin_sqlite(connection: Any) -> None:
    """Writers queue at BEGIN IMMEDIATE; readers never do, and cannot write even by mistake."""
    options = connection.get_execution_options()
    reads = options.get("atlas_mode") == "read"
    if connection.info.get(ONLY_READS) is not reads:
        # Only where it changes: SQLite forgets by it every statement that it has prepared.
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        connection.info[ONLY_READS] = reads
    if reads:
        # The driver's own way, for what cannot fail: SQLAlchemy's takes longer than the statement.
        connection.connection.dbapi_connection.execute("BEGIN DEFERRED")
        return
    if options.get("atlas_waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _begin_postgresql(connection: Any) -> None:
    if not connection.get_execution_options().get("atlas_waits", True):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{IMPATIENT_MILLISECONDS}ms'")


def _leave_no_transaction_open(connection: sqlite3.Connection | None, record: object) -> None:
    # A COMMIT that fails on a deferred constraint leaves the transaction, and the database locked, behind.
    if connection is not None and connection.in_transaction:
        connection.rollback()


def is_passing(error: BaseException) -> bool:
    """True for an error that goes away when the transaction is tried again: locked, deadlock, serialisation."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig)
    return str(getattr(error.orig, "pgcode", "") or "").startswith(("40", "55P03"))


def is_away(error: BaseException) -> bool:
    """True where PostgreSQL did not answer, or went in the middle: it gives no code then, or one of its class for that."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    code = getattr(error.orig, "pgcode", None)
    return (
        error.connection_invalidated
        or (code or "").startswith(("08", "57P"))
        or (isinstance(error, OperationalError) and code is None)
    )


def is_out_of_time(error: BaseException) -> bool:
    """True for a statement that PostgreSQL stopped because it took too long: to try it again at once would take as long."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "pgcode", None) == "57014"


def _mark_locked_as_retryable(context: Any) -> None:
    # zope.sqlalchemy asks only sessions that have joined; a BEGIN that finds the database locked comes before that.
    if context.sqlalchemy_exception is not None and is_passing(context.sqlalchemy_exception):
        mark_error_retryable(context.sqlalchemy_exception)


@event.listens_for(ReadSession, "before_flush")
def _refuse_flush(session: Session, *_: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise WriteRefused("a request that reads may not change rows")


@event.listens_for(ReadSession, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise WriteRefused("a request that reads may not run INSERT, UPDATE or DELETE")
