"""The node of the page on which several units are listed at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from atlasbahamas.people.resources import LimitableList
from atlasbahamas_plugins.listings.resources import EDIT
from atlasbahamas_plugins.portfolio.resources import Units


class UnitsToList(LimitableList):
    """`/portfolio/<org>/units/list`: the units whose listings one may write; a limited member, those of their properties."""

    permission = EDIT
    title = "List several"

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """As the units are."""
        return Units.reached_by(limit_id)

    def rows(self) -> Select[Any]:
        """All units of the organisation."""
        return self.above(Units).rows()
