"""Nodes of what goes through gateways: tries to pay below the payments of a lease, and a person's own saved methods."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select

from atlasbahamas.traversal.nodes import USE, Collection, RowNode
from atlasbahamas.web.formats import money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.gateways.models import METHOD_STATES, GatewayPayment, SavedMethod


class OnlinePaymentNode(RowNode):
    """`.../leases/<ref>/ledger/payments/online/<try>/`: a try to pay for the lease above."""

    model = GatewayPayment
    key = GatewayPayment.ref
    row: GatewayPayment

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return GatewayPayment.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """How much."""
        return f"{money(self.row.cents)} online"


class OnlinePayments(Collection):
    """`.../leases/<ref>/ledger/payments/online/`. It only leads on; what was paid stands among the payments."""

    item = OnlinePaymentNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(GatewayPayment).where(GatewayPayment.lease_id == self.above(AnyLease).row.id)


class MethodNode(RowNode):
    """`/home/methods/<method>/`: a saved method of the caller; nobody else finds it."""

    model = SavedMethod
    key = SavedMethod.ref
    row: SavedMethod

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Keep to the caller's own."""
        return select.where(_mine(self.request)), 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people know it by."""
        return self.row.label if self.row.state in ("saved", "removed") else METHOD_STATES[self.row.state]


class Methods(Collection):
    """`/home/methods/`: the caller's saved methods."""

    item = MethodNode
    permission = USE
    title = "Saved cards"

    def rows(self) -> Select[Any]:
        """The caller's own."""
        return select(SavedMethod).where(_mine(self.request))


def _mine(request: Any) -> ColumnElement[bool]:
    identity = request.identity
    return false() if identity is None else SavedMethod.person_id == identity.person_id
