"""Triggers as data: one list per component, put back after each migration.

Alembic's batch mode on SQLite rebuilds a table and loses its triggers without a word, so migrations never create triggers
themselves: they come from here, and tests find each of them at head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text


@dataclass(frozen=True)
class Trigger:
    """A rule that the database keeps by itself.

    `sqlite` and `postgresql` are the statements that create it; each statement must create objects named `name`
    (on PostgreSQL a function and a trigger of that name).
    """

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


def append_only(table: str, *key: str, deletable_if: str = "false", changed_if: str = "true") -> tuple[Trigger, ...]:
    """Rows of `table` stay as they were written: UPDATE, DELETE, TRUNCATE and SQLite's REPLACE are refused.

    `key` are the columns of the primary key. `deletable_if` is SQL over OLD, true for a row that may be deleted after all;
    `changed_if` is SQL over OLD and NEW, true where an UPDATE touches what has to stay.
    """
    refusal = f"{table}_is_append_only"
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    # REPLACE takes the old row away without asking the DELETE trigger. A table without an integer key has a rowid beside it.
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid)"  # noqa: S608
    return (
        refusing(f"{table}_no_update", table, refusal, "UPDATE", changed_if),
        refusing(f"{table}_no_delete", table, refusal, "DELETE", f"NOT ({deletable_if})"),
        Trigger(
            f"{table}_no_replace",
            table,
            sqlite=(_sqlite(f"{table}_no_replace", table, refusal, "INSERT", exists),),
            postgresql=(),
        ),
        Trigger(
            f"{table}_no_truncate",
            table,
            sqlite=(),
            postgresql=_postgresql(f"{table}_no_truncate", table, refusal, "TRUNCATE", "true", "STATEMENT", "NULL"),
        ),
    )


def refusing(
    name: str, table: str, refusal: str, event: str, condition: str, *, on_postgresql: str = "", on_sqlite: str = ""
) -> Trigger:
    """A row for which `condition` (SQL over NEW and OLD) is true is refused with the name `refusal`, before the `event`.

    The other two are added to the condition on one database only: locks that SQLite does not need, doors that PostgreSQL has not.
    """
    passed = "OLD" if event == "DELETE" else "NEW"
    return Trigger(
        name,
        table,
        sqlite=(_sqlite(name, table, refusal, event, f"({condition}){on_sqlite}"),),
        postgresql=_postgresql(name, table, refusal, event, f"({condition}){on_postgresql}", "ROW", passed),
    )


def _sqlite(name: str, table: str, refusal: str, event: str, condition: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"


def _postgresql(name: str, table: str, refusal: str, event: str, condition: str, each: str, passed: str) -> tuple[str, str]:
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {condition} THEN
                RAISE EXCEPTION '{refusal}' USING ERRCODE = '23514', CONSTRAINT = '{refusal}';
            END IF;
            RETURN {passed};
        END $$""",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
    )


def apply_triggers(connection: Connection, triggers: Iterable[Trigger]) -> None:
    """Drop and create every trigger whose table exists, on the dialect of this connection."""
    for trigger in _with_a_table(connection, triggers):
        _drop(connection, trigger)
        statements = _statements(connection, trigger)
        for statement in statements:
            connection.exec_driver_sql(statement)
        if statements and connection.dialect.name != "sqlite":
            # PostgreSQL writes a trigger in words of its own; SQLite keeps ours.
            connection.exec_driver_sql(f"COMMENT ON TRIGGER {trigger.name} ON {trigger.table} IS '{_digest(statements)}'")


def stale_triggers(connection: Connection, triggers: Iterable[Trigger]) -> list[Trigger]:
    """Those whose table exists and that the database does not have, or not as they are here."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        here = {name: _digest([statement]) for name, statement in rows}
    else:
        query = text("SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE NOT tgisinternal")
        here = dict(connection.execute(query).all())
    wanted = [trigger for trigger in _with_a_table(connection, triggers) if _statements(connection, trigger)]
    return [trigger for trigger in wanted if here.get(trigger.name) != _digest(_statements(connection, trigger))]


@contextmanager
def kept_triggers(connection: Connection) -> Iterator[None]:
    """Whatever triggers there are stay as they are, though SQLite loses those of a table that it rebuilds."""
    if connection.dialect.name != "sqlite":
        yield
        return
    query = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    before = connection.execute(query).all()
    for name, _, _ in before:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    tables = set(inspect(connection).get_table_names())
    for _, table, statement in before:
        if table in tables:
            connection.exec_driver_sql(statement)


def _statements(connection: Connection, trigger: Trigger) -> tuple[str, ...]:
    return trigger.sqlite if connection.dialect.name == "sqlite" else trigger.postgresql


def _digest(statements: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(" ".join(statements).split()).encode()).hexdigest()


def drop_triggers(connection: Connection, triggers: Iterable[Trigger]) -> None:
    """Drop every trigger whose table exists."""
    for trigger in _with_a_table(connection, triggers):
        _drop(connection, trigger)


def _with_a_table(connection: Connection, triggers: Iterable[Trigger]) -> list[Trigger]:
    tables = set(inspect(connection).get_table_names())
    return [trigger for trigger in triggers if trigger.table in tables]


def _drop(connection: Connection, trigger: Trigger) -> None:
    of_table = "" if connection.dialect.name == "sqlite" else f" ON {trigger.table}"
    connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger.name}{of_table}"))


def present_triggers(connection: Connection) -> set[str]:
    """Names of the triggers that the database has."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        rows = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))
    return {str(row[0]) for row in rows}
