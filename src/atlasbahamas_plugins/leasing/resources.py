"""Nodes of leases, under an organisation. Another organisation's is a 404, and so is one that a limited member does not reach."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import Collection
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

VIEW = "leasing:lease:view"
EDIT = "leasing:lease:edit"


class LeaseNode(Limitable):
    """A lease of the organisation above, in any state."""

    model = Lease
    key = Lease.ref
    row: Lease

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the property of the unit."""
        return reaches_unit(limit_id, Lease.unit_id)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation: a lease is its organisation's, whoever has the property now."""
        return Lease.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """The home."""
        unit = self.row.unit
        return f"{unit.label}, {unit.property.name}"


class Leases(LimitableList, Collection):
    """`/portfolio/<org>/leases/`."""

    item = LeaseNode
    permission = VIEW
    title = "Leases"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Lease).where(Lease.organisation_id == organisation_above(self).row.id)
