"""The one home of lists: filters, sorting, keyset pages, honest counts and CSV, all kept in the address.

A feature declares a List; two queries answer a page of it, in the same time whatever the number of rows (rows.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from pyramid.response import Response
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session
from wtforms.form import BaseForm

from atlasbahamas.web.forms import ChoiceField
from atlasbahamas.web.lists.csv import csv_chunks
from atlasbahamas.web.lists.filters import (
    Filter,
    choice_filter,
    date_filter,
    integer_filter,
    money_filter,
    narrowing,
    text_filter,
)
from atlasbahamas.web.lists.keyset import BadToken, Key, read_token, write_token
from atlasbahamas.web.lists.rows import EXACT_UP_TO, Rows

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

    @property
    def label(self) -> str:
        """Its heading."""
        return self.column.label

    @property
    def numeric(self) -> bool:
        """True for figures, which stand at the right."""
        return self.column.numeric

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
    filter_form: BaseForm
    count_text: str
    next_url: str | None
    previous_url: str | None
    csv_url: str
    clear_url: str
    filter_query: str
    is_filtered: bool
    node: Any


class List:
    """A declaration (class attributes) and, for one request, its answer. `identity` is the column that breaks ties.

    `file_columns` stand in the CSV only: what a page has no room for.
    """

    name: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    columns: Sequence[Column] = ()
    file_columns: Sequence[Column] = ()
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
        chosen = self.form["sort"].data if not self.form["sort"].errors else ""
        self.sort = next((sort for sort in self.sorts if sort.name == chosen), self.sorts[0])
        self.keys = (*self.sort.keys, Key(self.identity, descending=self.sort.keys[-1].descending))
        self.scope = f"{self.name}/{self.sort.name}"
        asked = [(filter, self.given[filter.name]) for filter in self.filters if filter.name in self.given]
        self.rows = Rows(request.db, self.narrowed(query), asked, self.keys, self.shown)

    def answer(self, **values: Any) -> Any:
        """The page for a template, with status 400 when the address holds something that cannot be; or the CSV."""
        if self.request.GET.get("format") == "csv" and self.valid:
            return self.csv()
        page = self.page()
        if not self.valid:
            self.request.response.status_int = 400
        return {**values, "page": page}

    def page(self) -> Page:
        """The rows that the address asks for. Two queries: the rows and, where these are not all, their count."""
        token, backwards = self._token()
        found = self._read(token, backwards)
        if not found and token is not None:
            # Its rows were taken away meanwhile: the last page, or on the way back the first, is what is left there.
            token, backwards = None, not backwards
            found = self._read(None, backwards)
        more = len(found) > self.page_size
        found = found[: self.page_size]
        if backwards:
            found.reverse()
        count = self.rows.count if more or token else len(found)
        edges = [write_token(self.scope, row[-len(self.keys) :]) for row in (found[:1] + found[-1:])]
        return Page(
            rows=self.notes(self.request.db, found),
            columns=[self._shown(column) for column in self.columns],
            filter_form=self.form,
            count_text=self._count_text(count),
            next_url=self._url(after=edges[1]) if edges and (token if backwards else more) else None,
            previous_url=self._url(before=edges[0]) if edges and (more if backwards else token) else None,
            csv_url=self._url(format="csv"),
            clear_url=self.request.path,
            filter_query=self._filter_query(),
            is_filtered=bool(self.given) or not self.valid,
            node=self.node,
        )

    def _read(self, token: list[Any] | None, backwards: bool) -> list[Any]:
        query = self.rows.page(token, backwards=backwards, most=self.page_size + 1)
        return list(self.request.db.execute(query, self.parameters()).all())

    def csv(self) -> Response:
        """The whole list, with its filters and in its order, as a download that is written while it is read."""
        columns = (*self.columns, *self.file_columns)
        header = [column.label for column in columns]
        # Made here, for it counts: the session of the request is closed when the download begins.
        first = self.rows.page(None, most=CSV_BATCH)
        rows = ([column.plain(row) for column in columns] for row in self._all_rows(first))
        response = Response(app_iter=csv_chunks(header, rows), content_type="text/csv", charset="UTF-8")
        response.content_disposition = f'attachment; filename="{self.name}.csv"'
        return response

    def _all_rows(self, batch: Select[Any]) -> Iterator[Any]:
        while True:
            with self.request.open_read_session() as db:
                found = db.execute(batch, self.parameters()).all()
                yield from self.notes(db, found)
            if len(found) < CSV_BATCH:
                return
            batch = self.rows.page([*found[-1][-len(self.keys) :]], most=CSV_BATCH)

    def notes(self, db: Session, rows: Sequence[Any]) -> list[Any]:
        """What the rows of a page, or of a part of the file, are; a list that asks more about all of them does it here."""
        return [self.note(row) for row in rows]

    def note(self, row: Any) -> Any:
        """What a row of the list is; a list whose query brings more columns along keeps them here."""
        return row[0]

    def _read_form(self) -> BaseForm:
        fields: dict[str, Any] = {filter.name: filter.field() for filter in self.filters}
        fields["sort"] = ChoiceField("Sort by", choices=[(sort.name, sort.label) for sort in self.sorts])
        form = BaseForm(fields)
        form.process(formdata=self.request.GET)
        return form

    def _token(self) -> tuple[list[Any] | None, bool]:
        for name in ("after", "before"):
            if name in self.request.GET:
                try:
                    return read_token(self.request.GET[name], self.scope, self.keys), name == "before"
                except BadToken:
                    self.valid = False
                    self.form.form_errors.append("That page does not exist. This is the first one.")
        return None, False

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """The query with what `given` asks of the columns of its order: an index goes there, and need not walk up to it.

        The filters whose values are used here test nothing more (filters.narrowing).
        """
        return query

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What is read of the rows that are shown, for a list that shows less or more than its query selects."""
        return query

    def parameters(self) -> dict[str, Any]:
        """The values of the parameters that `shown` has by name, so that it can be made once for all days and people."""
        return {}

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
    "date_filter",
    "integer_filter",
    "money_filter",
    "narrowing",
    "text_filter",
]
