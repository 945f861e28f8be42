"""Nodes of statements: a month below the ledger of a lease, at either of its addresses. Whoever sees the lease sees them."""

from __future__ import annotations

import re
from datetime import date

from atlasbahamas.traversal.nodes import Node
from atlasbahamas.web.formats import local_month

_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


class MonthNode(Node):
    """`.../ledger/statements/<year>-<month>/`: the statement of one month."""

    @property
    def first(self) -> date:
        """The first day of the month."""
        year, month = self.__name__.split("-")
        return date(int(year), int(month), 1)

    @property
    def title(self) -> str:  # type: ignore[override]
        """The month in words: "May 2026"."""
        return local_month(self.first)


class Statements(Node):
    """`.../ledger/statements/`: the months of a lease's books."""

    title = "Statements"

    def child(self, segment: str) -> Node | None:
        """The month, where the segment has the shape of one."""
        return super().child(segment) or (MonthNode(self.request, self, segment) if _MONTH.fullmatch(segment) else None)

    def month(self, key: str) -> MonthNode:
        """The node of a month by its key."""
        return MonthNode(self.request, self, key)
