"""Indexes of some of the rows of a table, the same on SQLite and PostgreSQL. They are asked for by `statements.is_one_of`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text


def only_where(condition: str) -> dict[str, Any]:
    """For an Index of the rows for which a condition, in SQL, is true: `Index("ix_bill_open", "due_on", **only_where("..."))`."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
