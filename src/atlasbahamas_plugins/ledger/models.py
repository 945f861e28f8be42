"""The base of the ledger's tables. The tables themselves are declared by its parts."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from atlasbahamas.db import metadata, type_annotations


class Base(DeclarativeBase):
    """Base of the ledger's tables."""

    metadata = metadata
    type_annotation_map = type_annotations
