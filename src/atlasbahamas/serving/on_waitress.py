"""Waitress, that ends in order. Its own end drops what waits, and closes connections whose answer is on its way."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
import waitress
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask
from waitress.wasyncore import close_all, dispatcher

from atlasbahamas.serving.listening import SETTLES_IN, hear, turn_away

log = structlog.get_logger("atlasbahamas.serving")
LINGERS = 2.0
"""Seconds that a connection on which nothing happens is left open while the process stops: a request may be on its way."""
LOOKS_EVERY = 0.02


class LastTask(WSGITask):
    """An answer that ends its connection when the server stops."""

    def build_response_header(self) -> bytes:
        """The head of the answer, which says so."""
        if not self.channel.server.accepting:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class Channel(HTTPChannel):
    """A connection whose requests are answered like that."""

    task_class = LastTask

    def __init__(self, server: Any, connection: socket.socket, *rest: Any, **more: Any) -> None:
        hear(connection)
        super().__init__(server, connection, *rest, **more)


class Server:
    """The application behind waitress, in a thread of its own. Raises OSError where it cannot listen."""

    def __init__(self, app: Any, options: Mapping[str, str]) -> None:
        self._sockets: dict[int, Any] = {}
        server = waitress.create_server(app, map=self._sockets, **options)
        self._listeners = [found for found in self._sockets.values() if isinstance(found, BaseWSGIServer)]
        for listener in self._listeners:
            listener.channel_class = Channel
        self._dispatcher = server.task_dispatcher
        self._thread = threading.Thread(target=server.run, name="atlas-server", daemon=True)
        self._thread.start()

    def is_running(self) -> bool:
        """False when it ended by itself."""
        return self._thread.is_alive()

    def stop(self, *, within: float) -> None:
        """Take no new connection, finish what is being answered in `within` seconds, and end."""
        for listener in self._listeners:
            turn_away(listener.socket)
        time.sleep(SETTLES_IN)
        self._in_its_thread(self._close_listeners)
        stopping = time.time()
        while self._open(stopping) and time.time() < stopping + within:
            time.sleep(LOOKS_EVERY)
        left = self._open(stopping)
        if left:
            log.warning("requests were cut off", requests=left, seconds=within)
        self._in_its_thread(lambda: close_all(self._sockets))
        self._thread.join(1)
        self._dispatcher.shutdown(timeout=0 if left else 1)

    def _in_its_thread(self, do: Callable[[], None]) -> None:
        """Sockets belong to the thread that waits for them."""
        done = threading.Event()

        def run() -> None:
            do()
            done.set()

        self._listeners[0].trigger.pull_trigger(run)
        done.wait(1)

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            while select.select([listener.socket], [], [], 0)[0]:
                listener.handle_accept()
            listener.accepting = False
            # Its own close() would close the trigger as well, which is still needed.
            dispatcher.close(listener)

    def _open(self, stopping: float) -> int:
        """How many connections there are that a request is answered on, or may be on its way."""
        now = time.time()
        channels = [channel for listener in self._listeners for channel in list(listener.active_channels.values())]
        busy = [channel for channel in channels if channel.requests or channel.request or channel.total_outbufs_len]
        fresh = [channel for channel in channels if now < max(stopping, channel.last_activity) + LINGERS]
        return len({*map(id, busy), *map(id, fresh)})
