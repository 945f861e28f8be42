"""Nodes of deposits: below the ledger of a lease at either of its addresses. Whoever may see a lease sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.deposits.models import Disposition, Refund


class DispositionNode(RowNode):
    """`.../ledger/deposits/<disposition>/`: what became of the deposits of the lease above."""

    model = Disposition
    key = Disposition.ref
    row: Disposition

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Disposition.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Since when."""
        return f"Settled on {local_date(self.row.day)}"


class Deposits(Collection):
    """`.../ledger/deposits/`: what is held of the lease above, where it came from, and what became of it."""

    item = DispositionNode
    permission = VIEW
    title = "Deposits"

    def rows(self) -> Select[Any]:
        """All of the lease's, also what was taken back."""
        return select(Disposition).where(Disposition.lease_id == self.above(AnyLease).row.id)


class RefundNode(RowNode):
    """`.../deposits/paid-back/<refund>/`: something that was paid back of the lease above."""

    model = Refund
    key = Refund.ref
    row: Refund

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Refund.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """How much, on which day."""
        return f"{money(self.row.cents)}, {local_date(self.row.paid_on)}"


class Refunds(Collection):
    """`.../deposits/paid-back/`. It only leads on; the page of the deposits lists them."""

    item = RefundNode
    permission = VIEW
    title = "Paid back"

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Refund).where(Refund.lease_id == self.above(AnyLease).row.id)
