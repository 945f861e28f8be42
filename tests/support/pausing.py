"""An application that stops where a test wants to kill it: before the commit of what posts to the journal, or right after it.

It stops as long as a file of that name lies in the folder that the environment names; whoever stops takes the name away, so
only one does.
"""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

FOLDER = "PAUSING_FOLDER"
INSIDE, AFTER = "inside", "after"
POSTED = "posted"
POSTS = re.compile(r"INSERT INTO ledger_entry\b")
_here = threading.local()


def stopped(folder: Path, point: str) -> Path:
    """The file that is there when somebody stopped."""
    return folder / f"stopped-{point}"


def includeme(config: Any) -> None:
    """Listen to every transaction of this process."""
    folder = Path(os.environ[FOLDER])

    def stop(point: str) -> None:
        try:
            (folder / point).rename(stopped(folder, point))
        except FileNotFoundError:
            return
        time.sleep(600)

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if POSTS.match(statement):
            connection.info[POSTED] = True

    def before_commit(connection: Any) -> None:
        _here.posted = connection.info.pop(POSTED, False)
        if _here.posted:
            stop(INSIDE)

    def after_commit(session: Session) -> None:
        # Of a savepoint, too, before the commit: what an earlier request of this thread noted must be gone by then.
        if _here.__dict__.pop("posted", False):
            stop(AFTER)

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", before_commit)
    event.listen(Engine, "rollback", lambda connection: connection.info.pop(POSTED, None))
    event.listen(Session, "after_commit", after_commit)
