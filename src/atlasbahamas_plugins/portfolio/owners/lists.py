"""The list of a property's owners: each share from when until when."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select

from atlasbahamas.web.formats import local_date, percent
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share
from atlasbahamas_plugins.portfolio.owners.services import next_start

STARTS, SHARE, NAME = Ownership.__table__.c.starts, Share.__table__.c, Contact.__table__.c.name
ONE_DAY = timedelta(days=1)


class ShareList(List):
    """Shares, the latest first."""

    name = "owners"
    noun = ("share", "shares")
    identity = SHARE.id
    sorts = (
        Sort("newest", "Latest first", (Key(STARTS, descending=True), Key(SHARE.hundredths, descending=True), Key(NAME))),
        Sort("owner", "Owner", (Key(NAME),)),
        Sort("owner-down", "Owner, Z to A", (Key(NAME, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.periods: dict[int, tuple[date, date | None]] = {}
        self.columns = (
            Column("owner", "Owner", lambda row, node: row.contact.name, lambda row: row.contact.name, sort="owner"),
            Column(
                "share",
                "Share",
                lambda row, node: percent(row.hundredths),
                lambda row: Decimal(row.hundredths) / 100,
                numeric=True,
            ),
            Column("from", "From", lambda row, node: local_date(self._first(row)), lambda row: self._first(row).isoformat()),
            Column(
                "until",
                "Until",
                lambda row, node: local_date(self._last(row)),
                lambda row: self._last(row) or "",
            ),
        )
        super().__init__(request, query.add_columns(Ownership.starts, next_start()), node=node)

    def note(self, row: Any) -> Any:
        """Keep from when until when, which the query brought along with the share."""
        self.periods[row[0].id] = (row[1], row[2])
        return row[0]

    def _first(self, row: Share) -> date:
        return self.periods[row.id][0]

    def _last(self, row: Share) -> date | None:
        after = self.periods[row.id][1]
        return after - ONE_DAY if after else None
