"""`/admin/jobs/`: the outbox, for administrators."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.traversal.nodes import Collection, NumberedNode


class JobNode(NumberedNode):
    """`/admin/jobs/<number>/`: one entry of the outbox."""

    model = OutboxEntry
    key = OutboxEntry.id
    row: OutboxEntry

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its number and name."""
        return f"{self.row.name} ({self.row.id})"


class Jobs(Collection):
    """`/admin/jobs/`: every entry of the outbox."""

    item = JobNode
    permission = "atlas:job:view"
    title = "Jobs"

    def rows(self) -> Select[Any]:
        """All: jobs are the platform's."""
        return select(OutboxEntry)
