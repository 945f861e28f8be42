"""Gunicorn with threads, for who wants several processes behind one port. It needs the extra `gunicorn`.

Two things of its own end are made better: it leaves its socket open, and unattended, until the last request is answered; and it
breaks off what is in the socket's queue. Behind which proxy it stands is waitress's middleware to know, so that both are alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker
from waitress.proxy_headers import proxy_headers_middleware

from atlasbahamas.serving import STOPS_WITHIN, loaded_site
from atlasbahamas.serving.listening import SETTLES_IN, hear, turn_away

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
FORWARDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


class Master(Arbiter):
    """The process that holds the socket and starts the others."""

    def stop(self, graceful: bool = True) -> None:
        """Empty the socket's queue first, unless another master (SIGUSR2) goes on listening on it."""
        if self.reexec_pid == self.master_pid == 0:
            for listener in self.LISTENERS:
                turn_away(listener.sock)
            time.sleep(SETTLES_IN)
        super().stop(graceful)


class Worker(ThreadWorker):
    """A process that answers."""

    def handle(self, conn: Any) -> Any:
        """Answer what comes on a connection."""
        hear(conn.sock)
        return super().handle(conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        """When it stops, let the socket go at once, so that it is closed as soon as nobody listens any more."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()


class Application(BaseApplication):
    """The site of an INI file with the options of its section for gunicorn.

    It is loaded once, before there is a socket: otherwise whoever connects waits until a worker has loaded it, where a proxy that
    is refused asks the next process.
    """

    def __init__(self, ini: Path, options: Mapping[str, str], *, trusted_proxy: str) -> None:
        self.ini = ini
        self.options = options
        self.trusted_proxy = trusted_proxy
        super().__init__()

    def load_config(self) -> None:
        """Settings from the INI file, and those that belong to how we stop."""
        for name, value in self.options.items():
            self.cfg.set(name, value)
        self.cfg.set("worker_class", f"{__name__}.Worker")
        self.cfg.set("graceful_timeout", int(STOPS_WITHIN))
        self.cfg.set("preload_app", True)
        self.cfg.set("post_worker_init", _after_fork)
        # It would write a socket somewhere, and nobody asks there.
        self.cfg.set("control_socket_disable", True)
        # Whom to believe is the middleware's to say.
        self.cfg.set("forwarded_allow_ips", "")

    def load(self) -> Wsgi:
        """The site, which learns from the middleware who asks."""
        self.site = loaded_site(self.ini)
        proxy = {"trusted_proxy": self.trusted_proxy, "trusted_proxy_headers": FORWARDED} if self.trusted_proxy else {}
        return with_length(proxy_headers_middleware(self.site, **proxy))

    def run(self) -> None:
        """Serve until SIGTERM; ends the process."""
        Master(self).run()


def with_length(app: Wsgi) -> Wsgi:
    """Refuse a body in chunks: how long it is would be known only after it was read, and there would be no limit."""

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING"):
            start_response("411 Length Required", [("Content-Length", "0"), ("Connection", "close")])
            return [b""]
        return app(environ, start_response)

    return checked


def _after_fork(worker: Any) -> None:
    """A worker has connections of its own, and knows when it stops."""
    registry = worker.app.site.registry
    registry.atlas_db.after_fork()
    registry.atlas_is_stopping = lambda: not worker.alive
