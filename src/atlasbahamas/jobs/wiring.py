"""What the jobs register: the way to wake workers, and their own clearing away."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.admin.resources import Admin
from atlasbahamas.jobs import resources, views
from atlasbahamas.jobs.broker import Waker
from atlasbahamas.jobs.services import WAKE, forget_finished
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.plugins.manifest import Permission
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.web.layout import Slot

SEE, RETRY = "atlas:job:view", "atlas:job:retry"
FORM = ("GET", "POST")
PERMISSIONS = (
    Permission(SEE, "See the jobs", (PLATFORM_ADMIN,)),
    Permission(RETRY, "Let failed jobs run again", (PLATFORM_ADMIN,)),
)


def _forget_jobs(request: Any, payload: dict[str, Any]) -> None:
    forget_finished(request.db, now=request.clock.now())


def includeme(config: Any) -> None:
    """Wake workers after each commit that asked for work, where there is a broker; show administrators the jobs."""
    settings = config.registry.atlas_settings.section(AtlasSettings)
    if settings.broker:
        config.registry.atlas_db.info[WAKE] = Waker(settings)
    config.add_job("atlas.forget_jobs", _forget_jobs)
    config.add_schedule("atlas.forget_jobs", "atlas.forget_jobs", at=time(3, 30))

    for declared in PERMISSIONS:
        config.declare_permission(declared)
    config.add_child(Admin, "jobs", resources.Jobs)
    config.contribute("slot:admin", Slot(views.admin_card), name="jobs", order=50)
    page = config.add_view
    page(views.jobs, context=resources.Jobs, permission=SEE, renderer="jobs/list.jinja2")
    page(views.job, context=resources.JobNode, permission=SEE, renderer="jobs/show.jinja2")
    confirm = {"permission": RETRY, "accept_methods": FORM, "renderer": "confirm.jinja2"}
    page(views.retry_failed, context=resources.Jobs, name="retry-failed", **confirm)
    page(views.retry, context=resources.JobNode, name="retry", **confirm)
