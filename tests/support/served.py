"""An application behind waitress in a thread of the test, and its orderly end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress
from waitress.wasyncore import close_all


@contextmanager
def served(app: Any, *, port: int = 0, **options: Any) -> Iterator[int]:
    """The port at which it answers, a free one unless it is given; `options` are waitress's own."""
    server: Any = waitress.create_server(app, host="127.0.0.1", port=port, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # In its own thread: clients keep connections open, and the loop ends when the last of them is closed.
        server.trigger.pull_trigger(lambda: close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
