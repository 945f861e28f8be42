"""The one home of lists: filters, sorting, keyset pages, honest counts and CSV, all kept in the address.

A feature declares a List; two queries answer a page of it, in the same time whatever the number of rows. The count comes first
and stops above 1,000. Few rows are found through the filters and then sorted; of many, the page is the first that pass the
filters on a walk in the list's order. A database that chooses between the two by itself has to guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

import wtforms
from pyramid.response import Response
from sqlalchemy import ColumnElement, Select, func, literal, select, true

from atlasbahamas.web.forms import ChoiceField
from atlasbahamas.web.lists.csv import csv_chunks
from atlasbahamas.web.lists.filters import Filter, choice_filter, integer_filter, money_filter, text_filter
from atlasbahamas.web.lists.keyset import BadToken, Key, after, ordered, read_token, write_token

EXACT_UP_TO = 1000
CSV_BATCH = 500


@dataclass(frozen=True)
class Column:
    """A column of a table and of its CSV. `show` gives what the page shows, `plain` what the file holds."""

    name: str
    label: str
    show: Callable[[Any, Any], Any]
    plain: Callable[[Any], Any]
    numeric: bool = False
    sort: str | None = None


@dataclass(frozen=True)
class Sort:
    """An order that a person may choose."""

    name: str
    label: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class ShownColumn:
    """A column with what the page needs to show and sort it."""

    column: Column
    node: Any
    sort_url: str | None
    sorted: str | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.column, name)

    @property
    def sortable(self) -> bool:
        """True when a click sorts by it."""
        return self.sort_url is not None

    def cell(self, row: Any) -> Any:
        """What stands in the row."""
        return self.column.show(row, self.node)


@dataclass(frozen=True)
class Page:
    """One page of a list, as macros/lists.jinja2 shows it."""

    rows: list[Any]
    columns: list[ShownColumn]
    filter_form: wtforms.Form
    count_text: str
    next_url: str | None
    previous_url: str | None
    csv_url: str
    clear_url: str
    filter_query: str
    is_filtered: bool
    node: Any


class List:
    """A declaration (class attributes) and, for one request, its answer. `identity` is the column that breaks ties."""

    name: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    sorts: ClassVar[Sequence[Sort]]
    identity: ClassVar[ColumnElement[int]]
    page_size: ClassVar[int] = 25

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.request = request
        self.node = node
        self.form = self._read_form()
        self.valid = bool(self.form.validate())
        given = {filter.name: self.form[filter.name].data for filter in self.filters if not self.form[filter.name].errors}
        self.given = {name: value for name, value in given.items() if value not in (None, "", False)}
        self.query = query
        chosen = self.form["sort"].data if not self.form["sort"].errors else ""
        self.sort = next((sort for sort in self.sorts if sort.name == chosen), self.sorts[0])
        self.keys = (*self.sort.keys, Key(self.identity, descending=self.sort.keys[-1].descending))

    def answer(self, **values: Any) -> Any:
        """The page for a template, with status 400 when the address holds something that cannot be; or the CSV."""
        if self.request.GET.get("format") == "csv" and self.valid:
            return self.csv()
        page = self.page()
        if not self.valid:
            self.request.response.status_int = 400
        return {**values, "page": page}

    def page(self) -> Page:
        """The rows that the address asks for. Two queries: their count, and the rows."""
        token, backwards = self._token()
        count = self._count()
        query = self._walked() if count > EXACT_UP_TO else self.found()
        if token is not None:
            query = after(query, self.keys, token, backwards=backwards)
        query = ordered(query, self.keys, backwards=backwards).limit(self.page_size + 1)
        found = list(self.request.db.execute(self._with_keys(query)).all())
        more = len(found) > self.page_size
        found = found[: self.page_size]
        if backwards:
            found.reverse()
        edges = [[*row[-len(self.keys) :]] for row in (found[:1] + found[-1:])]
        return Page(
            rows=[self.note(row) for row in found],
            columns=[self._shown(column) for column in self.columns],
            filter_form=self.form,
            count_text=self._count_text(count),
            next_url=self._url(after=write_token(edges[1])) if edges and (backwards or more) else None,
            previous_url=self._url(before=write_token(edges[0])) if edges and (more if backwards else token) else None,
            csv_url=self._url(format="csv"),
            clear_url=self.request.path,
            filter_query=self._filter_query(),
            is_filtered=bool(self.given) or not self.valid,
            node=self.node,
        )

    def csv(self) -> Response:
        """The whole list, with its filters and in its order, as a download that is written while it is read."""
        header = [column.label for column in self.columns]
        rows = ([column.plain(row) for column in self.columns] for row in self._all_rows())
        response = Response(app_iter=csv_chunks(header, rows), content_type="text/csv", charset="UTF-8")
        response.content_disposition = f'attachment; filename="{self.name}.csv"'
        return response

    def _all_rows(self) -> Iterator[Any]:
        token: list[Any] | None = None
        few = self._count() <= EXACT_UP_TO
        while True:
            query = self.found() if few else self._walked()
            query = query if token is None else after(query, self.keys, token)
            query = ordered(query, self.keys).limit(CSV_BATCH)
            with self.request.open_read_session() as db:
                found = db.execute(self._with_keys(query)).all()
                yield from map(self.note, found)
            if len(found) < CSV_BATCH:
                return
            token = [*found[-1][-len(self.keys) :]]

    def note(self, row: Any) -> Any:
        """What a row of the list is; a list whose query brings more columns along keeps them here."""
        return row[0]

    def _read_form(self) -> wtforms.Form:
        fields = {filter.name: filter.field() for filter in self.filters}
        fields["sort"] = ChoiceField("Sort by", choices=[(sort.name, sort.label) for sort in self.sorts])
        form: wtforms.Form = type("Filters", (wtforms.Form,), fields)(formdata=self.request.GET)
        return form

    def _token(self) -> tuple[list[Any] | None, bool]:
        for name in ("after", "before"):
            if name in self.request.GET:
                try:
                    return read_token(self.request.GET[name], self.keys), name == "before"
                except BadToken:
                    self.valid = False
                    self.form.form_errors.append("That page does not exist. This is the first one.")
        return None, False

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What is read of the rows that are shown, for a list that shows less or more than its query selects."""
        return query

    def _filtering(self) -> list[Filter]:
        return [filter for filter in self.filters if filter.name in self.given]

    def _matching(self) -> Select[Any]:
        query = self.query
        for filter in self._filtering():
            value = self.given[filter.name]
            query = filter.find(self.request.db, query, value) if filter.find else query.where(filter.where(value))
        return query

    def found(self) -> Select[Any]:
        """The rows, by way of the filters."""
        if not self.given:
            return self.query
        return self.query.where(self.identity.in_(self._only(self._matching(), self.identity)))

    def _walked(self) -> Select[Any]:
        """The rows, by way of the order: no index answers IS TRUE, so each row is tested as it comes."""
        return self.query.where(*[filter.where(self.given[filter.name]).is_(true()) for filter in self._filtering()])

    def _with_keys(self, query: Select[Any]) -> Select[Any]:
        return self.shown(query).add_columns(*[key.column for key in self.keys])

    @staticmethod
    def _only(query: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
        return query.with_only_columns(column, maintain_column_froms=True).order_by(None).correlate(None)

    def _count(self) -> int:
        """How many rows there are; one more than EXACT_UP_TO stands for all above."""
        counted = self._only(self._matching(), literal(1)).limit(EXACT_UP_TO + 1).subquery()
        return self.request.db.scalar(select(func.count()).select_from(counted)) or 0

    def _count_text(self, count: int) -> str:
        if count > EXACT_UP_TO:
            return f"{EXACT_UP_TO:,}+ {self.noun[1]}"
        return f"{count:,} {self.noun[0] if count == 1 else self.noun[1]}"

    def _shown(self, column: Column) -> ShownColumn:
        if column.sort is None:
            return ShownColumn(column, self.node, None, None)
        up, down = column.sort, f"{column.sort}-down"
        state = {up: "asc", down: "desc"}.get(self.sort.name)
        other = down if state == "asc" and any(sort.name == down for sort in self.sorts) else up
        return ShownColumn(column, self.node, self._url(sort=other), state)

    def _filter_query(self) -> str:
        """The filters as they stand in the address, for a page that does something with the same rows."""
        kept = {name: self.request.GET[name] for name in self.given}
        return f"?{urlencode(kept)}" if kept else ""

    def _url(self, **more: str) -> str:
        kept: Mapping[str, str] = {
            name: self.request.GET[name] for name in (*self.given, "sort") if self.request.GET.get(name) and name not in more
        }
        return f"{self.request.path}?{urlencode({**kept, **more})}"


__all__ = [
    "Column",
    "Filter",
    "Key",
    "List",
    "Page",
    "Sort",
    "choice_filter",
    "integer_filter",
    "money_filter",
    "text_filter",
]
