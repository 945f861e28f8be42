"""The base of the ledger's tables. The tables themselves are declared by its parts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from atlasbahamas.db import metadata, type_annotations


class Base(DeclarativeBase):
    """Base of the ledger's tables."""

    metadata = metadata
    type_annotation_map = type_annotations


def only_where(condition: str) -> dict[str, Any]:
    """For an index of some of the rows of a table."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
