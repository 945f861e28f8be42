"""Inserting: a row unless it is there already, so that processes that race make one; and very many rows fast."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Table, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

M = TypeVar("M")


def insert_unless_there(db: Session, model: type[M], values: Mapping[str, Any], *, unique: Sequence[str]) -> M | None:
    """Insert a row and give it back, or None when one with the same `unique` columns is there, also just now from elsewhere.

    `unique` are the columns of a unique constraint.
    """
    into: Any = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = into(model).values(**values).on_conflict_do_nothing(index_elements=list(unique)).returning(model)
    return db.scalars(statement).first()


def insert_many(db: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False) -> None:
    """Insert rows that all have the same columns: numbers, texts, dates and aware times.

    `unless_there` leaves out those of which a unique constraint says that they are there.

    PostgreSQL takes them as one value of JSON, which it reads in a third of the time of as many lines of VALUES, and its triggers
    for each statement run once.
    """
    if not rows:
        return
    if db.get_bind().dialect.name != "postgresql":
        db.execute(sqlite.insert(table).on_conflict_do_nothing() if unless_there else insert(table), rows)
        return
    names = list(rows[0])
    types = ", ".join(f"{name} {table.c[name].type.compile(db.get_bind().dialect)}" for name in names)
    columns = ", ".join(names)
    statement = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM json_to_recordset(:rows) AS given ({types})"  # noqa: S608
    statement += " ON CONFLICT DO NOTHING" if unless_there else ""
    db.execute(text(statement), {"rows": json.dumps(rows, default=_plain, ensure_ascii=False)})


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be inserted in this way")
