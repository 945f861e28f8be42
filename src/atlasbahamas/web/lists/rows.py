"""Which rows are on a page of a list, in the same time whatever their number.

The rows that pass the filters are counted first, and counting stops above EXACT_UP_TO. Few are found through the filters and then
sorted. Of many, the page is the first that pass the filters on a walk in the list's order. A database that chooses between the
two by itself has to guess how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, func, literal, select, true
from sqlalchemy.orm import Session

from atlasbahamas.web.lists.filters import Filter
from atlasbahamas.web.lists.keyset import Key, after, ordered

EXACT_UP_TO = 1000


@dataclass(frozen=True)
class Rows:
    """The rows of one answer.

    `query` is what the caller may see, `filters` are those that were given, with their values. `keys` are the order, and the last
    of them tells rows apart. `shown` makes of a query what is read of the rows that are shown.
    """

    db: Session
    query: Select[Any]
    filters: Sequence[tuple[Filter, Any]]
    keys: Sequence[Key]
    shown: Callable[[Select[Any]], Select[Any]]

    @cached_property
    def count(self) -> int:
        """How many there are; one more than EXACT_UP_TO stands for all above."""
        counted = self._only(literal(1)).limit(EXACT_UP_TO + 1).subquery()
        return self.db.scalar(select(func.count()).select_from(counted)) or 0

    def page(self, edge: Sequence[Any] | None, *, most: int, backwards: bool = False) -> Select[Any]:
        """SELECT of the first `most` rows after the sort values `edge` (or, backwards, before them), and of their own ones."""

        def cut(query: Select[Any], keys: Sequence[Key]) -> Select[Any]:
            query = query if edge is None else after(query, keys, edge, backwards=backwards)
            return ordered(query, keys, backwards=backwards).limit(most)

        keys, query = self.keys, self.shown(self.query)
        if self.filters and self.count <= EXACT_UP_TO:
            found = self._found()
            chosen = cut(select(*found.c), self._over(found)).subquery("chosen")
            keys = self._over(chosen)
            query = ordered(query.join(chosen, keys[-1].column == self.keys[-1].column), keys, backwards=backwards)
        else:
            # No index answers IS TRUE, so each row is tested as the walk in the list's order comes to it.
            tests = [filter.where(value).is_(true()) for filter, value in self.filters]
            query = cut(query.where(*tests), keys)
        return query.add_columns(*[key.column for key in keys])

    def _found(self) -> CTE:
        """The sort values of all rows, found through the filters, before anything is sorted or cut."""
        columns = [key.column.label(f"key_{number}") for number, key in enumerate(self.keys)]
        return self._only(*columns).cte("found").prefix_with("MATERIALIZED")

    def _over(self, found: FromClause) -> list[Key]:
        return [key.over(column) for key, column in zip(self.keys, found.c, strict=True)]

    @cached_property
    def _matching(self) -> Select[Any]:
        query = self.query
        for filter, value in self.filters:
            query = filter.find(self.db, query, value) if filter.find else query.where(filter.where(value))
        return query

    def _only(self, *columns: ColumnElement[Any]) -> Select[Any]:
        return self._matching.with_only_columns(*columns, maintain_column_froms=True).order_by(None)
