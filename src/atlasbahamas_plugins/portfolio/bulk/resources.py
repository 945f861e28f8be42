"""Nodes of the bulk edits of an organisation. Who may not edit its units is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import Collection
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit, BulkEditItem
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import EDIT, organisation_above


class BulkEditNode(Limitable):
    """One bulk edit of the organisation above. A limited member reaches it where they reach each of its units."""

    model = BulkEdit
    key = BulkEdit.ref
    row: BulkEdit

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """Not one of its units is beyond the limit."""
        beyond = (BulkEditItem.bulk_edit_id == BulkEdit.id, ~reaches_unit(limit_id, BulkEditItem.unit_id))
        return ~select(literal(1)).where(*beyond).correlate_except(BulkEditItem).exists()

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return BulkEdit.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """What was done."""
        return self.row.words


class BulkEdits(LimitableList, Collection):
    """`/portfolio/<org>/bulk-edits/`: what was changed in bulk, newest first."""

    item = BulkEditNode
    permission = EDIT
    title = "Bulk edits"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(BulkEdit).where(BulkEdit.organisation_id == organisation_above(self).row.id)
