"""The database: engines, column types, triggers, migrations. No table is declared here."""

from atlasbahamas.db.engine import Database, WriteRefused
from atlasbahamas.db.indexes import only_where
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.triggers import Trigger
from atlasbahamas.db.types import BigKey, Cents, Id, Key, Line, Prose, UtcDateTime, type_annotations

__all__ = [
    "BigKey",
    "Cents",
    "Database",
    "Id",
    "Key",
    "Line",
    "Prose",
    "Trigger",
    "UtcDateTime",
    "WriteRefused",
    "metadata",
    "only_where",
    "type_annotations",
]
