"""Nodes of the times out of service, under a unit. Who sees the unit sees them; inside the organisation it is 403, never 404."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService
from atlasbahamas_plugins.portfolio.resources import VIEW, UnitNode


class OutOfServiceNode(RowNode):
    """A time in which the unit above is out of service."""

    model = OutOfService
    key = OutOfService.ref
    row: OutOfService
    title = "Out of service"

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By unit."""
        return OutOfService.unit_id == Unit.id


class TimesOutOfService(Collection):
    """`.../units/<ref>/out-of-service/`: the times of one unit."""

    item = OutOfServiceNode
    permission = VIEW
    title = "Out of service"

    def rows(self) -> Select[Any]:
        """All of the unit's."""
        return select(OutOfService).where(OutOfService.unit_id == self.above(UnitNode).row.id)
