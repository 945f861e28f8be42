"""What a file asks to be done after the request: the one place that speaks to the jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from atlasbahamas.files.models import File
from atlasbahamas.files.services import missing_renditions
from atlasbahamas.jobs.services import enqueue

MAKE_RENDITIONS = "atlas.make_renditions"


def renditions_wanted(db: Session, file: File, *, now: datetime) -> None:
    """Have the smaller pictures made; until they are, a larger one is served."""
    if missing_renditions(file):
        enqueue(db, MAKE_RENDITIONS, {"file": file.id}, now=now)
