"""Nodes of notices. Who sees the lease sees its notices, at either address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.notices.models import Notice, Serving
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease


def title_of(notice: Notice) -> str:
    """From whom, and of which day."""
    whose = "Notice to quit" if notice.giver == "landlord" else "Notice of leaving"
    return f"{whose}, {local_date(notice.given)}"


class NoticeNode(RowNode):
    """A notice of the lease above."""

    model = Notice
    key = Notice.ref
    row: Notice

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Notice.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """From whom, and of which day."""
        return title_of(self.row)


class Notices(Collection):
    """`.../leases/<ref>/notices/`. It only leads on; the lease's page lists them."""

    item = NoticeNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Notice).where(Notice.lease_id == self.above(AnyLease).row.id)


class ServingNode(RowNode):
    """A proof that the notice above was served."""

    model = Serving
    key = Serving.ref
    row: Serving

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By notice."""
        return Serving.notice_id == Notice.id


class Servings(Collection):
    """`.../notices/<ref>/proofs/`. It only leads on; the notice's page lists them."""

    item = ServingNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the notice's."""
        return select(Serving).where(Serving.notice_id == self.above(NoticeNode).row.id)
