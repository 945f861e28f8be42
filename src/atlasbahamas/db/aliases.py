"""A second look at a table in one query, by a name."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy.orm import aliased

Model = TypeVar("Model")
_MADE: dict[tuple[type[Any], str], Any] = {}


def alias_of(model: type[Model], name: str) -> type[Model]:
    """The model under another name, for a query that has its table twice; the same one each time.

    SQLAlchemy maps a class anew for each alias and each of its columns, which takes longer than most queries that need one.
    """
    found: type[Model] = _MADE.get((model, name)) or _MADE.setdefault((model, name), aliased(model, name=name))
    return found
