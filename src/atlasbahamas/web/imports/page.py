"""The page that takes a file, shows what is in it, and saves the good rows when somebody says so: never before, never by half.

The preview carries the good rows in a hidden field, as they stood in the file; what comes back is checked like the file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.response import Response
from wtforms.fields import HiddenField

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import Form, form_page
from atlasbahamas.web.forms.uploads import UploadField
from atlasbahamas.web.imports.columns import ImportColumn, Problem, Row, Table
from atlasbahamas.web.imports.reading import MOST_ROWS, read_payload, read_table, write_payload
from atlasbahamas.web.lists.csv import csv_chunks

PROBLEMS_SHOWN = 200


@dataclass(frozen=True)
class Import:
    """What a feature takes in. `check` finds what the rows alone do not tell; `save` calls one service and gives the answer.

    `noun`: one of them, and several.
    """

    columns: Sequence[ImportColumn]
    noun: tuple[str, str]
    check: Callable[[Sequence[Row]], list[Problem]]
    save: Callable[[Sequence[Row]], Any]
    most: int = MOST_ROWS


@dataclass(frozen=True)
class Preview:
    """What the page shows of a file that was read."""

    table: Table
    payload: str
    columns: Sequence[ImportColumn]
    problems: Sequence[Problem]
    problems_left: int


class FileForm(Form):
    """The file."""

    file = UploadField("CSV file", required=True, accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values")


class RowsForm(Form):
    """The good rows of a preview, on their way to being saved. `file` is where a refusal stands: there is nothing else to see."""

    file = UploadField("CSV file")
    rows = HiddenField()


def import_page(request: Any, what: Import, template_values: dict[str, Any]) -> Any:
    """The page, for the template `imports/page.jinja2` or one that extends it."""
    values = {**template_values, "columns": what.columns, "noun": what.noun, "most": what.most, "preview": None}
    if request.method == "POST" and "rows" in request.POST:
        return _save(request, what, values)
    form = FileForm(request)
    preview: list[Preview] = []

    def read() -> None:
        table = read_table(form.file.data.file, what.columns, most=what.most)
        preview.append(_preview(what, table.without(what.check(table.rows))))

    answer = form_page(request, form, values, submit=read)
    if not preview:
        return answer
    if preview[0].problems:
        request.response.status_int = 422
    return {**values, "form": form, "preview": preview[0]}


def _save(request: Any, what: Import, values: dict[str, Any]) -> Any:
    """Save every row that was shown as good, or none: what happened meanwhile may have made one of them bad."""
    form = RowsForm(request)
    preview: list[Preview] = []

    def save() -> Any:
        sent = form.rows.data if isinstance(form.rows.data, str) else ""
        table = read_payload(sent, what.columns, most=what.most)
        table = table.without(what.check(table.rows))
        if table.problems:
            preview.append(_preview(what, table))
            raise Refused("Something changed since these rows were shown, so nothing was saved. Please look again.", "file")
        return what.save(table.rows)

    answer = form_page(request, form, values, submit=save)
    if isinstance(answer, dict) and preview:
        return {**answer, "preview": preview[0]}
    return answer


def _preview(what: Import, table: Table) -> Preview:
    shown = table.problems[:PROBLEMS_SHOWN]
    payload = write_payload(table.rows, what.columns) if table.rows else ""
    return Preview(table, payload, what.columns, shown, len(table.problems) - len(shown))


def template_file(columns: Sequence[ImportColumn], name: str, rows: Sequence[Sequence[str]] | None = None) -> Response:
    """A file to be filled in: the headings, and `rows` as far as they are known, or one row as an example."""
    begun = [[column.example for column in columns]] if rows is None else [list(row) for row in rows]
    chunks = csv_chunks([column.name for column in columns], begun)
    response = Response(app_iter=chunks, content_type="text/csv", charset="UTF-8")
    response.content_disposition = f'attachment; filename="{name}.csv"'
    return response
