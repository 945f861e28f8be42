"""Nodes of autopay, below the ledger of a lease. A tenant finds their own instructions, staff those of all, to look at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from atlasbahamas.traversal.nodes import Collection, Node, RowNode
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease, MyLease
from atlasbahamas_plugins.ledger.autopay.models import Autopay


class AutopayNode(RowNode):
    """`.../leases/<ref>/ledger/autopay/<instruction>/`: an instruction for the lease above."""

    model = Autopay
    key = Autopay.ref
    row: Autopay
    title = "Autopay"

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Autopay.lease_id == Lease.id

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """At home, keep to the caller's own."""
        return select.where(_reached(self)), 0


class Autopays(Collection):
    """`.../leases/<ref>/ledger/autopay/`: what is paid by itself for the lease above, or reminded of."""

    item = AutopayNode
    permission = VIEW
    title = "Autopay"

    def rows(self) -> Select[Any]:
        """All of the lease's; at home, the caller's own."""
        return select(Autopay).where(Autopay.lease_id == self.above(AnyLease).row.id, _reached(self))


def _reached(node: Node) -> ColumnElement[bool]:
    if not any(isinstance(above, MyLease) for above in node.lineage()):
        return true()
    identity = node.request.identity
    return false() if identity is None else Autopay.person_id == identity.person_id
