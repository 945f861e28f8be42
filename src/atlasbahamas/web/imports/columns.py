"""Columns of a file, and its rows held against them. A cell is read by a form field, so a rule about it is written once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wtforms.meta import DefaultMeta

from atlasbahamas.web.forms.texts import REFUSED
from atlasbahamas.web.lists.csv import FORMULA_STARTS

LONGEST_SHOWN = 60
_LINE_BREAK = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True)
class ImportColumn:
    """A column that is taken. `field` is a field as a form declares it; its label, its limits and whether it is required count.

    `spellings`: what else the column may be called. `key`: rows whose keys are the same may not stand in one file.
    """

    name: str
    field: Any
    spellings: tuple[str, ...] = ()
    example: str = ""
    key: Callable[[str], str] | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.field.args[0])

    @property
    def required(self) -> bool:
        """True when no row may leave it out."""
        return bool(self.field.kwargs.get("required"))

    @property
    def headings(self) -> set[str]:
        """Every heading by which it is known, as `plain_heading` makes them."""
        return {plain_heading(text) for text in (self.name, self.label, *self.spellings)}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell. `row` counts as a spreadsheet does: the headings are row 1, unless empty rows come first."""

    row: int
    column: str
    message: str
    value: str


@dataclass(frozen=True)
class Row:
    """A good row: its cells as they stood, by column name, and what they mean."""

    number: int
    cells: Mapping[str, str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """What a file holds: good rows, what is wrong with the others, and headings that nobody knew."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def without(self, problems: Iterable[Problem]) -> Table:
        """The same after somebody found more problems: their rows are good no longer."""
        more = list(problems)
        bad = {problem.row for problem in more}
        rows = [row for row in self.rows if row.number not in bad]
        return replace(self, rows=rows, problems=sorted([*self.problems, *more], key=lambda problem: problem.row))

    @property
    def bad_rows(self) -> int:
        """How many rows have a problem."""
        return len({problem.row for problem in self.problems})


class _Sent(dict[str, str]):
    """One cell, in the shape in which a form field takes what was sent."""

    def getlist(self, name: str) -> list[str]:
        """The only one."""
        return [self[name]]


class RowReader:
    """Holds rows against columns, one after the other, and remembers what may not come twice."""

    def __init__(self, columns: Sequence[ImportColumn]) -> None:
        self._columns = columns
        self._fields = {column.name: column.field.bind(None, column.name, _meta=DefaultMeta()) for column in columns}
        self._seen: dict[tuple[str, str], int] = {}

    def read(self, number: int, cells: Mapping[str, str]) -> Row | list[Problem]:
        """The row, or everything that is wrong with it. A column that the file does not have is like an empty cell."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        plain = {column.name: plain_cell(cells.get(column.name, ""), column) for column in self._columns}
        for column in self._columns:
            text = plain[column.name]
            field = self._fields[column.name]
            field.process(_Sent({column.name: text}))
            if not field.validate(None):
                problems += [Problem(number, column.label, str(message), shown(text)) for message in field.errors]
                continue
            values[column.name] = field.data
            if column.key and (earlier := self._seen.setdefault((column.name, column.key(text)), number)) != number:
                problems.append(Problem(number, column.label, f"Row {earlier} says the same.", shown(text)))
        return problems or Row(number, plain, values)


def plain_heading(text: str) -> str:
    """A heading as it is compared: its letters and digits, small and without accents."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in apart if character.isalnum())


def plain_cell(text: str, column: ImportColumn) -> str:
    """A cell without what a spreadsheet put around it: line breaks in what is one line, and our own guard against formulas."""
    text = text.strip()
    if text.startswith("'") and text[1:2] in FORMULA_STARTS:
        text = text[1:]
    lines = getattr(column.field.field_class, "lines", False)
    return text if lines else _LINE_BREAK.sub(" ", text)


def shown(text: str) -> str:
    """A cell as a problem shows it: short, and without what no page can hold."""
    text = REFUSED.sub("·", text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
