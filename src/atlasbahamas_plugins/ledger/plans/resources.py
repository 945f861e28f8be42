"""Nodes of payment plans: below the ledger of a lease at either of its addresses. Whoever may see a lease sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.plans.models import Plan


class PlanNode(RowNode):
    """`.../ledger/plans/<plan>/`: a plan of the lease above."""

    model = Plan
    key = Plan.ref
    row: Plan

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Plan.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Since when."""
        return f"Payment plan of {local_date(self.row.proposed)}"


class Plans(Collection):
    """`.../ledger/plans/`: the plans of the lease above."""

    item = PlanNode
    permission = VIEW
    title = "Payment plans"

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Plan).where(Plan.lease_id == self.above(AnyLease).row.id)
