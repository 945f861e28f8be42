"""Triggers as data: one list per component, put back after each migration.

Alembic's batch mode on SQLite rebuilds a table and loses its triggers without a word, so migrations never create triggers
themselves: they come from here, and tests find each of them at head.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def apply_triggers(connection: Connection, triggers: Iterable[Trigger]) -> None:
    """Drop and create every trigger whose table exists, on the dialect of this connection."""
    for trigger in _with_a_table(connection, triggers):
        _drop(connection, trigger)
        for statement in trigger.sqlite if connection.dialect.name == "sqlite" else trigger.postgresql:
            connection.exec_driver_sql(statement)


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
