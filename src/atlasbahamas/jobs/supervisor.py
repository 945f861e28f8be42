"""The supervisor: keeps a worker and a beat running as children, starts again what dies, and leaves no process behind.

Each child holds the reading end of a pipe as its standard input. When its parent ends, in whatever way, the pipe closes and the
child stops by itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger("atlasbahamas.supervisor")
STOPS_WITHIN = 10.0
SUPERVISOR_STOPS_WITHIN = STOPS_WITHIN + 5.0
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0
LOOKS_EVERY = 0.2


def atlas_command(ini: Path, *words: str) -> list[str]:
    """How a process of this site is started: with this Python and this INI file."""
    return [sys.executable, "-m", "atlasbahamas.cli", "-c", str(ini), *words]


def start_child(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a child that ends with this process; in a session of its own, so that Ctrl-C is this process's to pass on."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - words of our own


def stop_children(processes: Sequence[subprocess.Popen[bytes]], *, within: float = STOPS_WITHIN) -> None:
    """Ask children to stop, all at once; `within` seconds later end those that did not, and everything that they started."""
    for process in processes:
        process.terminate()
    until = time.monotonic() + within
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child did not stop in time", pid=process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


def end_with_parent(*, within: float = STOPS_WITHIN) -> None:
    """Send this process SIGTERM when its parent has ended, and end it for good `within` seconds after that."""

    def watch() -> None:
        # Nobody writes into the pipe: reading ends when its other end is closed, which the kernel does for a dead parent.
        os.read(sys.stdin.fileno(), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(within)
        os._exit(1)

    threading.Thread(target=watch, name="atlas-parent", daemon=True).start()


@dataclass
class Child:
    """One of the processes that are kept running, and when it may be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    start_at: float = 0.0

    def look_after(self, now: float) -> None:
        """Start it when it is time to. A child that dies early waits longer and longer before it is started again."""
        if self.process is not None and self.process.poll() is not None:
            lived = now - self.started
            self.pause = 1.0 if lived >= SETTLED_AFTER else min(max(1.0, self.pause * 2), LONGEST_PAUSE)
            self.start_at = now + self.pause
            log.warning("child ended", child=self.name, status=self.process.returncode, again_in=self.pause)
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.process = None
        if self.process is None and now >= self.start_at:
            self.process, self.started = start_child(self.command), now
            log.info("child started", child=self.name, pid=self.process.pid)


def supervise(children: Sequence[Child], stop: Stop) -> None:
    """Keep the children running until it shall stop, then stop them, all at once."""
    try:
        while not stop.wait(LOOKS_EVERY):
            for child in children:
                child.look_after(time.monotonic())
    finally:
        stop_children([child.process for child in children if child.process is not None])


class Stop:
    """Whether SIGTERM or Ctrl-C came since this was made; asking more often changes nothing.

    A plain flag: a handler runs between any two steps of the main thread, and a lock of an Event may be held just then.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is asked; gives whether it was."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(LOOKS_EVERY, left))
        return self.asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
