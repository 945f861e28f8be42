"""Nodes of the places, under the administration. Who does not administer is told 404 by its node above."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, NumberedNode
from atlasbahamas_plugins.portfolio.models import Island, Settlement
from atlasbahamas_plugins.portfolio.places.models import Utility

EDIT = "portfolio:place:edit"


class SettlementNode(NumberedNode):
    """A settlement of the island above."""

    model = Settlement
    key = Settlement.id
    row: Settlement

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By island."""
        return Settlement.island_id == Island.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return self.row.name


class Settlements(Collection):
    """`/admin/islands/<number>/settlements/`."""

    item = SettlementNode
    permission = EDIT
    title = "Settlements"

    def rows(self) -> Select[Any]:
        """All of the island's, retired ones too."""
        return select(Settlement).where(Settlement.island_id == self.above(IslandNode).row.id)


class IslandNode(NumberedNode):
    """An island, by its number: its key has no digit, and would be taken for the name of a page."""

    model = Island
    key = Island.id
    row: Island

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return self.row.name


class Islands(Collection):
    """`/admin/islands/`."""

    item = IslandNode
    permission = EDIT
    title = "Islands"

    def rows(self) -> Select[Any]:
        """All, retired ones too."""
        return select(Island)


class UtilityNode(NumberedNode):
    """A utility."""

    model = Utility
    key = Utility.id
    row: Utility

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return self.row.name


class Utilities(Collection):
    """`/admin/utilities/`."""

    item = UtilityNode
    permission = EDIT
    title = "Utilities"

    def rows(self) -> Select[Any]:
        """All, retired ones too."""
        return select(Utility)
