"""Turns an uploaded file into rows, whatever program wrote it: UTF-8 with or without a mark, UTF-16 with one, Windows-1252;
commas, semicolons, tabs or bars; quoted line breaks; headings in any order.

Reads as it goes, and stops at the limit, so a huge file costs no memory. What stands in a cell is text: nothing is worked out.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from atlasbahamas.errors import Refused
from atlasbahamas.web.imports.columns import ImportColumn, Problem, Row, RowReader, Table, plain_heading, shown

MOST_ROWS = 2000
MOST_BYTES = 8 * 1024 * 1024
SAMPLE = 64 * 1024
DELIMITERS = (",", ";", "\t", "|")
EMPTY = Refused("This file is empty.", "file")
NOT_CSV = Refused(
    "This is not a CSV file. In a spreadsheet, choose “Save as” or “Download” and then CSV, and send that file.", "file"
)
TOO_WIDE = "This row has more cells than there are headings. Put quotation marks around a value that has a comma in it."
# Workbooks (ZIP), old workbooks (OLE), PDF, pictures: what people choose by mistake.
_OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def read_table(file: BinaryIO, columns: Sequence[ImportColumn], *, most: int = MOST_ROWS) -> Table:
    """The rows of a CSV file. Raises Refused, in words, for what is none, has no such columns, or more rows than `most`."""
    reader = RowReader(columns)
    with _opened(file) as text:
        records = _records(text, columns)
        headings = next(records, (0, []))[1]
        if not headings:
            raise EMPTY
        places = _places(headings, columns)
        known = set(places.values())
        table = Table(unused=[shown(cell.strip()) for at, cell in enumerate(headings) if cell.strip() and at not in known])
        count = 0
        for number, cells in records:
            count += 1
            if count > most:
                raise Refused(f"This file has more than {most:,} rows. Please split it into smaller ones.", "file")
            if any(cell.strip() for cell in cells[len(headings) :]):
                table.problems.append(Problem(number, "", TOO_WIDE, shown(cells[len(headings)])))
                continue
            _take(table, reader.read(number, {name: cells[at] for name, at in places.items() if at < len(cells)}))
    if not count:
        raise Refused("There is nothing below the headings of this file.", "file")
    return table


def write_payload(rows: Sequence[Row], columns: Sequence[ImportColumn]) -> str:
    """Good rows as one line of text, which a page carries from the preview to the button that saves."""
    names = [column.name for column in columns]
    return json.dumps([[row.number, *(row.cells[name] for name in names)] for row in rows], separators=(",", ":"))


def read_payload(text: str, columns: Sequence[ImportColumn], *, most: int = MOST_ROWS) -> Table:
    """What `write_payload` wrote, held against the columns again: it comes from a browser, so nothing in it is believed.

    Raises Refused for what it did not write.
    """
    reader, table = RowReader(columns), Table()
    try:
        records = json.loads(text)
    except (ValueError, RecursionError):
        records = None
    if not isinstance(records, list) or not 0 < len(records) <= most:
        raise Refused("The rows were lost on the way. Please choose the file again.", "file")
    for record in records:
        shape = [type(cell) for cell in record] if isinstance(record, list) else []
        if shape != [int, *[str] * len(columns)] or not 0 < record[0] < 10**9:
            raise Refused("The rows were lost on the way. Please choose the file again.", "file")
        names = [column.name for column in columns]
        _take(table, reader.read(record[0], dict(zip(names, record[1:], strict=True))))
    return table


def _take(table: Table, read: Row | list[Problem]) -> None:
    if isinstance(read, Row):
        table.rows.append(read)
    else:
        table.problems.extend(read)


@contextmanager
def _opened(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """The file as text. The file itself stays open: it belongs to whoever sent it here."""
    size = file.seek(0, io.SEEK_END)
    if size > MOST_BYTES:
        raise Refused(f"This file is larger than {MOST_BYTES // 1024 // 1024} MB. Please split it into smaller ones.", "file")
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _encoding(file: BinaryIO) -> str:
    head = file.read(8)
    if head.startswith(_OTHER_FILES):
        raise NOT_CSV
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(SAMPLE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # What spreadsheets on Windows write; Latin-1 but for some quotation marks and dashes.
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _records(text: io.TextIOWrapper, columns: Sequence[ImportColumn]) -> Iterator[tuple[int, list[str]]]:
    """The headings and then every row that holds anything, each with its number. Raises Refused for an empty file."""
    sample = text.read(SAMPLE)
    text.seek(0)
    if not sample.strip('\ufeff\r\n\t ,;|"'):
        raise EMPTY
    if "\0" in sample.splitlines()[0]:
        raise NOT_CSV
    if named := _SEPARATOR_LINE.match(sample):
        # The first line of some files tells the delimiter; spreadsheets do not show it, nor count it.
        text.readline()
        return _lines(text, named[1])
    return _lines(text, max(DELIMITERS, key=lambda one: _known_headings(sample, one, columns)))


def _known_headings(sample: str, delimiter: str, columns: Sequence[ImportColumn]) -> tuple[int, int]:
    """How many columns are known if this delimiter stands between them; among equals, the one that cuts more often counts."""
    try:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        first = next((record for record in records if any(cell.strip() for cell in record)), [])
    except csv.Error:
        return (0, 0)
    known = set().union(*(column.headings for column in columns))
    return (sum(plain_heading(cell) in known for cell in first), len(first))


def _lines(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    records = csv.reader(text, delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(f"Row {number} cannot be read. Look at the quotation marks in it and before it.", "file") from error
        if any(cell.strip() for cell in cells):
            yield number, cells


def _places(headings: Sequence[str], columns: Sequence[ImportColumn]) -> dict[str, int]:
    """Where each column stands, by its name. Raises Refused for one that is missing, and for one that is there twice."""
    plain = [plain_heading(cell) for cell in headings]
    places: dict[str, int] = {}
    for column in columns:
        found = [at for at, heading in enumerate(plain) if heading in column.headings]
        if len(found) > 1:
            raise Refused(f"This file has more than one column for “{column.name}”. Keep one of them.", "file")
        if found:
            places[column.name] = found[0]
    missing = [column.name for column in columns if column.required and column.name not in places]
    if missing:
        names = ", ".join(f"“{name}”" for name in missing)
        raise Refused(f"This file has no column for {names}. The first row has to hold the headings.", "file")
    return places
