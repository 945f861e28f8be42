"""Nodes of the files of leases of an organisation. Who may not edit its leases is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import Collection
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import EDIT
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import Units, organisation_above


class UnitsToLet(Units):
    """The units of which the caller may write leases. It has no address: a file of leases names them."""

    also = (EDIT,)


class LeaseImportNode(Limitable):
    """One file of leases of the organisation above. A limited member reaches it where they reach each of its units."""

    model = LeaseImport
    key = LeaseImport.ref
    row: LeaseImport

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """Not one of its units is beyond the limit."""
        beyond = (Opening.import_id == LeaseImport.id, Lease.id == Opening.lease_id, ~reaches_unit(limit_id, Lease.unit_id))
        return ~select(literal(1)).where(*beyond).correlate_except(Opening, Lease).exists()

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return LeaseImport.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """How many leases came in, and when."""
        count = self.row.leases
        return f"{count:,} {'lease' if count == 1 else 'leases'} of {local_date(self.row.made)}"


class LeaseImports(LimitableList, Collection):
    """`/portfolio/<org>/lease-imports/`: what was brought in, newest first."""

    item = LeaseImportNode
    permission = EDIT
    title = "Leases from files"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(LeaseImport).where(LeaseImport.organisation_id == organisation_above(self).row.id)
