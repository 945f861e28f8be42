"""Statements that are the same for every request, made once; what differs comes as parameters when they are executed.

Making a statement takes SQLAlchemy several times as long as executing it: each comparison is an object, and all of them are read
for the key by which the finished SQL is found. A statement that is kept also keeps its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import ColumnElement, CompoundSelect, CursorResult, Select, literal, literal_column
from sqlalchemy.orm import Session

P = ParamSpec("P")
Statement = TypeVar("Statement")
MOST_SHAPES = 64
Rows = Select[*tuple[Any, ...]]
"""A SELECT of several columns."""


def made_once(make: Callable[P, Statement]) -> Callable[P, Statement]:
    """A function that makes a statement, or a part of one, which makes it at the first call and gives the same one from then on.

    Its arguments, if it has any, are what the statement's shape hangs on, of which there are a handful: a class, a flag.
    Never what somebody sent, who they are or what day it is: that is `bindparam("person_id")`, and `{"person_id": 7}` when it
    is executed.
    """
    return cast(Callable[P, Statement], lru_cache(maxsize=MOST_SHAPES)(make))


def read(
    db: Session, statement: Rows | CompoundSelect[*tuple[Any, ...]], parameters: Mapping[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that has columns and no objects, in the session's transaction.

    For what nearly every page asks: a session that looks for objects takes twice the time.
    """
    db.flush()
    return db.connection().execute(statement, parameters)


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """SQL: a column has one of a few values that never change.

    Each is a parameter: `in_` of a list is text that SQLAlchemy writes anew at each execution, because the list might be longer.
    """
    found: ColumnElement[bool] = column.in_([literal(value, column.type) for value in values])
    return found


def is_one_of(column: Any, *words: str) -> ColumnElement[bool]:
    """SQL: the same for words of ours, written into the statement: for a column by which an index is of some rows only.

    SQLite sees then that the index is of just these. A parameter might say so or not, and SQLite would plan the statement anew at
    each execution, which takes it several times as long as that.
    """
    written: list[ColumnElement[Any]] = [literal_column(f"'{word}'") for word in words]
    # SQLite does not see that one word in brackets is the one that an index says.
    found: ColumnElement[bool] = column == written[0] if len(written) == 1 else column.in_(written)
    return found
