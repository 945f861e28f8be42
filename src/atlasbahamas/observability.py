"""Structured logs: one line an event, JSON unless somebody watches a terminal, with the request id. Never a secret or a token."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from atlasbahamas.settings import AtlasSettings


def includeme(config: Any) -> None:
    """Set structlog up for the profile."""
    configure(config.registry.atlas_settings.section(AtlasSettings).profile)


def configure(profile: str) -> None:
    """JSON lines on standard error; readable ones at a terminal that is not production's."""
    # With as many browsers as threads a request waits now and then: waitress would say so for each, and hide what matters.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any
    # Never a trace with local variables, as both renderers would have it: a password is one.
    if profile != "production" and sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors.append(structlog.processors.ExceptionRenderer(without_locals))
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
