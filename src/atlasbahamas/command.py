"""Where the `atlas` command begins: so little is imported here that Ctrl-C ends it in words at any time, also while it loads.

What the command can do is in atlasbahamas/cli.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType


def _stop(number: int, frame: FrameType | None) -> None:
    # By convention of the shell: 128 and the signal's number. Every `with` and `finally` on the way out is run.
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command. Ctrl-C and SIGTERM end it without a trace and undo what was not finished."""
    # While modules load there is nothing to undo, and an exception in the middle of an import may be taken for another.
    _let(signal.SIG_DFL)
    from atlasbahamas.cli import main as run

    _let(_stop)
    run()


def _let(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
