"""A Celery broker that is a folder: kombu's file-system transport, made safe for a reader and a writer at the same time.

kombu's own makes a file and then writes into it; a reader that comes between takes it empty, loses the message and stops with an
error (5 in 100 messages with two readers and two writers). Here a message appears when it is whole, and is taken by renaming it
within the folder, which only one reader can do. A message that is taken when its worker is killed is lost all the same: the
outbox row is the queue, and the relay sends another.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = structlog.get_logger("atlasbahamas.broker")
STALE_SECONDS = 3600
TRANSPORT = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """Puts and takes messages whole."""

    def _put(self, queue: str, payload: Any, **options: Any) -> None:
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        unfinished = folder / f".{name}"
        unfinished.write_text(dumps(payload), encoding="utf-8")
        unfinished.rename(folder / name)

    def _get(self, queue: str) -> Any:
        folder = Path(self.data_folder_in)
        # Names that begin with a dot are being written, or taken.
        for message in sorted(folder.glob(f"[!.]*.{queue}.msg")):
            taken = folder / f".{uuid.uuid4()}.taken"
            try:
                message.rename(taken)
            except FileNotFoundError:  # another worker was quicker
                continue
            text = taken.read_text(encoding="utf-8", errors="replace")
            taken.unlink()
            try:
                return loads(text)
            except ValueError:
                log.warning("a file in the broker's folder is no message", file=message.name)
        raise Empty


class Transport(filesystem.Transport):
    """The transport that `atlas.broker = filesystem://...` uses."""

    Channel = Channel


def options(folder: Path) -> dict[str, Any]:
    """Celery's transport options for a broker in this folder, which is made; what dead processes left in it goes."""
    messages = folder / "messages"
    messages.mkdir(parents=True, exist_ok=True)
    before = time.time() - STALE_SECONDS
    for path in messages.glob(".*"):
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:  # somebody else is tidying up
            continue
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }
