"""Nodes of what is handed over. Both organisations have the offer below their own address; limited members see neither list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.resources import organisation_above

HAND_OVER = "portfolio:property:hand_over"
FORMER = "portfolio:former:view"


class HandoverNode(RowNode):
    """An offer of the organisation above, or to it; anybody else's is a 404."""

    model = Handover
    key = Handover.ref
    row: Handover

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By either organisation."""
        return or_(Handover.from_id == Organisation.id, Handover.to_id == Organisation.id)

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it is about."""
        return self.row.property_name

    @property
    def is_giver(self) -> bool:
        """Whether the organisation above is the one that offers."""
        return bool(organisation_above(self).row.id == self.row.from_id)


class Handovers(Collection):
    """`/portfolio/<org>/handovers/`: what was offered to others, and by them."""

    item = HandoverNode
    permission = HAND_OVER
    title = "Handovers"

    def rows(self) -> Select[Any]:
        """Those of the organisation, on either side."""
        mine = organisation_above(self).row.id
        return select(Handover).where(or_(Handover.from_id == mine, Handover.to_id == mine))


class FormerPropertyNode(RowNode):
    """What the organisation above keeps of a property that it has no longer: its own time, and nothing of what came after."""

    model = FormerProperty
    key = FormerProperty.ref
    row: FormerProperty

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return FormerProperty.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """What the property was called."""
        return self.row.name


class FormerProperties(Collection):
    """`/portfolio/<org>/former-properties/`."""

    item = FormerPropertyNode
    permission = FORMER
    title = "Former properties"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(FormerProperty).where(FormerProperty.organisation_id == organisation_above(self).row.id)
