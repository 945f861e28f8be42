"""Nodes of the bulk edits of an organisation. Who may not edit its units is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.resources import EDIT, organisation_above


class BulkEditNode(RowNode):
    """One bulk edit of the organisation above."""

    model = BulkEdit
    key = BulkEdit.ref
    row: BulkEdit

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return BulkEdit.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """What was done."""
        return self.row.words


class BulkEdits(Collection):
    """`/portfolio/<org>/bulk-edits/`: what was changed in bulk, newest first."""

    item = BulkEditNode
    permission = EDIT
    title = "Bulk edits"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(BulkEdit).where(BulkEdit.organisation_id == organisation_above(self).row.id)
