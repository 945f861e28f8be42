"""Nodes of the audit: the platform's, and what of it belongs to an organisation."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.words import action_words
from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import Collection, NumberedNode


class EntryNode(NumberedNode):
    """`/admin/audit/<number>/`: one entry, with all that is known of it."""

    model = AuditEntry
    key = AuditEntry.id
    row: AuditEntry

    @property
    def title(self) -> str:  # type: ignore[override]
        """What was done."""
        return action_words(self.row.action)


class Trail(Collection):
    """`/admin/audit/`: everything that was done on the platform."""

    item = EntryNode
    permission = "atlas:audit:view"
    title = "Audit"

    def rows(self) -> Select[Any]:
        """All entries."""
        return select(AuditEntry)


class OrganisationEntryNode(EntryNode):
    """One entry of the organisation above; another's is a 404."""

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return AuditEntry.organisation_id == Organisation.id


class OrganisationTrail(Collection):
    """`/portfolio/<org>/audit/`: what was done in an organisation."""

    item = OrganisationEntryNode
    permission = "atlas:organisation:audit"
    title = "Audit"

    def rows(self) -> Select[Any]:
        """Entries of the organisation that this node hangs under."""
        return select(AuditEntry).where(AuditEntry.organisation_id == self.above(OrganisationNode).row.id)
