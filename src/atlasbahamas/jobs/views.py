"""The administrators' pages of the jobs. A view parses, calls one service, answers."""

from __future__ import annotations

import json
from typing import Any

from atlasbahamas.jobs import services
from atlasbahamas.jobs.lists import TONES, JobList
from atlasbahamas.jobs.models import FAILED, STATES
from atlasbahamas.jobs.resources import JobNode, Jobs
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page
from atlasbahamas.web.layout import slot_content


def jobs(context: Jobs, request: Any) -> Any:
    """Every job, and how the background work is doing."""
    values = {
        "health": services.health(request.db, now=request.clock.now()),
        "counts": services.count_by_state(request.db),
        "states": STATES,
    }
    return JobList(request, context.visible(), node=context).answer(**values)


def job(context: JobNode, request: Any) -> dict[str, Any]:
    """Everything about one job."""
    return {
        "job": context.row,
        "payload": json.dumps(context.row.payload, sort_keys=True, ensure_ascii=False),
        "badge": badge(STATES[context.row.state], TONES[context.row.state]),
        "failed": context.row.state == FAILED,
    }


def retry(context: JobNode, request: Any) -> Any:
    """Let a failed job run again."""

    def act() -> None:
        services.retry_entry(request.db, context.row.id, now=request.clock.now())

    return confirm_page(request, context, "Let this job run again?", act, "The job waits to run again.")


def retry_failed(context: Jobs, request: Any) -> Any:
    """Let everything that failed run again."""

    def act() -> None:
        services.retry_failed(request.db, now=request.clock.now())

    return confirm_page(request, context, "Let every failed job run again?", act, "Every job that had failed waits to run again.")


def admin_card(request: Any, context: Any) -> str:
    """What the administration's front page says of the jobs."""
    values = {"counts": services.count_by_state(request.db), "url": request.resource_path(context, "jobs", "")}
    return slot_content(request, "jobs/admin_card.jinja2", values)
