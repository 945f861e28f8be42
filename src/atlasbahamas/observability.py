"""Logs: one line an event on standard error, JSON unless somebody watches a terminal. Never a secret or a token.

Ours come through structlog, those of libraries through `logging`; both end in the same form. What must not be in a line is taken
out at the end, whoever wrote it: `atlasbahamas.masking`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from atlasbahamas import masking
from atlasbahamas.plugins.manifest import Plugin
from atlasbahamas.settings import AtlasSettings

log = structlog.get_logger("atlasbahamas.process")
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
"""A request id that is taken over from the proxy."""


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at the moment, as structlog's lines do."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr


def includeme(config: Any) -> None:
    """Set the logs up for the profile, and bind to the lines of a request the feature whose page is asked for."""
    settings = config.registry.atlas_settings
    configure(settings.section(AtlasSettings).profile, settings.secrets())
    config.add_subscriber(_bind_plugin, "pyramid.interfaces.IContextFound")


def configure(profile: str, secrets: Iterable[str] = ()) -> None:
    """JSON lines on standard error; readable ones at a terminal that is not production's. `secrets` never stand in one."""
    masking.remember(secrets)
    renderer: Processor
    if profile != "production" and sys.stderr.isatty():
        # Never a trace with local variables: a password is one.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        last: list[Processor] = [masking.mask_line, renderer]
    else:
        renderer = structlog.processors.JSONRenderer()
        last = [structlog.processors.ExceptionRenderer(masking.exception_without_values), masking.mask_line, renderer]
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_line_to_standard_error,
        cache_logger_on_first_use=False,
    )
    _take_over_logging([*first, _add_logger], last)


def _line_to_standard_error(*_: Any) -> structlog.WriteLogger:
    return structlog.WriteLogger(sys.stderr)


def _add_logger(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["logger"] = event["_record"].name
    return event


def _take_over_logging(first: list[Processor], last: list[Processor]) -> None:
    """What libraries say goes the same way, from "warning" on."""
    handler = _StandardError()
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=first, processors=[meta, *last]))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    # With as many browsers as threads a request waits now and then: waitress would say so for each, and hide what matters.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # With sqlalchemy.echo SQLAlchemy gives a logger that has none a handler of its own, which writes to standard output.
    logging.getLogger("sqlalchemy.engine.Engine").addHandler(logging.NullHandler())


def take_over_last_words() -> None:
    """From here on warnings, and what ends this process or a thread of it, are lines of the log as well.

    For programs in production; at a terminal Python's own words say more.
    """
    logging.captureWarnings(True)

    def ended(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        log.error("ended by an error", exc_info=(kind, error, trace))

    def thread_ended(what: threading.ExceptHookArgs) -> None:
        log.error("a thread was ended by an error", exc_info=what.exc_value, thread=what.thread.name if what.thread else "")

    sys.excepthook = ended
    threading.excepthook = thread_ended


def plugin_of_module(manifests: tuple[Plugin, ...], module: str) -> str | None:
    """The feature in whose package a module lies; None for the core's."""
    for manifest in manifests:
        if module.startswith(manifest.wiring.partition(":")[0].rpartition(".")[0] + "."):
            return manifest.name
    return None


_plugin_of_module = cache(plugin_of_module)


def _bind_plugin(event: Any) -> None:
    request = event.request
    plugin = _plugin_of_module(request.registry.atlas_plugins, type(request.context).__module__)
    if plugin is not None:
        structlog.contextvars.bind_contextvars(plugin=plugin)
