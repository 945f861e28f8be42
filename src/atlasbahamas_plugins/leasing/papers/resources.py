"""Nodes of documents beside a lease. Who sees the lease sees them; at home those only that are shared.

Putting there and taking away is for whoever may edit the lease, and for nobody at home.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease, LeaseNode


class PaperNode(RowNode):
    """`.../leases/<ref>/papers/<paper>/`: a document of the lease above."""

    model = Paper
    key = Paper.ref
    row: Paper

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Paper.lease_id == Lease.id

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """At home only what is shared."""
        return (select if isinstance(self.above(AnyLease), LeaseNode) else select.where(Paper.shared)), 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it is."""
        return self.row.title


class Papers(Collection):
    """`.../leases/<ref>/papers/`. It only leads on; the lease's page lists them."""

    item = PaperNode
    permission = VIEW
    title = "Documents"

    def rows(self) -> Select[Any]:
        """All of the lease's; at home only those that are shared."""
        above = self.above(AnyLease)
        mine = select(Paper).where(Paper.lease_id == above.row.id)
        return mine if isinstance(above, LeaseNode) else mine.where(Paper.shared)
