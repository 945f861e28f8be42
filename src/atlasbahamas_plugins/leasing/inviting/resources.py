"""Nodes of the files by which an organisation invited tenants. Who may not edit its leases is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import Collection
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile, InvitationRow
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.resources import EDIT
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import organisation_above


class InvitationFileNode(Limitable):
    """One file of the organisation above. A limited member reaches it where they reach each lease that it names."""

    model = InvitationFile
    key = InvitationFile.ref
    row: InvitationFile

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """Not one of its leases is beyond the limit."""
        of_file = (InvitationRow.file_id == InvitationFile.id, LeaseParty.id == InvitationRow.party_id)
        beyond = (*of_file, Lease.id == LeaseParty.lease_id, ~reaches_unit(limit_id, Lease.unit_id))
        return ~select(literal(1)).where(*beyond).correlate_except(InvitationRow, LeaseParty, Lease).exists()

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return InvitationFile.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """How many were invited, and when."""
        count = self.row.invited
        return f"{count:,} {'invitation' if count == 1 else 'invitations'} of {local_date(self.row.made)}"


class InvitationFiles(LimitableList, Collection):
    """`/portfolio/<org>/invitation-files/`: the files by which tenants were invited, newest first."""

    item = InvitationFileNode
    permission = EDIT
    title = "Invitations from files"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(InvitationFile).where(InvitationFile.organisation_id == organisation_above(self).row.id)
