"""The node of figures: the charges of all leases.

Whoever sees a lease sees what is owed on it, so figures are made of the leases that the caller sees: of a limited member's own
properties only.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.resources import LimitableList
from atlasbahamas.traversal.nodes import RowNode
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, LeaseNode, Leases
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.resources import charge_node
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import organisation_above


class Charges(LimitableList):
    """`/portfolio/<org>/charges/`: the charges of all leases of the organisation."""

    permission = VIEW
    title = "Charges"

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the unit of the lease."""
        unit_id = select(Lease.unit_id).where(Lease.id == Charge.lease_id).correlate(Charge).scalar_subquery()
        return reaches_unit(limit_id, unit_id)

    def rows(self) -> Select[Any]:
        """All of the organisation's, also those that were taken back."""
        return select(Charge).where(Charge.organisation_id == organisation_above(self).row.id)

    def node_of(self, charge: Charge) -> RowNode:
        """Where a charge is: below its lease."""
        return charge_node(self.lease_of(charge), charge)

    def lease_of(self, charge: Charge) -> LeaseNode:
        """The lease of a charge."""
        node = Leases(self.request, organisation_above(self), "leases").node_of(charge.lease)
        assert isinstance(node, LeaseNode)
        return node
