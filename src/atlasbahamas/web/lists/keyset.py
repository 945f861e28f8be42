"""Keyset pages: "the rows after this one" costs the same on the first page and on the ten-thousandth.

A token is the list and its order, and the sort values of the row at the edge, as URL-safe text. It is checked strictly: whatever
this list did not make in this order raises BadToken. Where no key holds NULL and all go one way, an index over the keys answers
both the order and where the page begins.
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, tuple_
from sqlalchemy.types import TypeDecorator

INT64 = 2**63


class BadToken(ValueError):
    """A page token that this list did not make."""


@dataclass(frozen=True)
class Key:
    """One column of the order. NULLs come last in both directions.

    `never_null` says of a column that may be NULL that it is not in any row of the list.
    """

    column: ColumnElement[Any]
    descending: bool = False
    never_null: bool = False

    @property
    def nullable(self) -> bool:
        """True when a row of the list may have NULL here."""
        return not self.never_null and getattr(self.column, "nullable", True)

    def over(self, column: ColumnElement[Any]) -> Key:
        """The same key over another column that holds the same values."""
        return Key(column, self.descending, never_null=not self.nullable)

    @property
    def kind(self) -> type:
        """Python type of the column."""
        kind = self.column.type
        return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type

    def order(self, backwards: bool) -> list[ColumnElement[Any]]:
        """ORDER BY terms; NULLs need a flag of their own, because the two databases put them at different ends."""
        term = self.column.desc() if self.descending != backwards else self.column.asc()
        if not self.nullable:
            return [term]
        flag = self.column.is_(None)
        return [flag.desc() if backwards else flag.asc(), term]

    def beyond(self, value: Any, backwards: bool) -> ColumnElement[bool]:
        """Rows that come strictly after (or, backwards, before) a value in this column."""
        if value is None:
            return self.column.is_not(None) if backwards else false()
        down = self.descending != backwards
        compared = self.column < value if down else self.column > value
        return compared if backwards or not self.nullable else or_(compared, self.column.is_(None))

    def same(self, value: Any) -> ColumnElement[bool]:
        """Rows that are level with a value."""
        return self.column.is_(None) if value is None else self.column == value


def write_token(scope: str, values: Sequence[Any]) -> str:
    """The token for a row's sort values; `scope` names the list and its order."""
    plain = [scope, *[value.isoformat() if isinstance(value, date) else value for value in values]]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def read_token(token: str, scope: str, keys: Sequence[Key]) -> list[Any]:
    """The sort values of a token that was written with the same scope. Raises BadToken."""
    try:
        if len(token) > 2000:
            raise BadToken(token[:20])
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadToken(token[:20]) from error
    if not isinstance(values, list) or values[:1] != [scope] or len(values) != 1 + len(keys):
        raise BadToken(token[:20])
    return [_value(value, key) for value, key in zip(values[1:], keys, strict=True)]


def _value(value: Any, key: Key) -> Any:
    kind = key.kind
    if value is None:
        if not key.nullable:
            raise BadToken("null")
        return None
    if issubclass(kind, datetime | date):
        try:
            moment = kind.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise BadToken("time") from error
        if isinstance(moment, datetime) and (moment.tzinfo is None or not 1900 < moment.year < 2200):
            raise BadToken("time")
        return moment
    if type(value) is not kind:
        raise BadToken("type")
    if isinstance(value, int) and not -INT64 <= value < INT64:
        raise BadToken("range")
    if isinstance(value, str) and any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise BadToken("text")
    return value


def after(query: Select[Any], keys: Sequence[Key], values: Sequence[Any], *, backwards: bool = False) -> Select[Any]:
    """Only the rows beyond the given sort values."""
    if len({key.descending for key in keys}) == 1 and not any(key.nullable for key in keys):
        row = tuple_(*[key.column for key in keys])
        edge = tuple_(*[literal(value, key.column.type) for value, key in zip(values, keys, strict=True)])
        return query.where(row < edge if keys[0].descending != backwards else row > edge)
    parts = []
    for position, key in enumerate(keys):
        level = [earlier.same(values[at]) for at, earlier in enumerate(keys[:position])]
        parts.append(and_(*level, key.beyond(values[position], backwards)))
    return query.where(or_(*parts))


def ordered(query: Select[Any], keys: Sequence[Key], *, backwards: bool = False) -> Select[Any]:
    """The query in the order of the keys, or in the opposite one."""
    return query.order_by(*[term for key in keys for term in key.order(backwards)])
