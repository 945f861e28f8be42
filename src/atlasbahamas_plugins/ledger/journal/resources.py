"""Nodes of the books of an organisation. They are all of the organisation's: a limited member does not open them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import Collection, NumberedNode
from atlasbahamas_plugins.ledger.journal.models import LedgerEntry

VIEW = "ledger:journal:view"
LOCK = "ledger:period:lock"


class LedgerEntryNode(NumberedNode):
    """`/portfolio/<org>/books/<number>/`: an entry of the organisation above."""

    model = LedgerEntry
    key = LedgerEntry.number
    row: LedgerEntry

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return LedgerEntry.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its number."""
        return f"Entry {self.row.number:,}"


class Books(Collection):
    """`/portfolio/<org>/books/`: the journal, the newest entry first."""

    item = LedgerEntryNode
    permission = VIEW
    title = "Books"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(LedgerEntry).where(LedgerEntry.organisation_id == self.above(OrganisationNode).row.id)
