"""What the reports of errors register: who tells them, the mail, and their clearing away."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.reporting.reporter import Reporter
from atlasbahamas.reporting.services import TEMPLATE, forget_reports


def _forget(request: Any, payload: dict[str, Any]) -> None:
    forget_reports(request.db, now=request.clock.now())


def includeme(config: Any) -> None:
    """Errors are told to `registry.atlas_reporter`."""
    config.registry.atlas_reporter = Reporter(config.registry)
    config.add_mail_template(TEMPLATE)
    config.add_job("atlas.forget_error_reports", _forget)
    config.add_schedule("atlas.forget_error_reports", "atlas.forget_error_reports", at=time(3, 35))
