"""Structured logs: one line an event, JSON in production, with the request id. Never a secret or a token."""

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
    """JSON lines in production, readable ones elsewhere; both on standard error."""
    # Never a trace with local variables, as both renderers would have it: a password is one.
    renderer: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if profile == "production":
        without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors.append(structlog.processors.ExceptionRenderer(without_locals))
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
