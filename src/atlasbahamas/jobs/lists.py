"""The list of jobs."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select

from atlasbahamas.jobs.models import DONE, FAILED, STATES, TAKEN, WAITING, OutboxEntry
from atlasbahamas.web.formats import badge, local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter

ENTRY = OutboxEntry.__table__.c
TONES = {WAITING: "quiet", TAKEN: "sea", DONE: "good", FAILED: "bad"}


def _link(row: OutboxEntry, node: Any) -> Markup:
    return Markup('<a href="{}">{}<span class="visually-hidden"> {}</span></a>').format(node.node_of(row).url(), row.name, row.id)


def _badge(row: OutboxEntry, node: Any) -> Markup:
    return badge(STATES[row.state], TONES[row.state])


class JobList(List):
    """What waits, runs, is done and failed."""

    name = "jobs"
    noun = ("job", "jobs")
    identity = ENTRY.id
    columns = (
        Column("name", "Job", _link, lambda row: row.name),
        Column("state", "State", _badge, lambda row: STATES[row.state]),
        Column("due", "Due", lambda row, node: local_datetime(row.due), lambda row: row.due.isoformat(), sort="due"),
        Column("attempts", "Attempts", lambda row, node: row.attempts, lambda row: row.attempts, numeric=True),
        Column("error", "Last error", lambda row, node: row.error or "", lambda row: row.error),
    )
    sorts = (
        Sort("due-down", "Due, latest first", (Key(ENTRY.due, descending=True),)),
        Sort("due", "Due, oldest first", (Key(ENTRY.due),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        names = [(name, name) for name in sorted(request.registry.atlas_jobs)]
        self.filters = (
            choice_filter("state", "State", list(STATES.items()), lambda state: OutboxEntry.state == state),
            choice_filter("name", "Job", names, lambda name: OutboxEntry.name == name),
        )
        super().__init__(request, query, node=node)
