"""Programs as an operator has them: started as processes of their own, asked over HTTP, ended by signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

PROGRAMS = Path(sys.executable).parent
PATIENCE = 180.0  # seconds: the machine may be busy


@dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Message
    text: str


def ask(url: str, *, form: dict[str, str] | None = None, source: str = "127.0.0.1", **headers: str) -> Answer:
    """An HTTP request, redirects not followed; with `form`, a POST of it.

    `source` is the loopback address that it comes from; `x_forwarded_for=` is the header of that name.
    """
    address = urlsplit(url)
    assert address.hostname is not None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = None
    if form is not None:
        body = urlencode(form)
        named["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection(address.hostname, address.port, timeout=PATIENCE, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request("GET" if form is None else "POST", address.path or "/", body, named)
        with connection.getresponse() as response:
            return Answer(response.status, response.headers, response.read().decode())


@dataclass
class Program:
    """A running program whose words go into files."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        """Everything on standard output and standard error so far."""
        return self.output.read_text(errors="replace")

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so. Fails when the program ended, or nothing came of it."""
        until = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.said}"
            assert time.monotonic() < until, f"no {what}:\n{self.said}"
            time.sleep(0.02)

    def listens(self, url: str) -> None:
        """Wait until something answers there."""

        def answers() -> bool:
            # A client that asks for a free port may be given that port itself, and then talks to itself.
            with contextlib.suppress(OSError, HTTPException):
                ask(f"{url}/health/live")
                return True
            return False

        self.wait_for(answers, f"answer at {url}")

    def end(self, how: signal.Signals) -> int:
        """Send a signal; gives the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@dataclass
class Place:
    """A folder in which programs are run, with an environment that has nothing of the test's own.

    `programs` is where they lie, `before` what stands before each command, `output` where their words go.
    """

    folder: Path
    programs: Path = PROGRAMS
    environ: dict[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()
    output: Path | None = None
    running: list[Program] = field(default_factory=list)

    def _environ(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_", "PYTEST_", "PORT"))}
        return inherited | {"PYTHONUNBUFFERED": "1"} | self.environ

    def _words(self, program: str, words: Sequence[str]) -> list[str]:
        ours = self.programs / program
        return [*self.before, str(ours) if ours.exists() else program, *words]

    def run(self, program: str, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program to its end; one that is not ours is found as usual."""
        return subprocess.run(
            self._words(program, words),
            cwd=self.folder,
            env=self._environ(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, program: str, *words: str) -> Program:
        """Start a program that runs on; it is ended with the test."""
        output = (self.output or self.folder) / "output"
        with output.open("wb") as out:
            process = subprocess.Popen(
                self._words(program, words),
                cwd=self.folder,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Where a run of the tests is in the background, Ctrl-C is ignored, and a program would inherit that.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        started = Program(process, output)
        self.running.append(started)
        return started

    def change(self, ini: str, old: str, new: str) -> None:
        """Change a line of an INI file, which must be there."""
        path = self.folder / ini
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def close(self) -> None:
        """End what still runs."""
        for started in self.running:
            if started.process.poll() is None:
                started.end(signal.SIGKILL)
