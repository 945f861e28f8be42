"""A site whose jobs run in real processes, started, killed and counted by a test.

Processes are found and ended by the address of the site's own INI file, so a test never touches anybody else's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from atlasbahamas.db.engine import Database
from atlasbahamas.jobs.broker import Waker
from atlasbahamas.jobs.services import WAKE, enqueue
from atlasbahamas.settings import AtlasSettings

ROOT = Path(__file__).parents[2]
IMPORTABLE = os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests/plugins", "tests/support"))
INI = """[app:main]
use = egg:atlasbahamas
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = effects
atlas.limits = sqlite:///{folder}/limits.sqlite
atlas.broker = {broker}
atlas.workers = {workers}
atlas.job_seconds = {job_seconds}
sqlalchemy.url = {url}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
"""


@dataclass
class Background:
    """A site with the plugin `effects`, and its processes."""

    ini: Path
    database: Database
    log: Path
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *words: str) -> str:
        """Run `atlas` to its end; gives what it said."""
        return subprocess.run(
            self.command(*words), env=_environment(), cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def start(self, *words: str, lifeline: bool = False) -> subprocess.Popen[bytes]:
        """Start `atlas` and let it run; what it says goes into the log. A `lifeline` is the pipe of a supervised process."""
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                self.command(*words),
                env=_environment(),
                cwd=ROOT,
                stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "atlasbahamas.cli", "-c", str(self.ini), *words]

    def processes(self, *words: str) -> list[int]:
        """Ids of the site's processes whose command has all these words, in the order in which they began."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                command = path.read_bytes().decode(errors="replace").split("\0")
                if str(self.ini) in command and all(word in command for word in words):
                    found.append(int(path.parent.name))
        return sorted(found)

    def pool_of(self, worker: int) -> list[int]:
        """Ids of the processes in a worker's pool."""
        return [process for process in self.processes("work") if parent_of(process) == worker]

    def ask(self, number: int, *, name: str = "effects.write_effect", first: int = 0, **payload: Any) -> None:
        """Put jobs into the outbox, twenty to a transaction, with a message after each commit."""
        for start in range(0, number, 20):
            with self.database.transaction() as db:
                for index in range(start, min(number, start + 20)):
                    enqueue(db, name, {"name": f"{first + index}", **payload}, now=datetime.now(UTC))

    def effects(self) -> dict[str, int]:
        """How often each effect is there, without those of the schedule."""
        return self.count("SELECT name, count(*) FROM effects_effect WHERE name NOT LIKE 'tick %' GROUP BY name")

    def states(self) -> dict[str, int]:
        """How many entries are in each state, without those of schedules."""
        return self.count("SELECT state, count(*) FROM outbox WHERE key IS NULL GROUP BY state")

    def count(self, statement: str) -> dict[Any, int]:
        with self.database.transaction("read") as db:
            return {row[0]: int(row[1]) for row in db.execute(text(statement))}

    def wait(self, ready: Callable[[], Any], what: str, *, seconds: float = 60.0, every: float = 0.1) -> Any:
        """Wait until something is so. Fails with the end of the log."""
        until = time.monotonic() + seconds
        while not (answer := ready()):
            if time.monotonic() > until:
                said = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
                raise AssertionError(f"after {seconds} s: {what}; {self.states()}; the processes said:\n{said}")
            time.sleep(every)
        return answer

    def wait_until_done(self, number: int, *, seconds: float = 60.0) -> None:
        self.wait(lambda: self.states().get("done", 0) == number, f"{number} jobs done", seconds=seconds)

    def close(self) -> None:
        """End whatever still runs."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        until = time.monotonic() + 15
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.1)
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.database.dispose()


def parent_of(process: int) -> int | None:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1])


def _environment() -> dict[str, str]:
    importable = os.pathsep.join([IMPORTABLE, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": importable, "PYTHONWARNINGS": "ignore"}


@contextlib.contextmanager
def background(
    folder: Path, url: str, broker: str, *, workers: int = 1, job_seconds: int = 30, port: int = 0
) -> Iterator[Background]:
    """A site on an empty database, migrated; nothing runs yet."""
    ini = folder / "site.ini"
    values = {"folder": folder, "broker": broker, "workers": workers, "job_seconds": job_seconds, "url": url, "port": port}
    ini.write_text(INI.format(**values))
    (folder / "alembic").symlink_to(ROOT / "alembic")
    database = Database(url)
    database.info[WAKE] = Waker(AtlasSettings(secret="for-tests-only", broker=broker))  # type: ignore[arg-type]
    site = Background(ini, database, folder / "log")
    try:
        site.run("db", "upgrade")
        yield site
    finally:
        site.close()
