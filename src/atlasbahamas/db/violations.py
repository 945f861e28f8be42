"""Which constraint a database error broke, by name, on both databases, so that a service can answer in words."""

from __future__ import annotations

import re

from sqlalchemy import MetaData
from sqlalchemy.exc import IntegrityError

_COLUMNS = re.compile(r"UNIQUE constraint failed: (?!index )(.+)")
_NAMED = re.compile(r"(?:CHECK constraint failed: |UNIQUE constraint failed: index ')(\w+)")


def violated_constraint(error: IntegrityError, metadata: MetaData) -> str | None:
    """Name of the constraint, unique index or trigger that refused; None when the database does not tell."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name  # type: ignore[no-any-return]
    message = str(error.orig)
    if named := _NAMED.search(message):
        return named[1]
    if columns := _COLUMNS.search(message):
        return _unique_over(columns[1].split(", "), metadata)
    return message if message.isidentifier() else None


def _unique_over(columns: list[str], metadata: MetaData) -> str | None:
    table = metadata.tables.get(columns[0].partition(".")[0])
    if table is None:
        return None
    wanted = {column.partition(".")[2] for column in columns}
    for index in table.indexes:
        if index.unique and {column.name for column in index.columns} == wanted:
            return index.name
    for constraint in table.constraints:
        if {column.name for column in getattr(constraint, "columns", ())} == wanted:
            return str(constraint.name)
    return None
