"""A person's data as a file to take along: everything as JSON, and each table as CSV for whoever has a spreadsheet only."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from atlasbahamas.web.lists.csv import csv_chunks

READ_ME = """This is what AtlasBahamas holds about you, made on {made}.

data.json has everything. Each other file has one table of it and opens in a spreadsheet.
Times are in UTC. Amounts whose name ends in _cents are cents of the Bahamian dollar.
"""


def archive(tables: Mapping[str, Sequence[Mapping[str, Any]]], files: Mapping[str, bytes], *, now: datetime) -> bytes:
    """A ZIP with the tables, and with files by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("read-me.txt", READ_ME.format(made=now.date().isoformat()))
        file.writestr("data.json", json.dumps(tables, indent=2, ensure_ascii=False, default=_plain))
        for name, rows in tables.items():
            if rows:
                file.writestr(f"{name}.csv", _csv(rows))
        for name, data in files.items():
            file.writestr(name, data)
    return buffer.getvalue()


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    header = list(dict.fromkeys(name for row in rows for name in row))
    cells = ([_cell(row.get(name)) for name in header] for row in rows)
    return b"".join(csv_chunks(header, cells))


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")
