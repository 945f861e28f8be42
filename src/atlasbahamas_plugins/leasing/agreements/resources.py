"""Nodes of agreements. Who sees the lease sees its documents; who may see leases and not write the template is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, Node, RowNode
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease

WRITE_TEMPLATE = "leasing:template:edit"


class AgreementNode(RowNode):
    """A frozen document of the lease above."""

    model = Document
    key = Document.ref
    row: Document

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Document.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which version it is."""
        return f"Agreement, version {self.row.number}"


class Agreements(Collection):
    """`.../leases/<ref>/documents/`: what was sent. It only leads on; the lease's page lists them."""

    item = AgreementNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Document).where(Document.lease_id == self.above(AnyLease).row.id)


class AgreementText(Node):
    """`/portfolio/<org>/agreement-text/`: what the organisation's agreements say."""

    title = "Text of agreements"
