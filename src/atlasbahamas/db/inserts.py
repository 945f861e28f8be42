"""Inserting a row unless it is there already, in one statement, on both databases: processes that race make one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

M = TypeVar("M")


def insert_unless_there(db: Session, model: type[M], values: Mapping[str, Any], *, unique: Sequence[str]) -> M | None:
    """Insert a row and give it back, or None when one with the same `unique` columns is there, also just now from elsewhere.

    `unique` are the columns of a unique constraint.
    """
    insert: Any = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing(index_elements=list(unique)).returning(model)
    return db.scalars(statement).first()
