"""The list of bulk edits."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from atlasbahamas.web.formats import local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit

EDIT = BulkEdit.__table__.c


def _link(row: BulkEdit, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.words)


def _state(row: BulkEdit) -> str:
    return f"Undone on {local_datetime(row.undone)}" if row.undone else "In effect"


class BulkEditList(List):
    """What was changed in bulk, by whom, and whether it stands."""

    name = "bulk-edits"
    noun = ("bulk edit", "bulk edits")
    identity = EDIT.id
    sorts = (Sort("newest", "Newest first", (Key(EDIT.made, descending=True),)),)
    columns = (
        Column("words", "What was done", _link, lambda row: row.words),
        Column("units", "Units", lambda row, node: row.units, lambda row: row.units, numeric=True),
        Column("made", "When", lambda row, node: local_datetime(row.made), lambda row: local_datetime(row.made)),
        Column("maker", "Who", lambda row, node: row.maker.name, lambda row: row.maker.name),
        Column("state", "State", lambda row, node: _state(row), _state),
    )
