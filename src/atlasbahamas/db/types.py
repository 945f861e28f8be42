"""Column types that every table uses, so that money and time mean one thing everywhere.

Money is integer cents in BSD; timestamps are aware UTC; house.md section 6.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware timestamp in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out.

    Raises ValueError for a naive datetime: nobody knows which instant that is.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive value; give the database UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a timestamp without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware value in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite makes a rowid of INTEGER only; BIGINT PRIMARY KEY would need a value for every insert.
BigKey = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigKey, primary_key=True)]
Cents = Annotated[int, mapped_column(BigInteger)]
Key = Annotated[str, mapped_column(String(80), unique=True)]
Line = Annotated[str, mapped_column(String(200))]
Prose = Annotated[str, mapped_column(Text)]

type_annotations: dict[Any, Any] = {
    datetime: UtcDateTime(),
    date: Date(),
    int: BigInteger().with_variant(Integer(), "sqlite"),
    list[str]: JSON(),
}
