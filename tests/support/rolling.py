"""People who use a public site without a break while its web processes are restarted by deploy/rolling-restart.sh, and count."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fronted import PublicSite
from over_http import Person
from using import Users, caller, of_cash, rows

from atlasbahamas.testing.site import ROOT

ASK_TO_RESTART = """
import socket, sys
with socket.create_connection(("127.0.0.1", {port}), timeout=120) as asked:
    asked.sendall(sys.argv[1].encode() + b"\\n")
    sys.exit(0 if asked.recv(16) == b"done" else 1)
"""


@dataclass
class Counted:
    """What was asked and what came, by kind of request."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    slowest: float = 0.0


class Load(Users):
    """A visitor, somebody who reads, somebody who adds contacts (a plain form), somebody who records payments (a form with a
    key, each sent twice). None of them tries anything again.
    """

    def __init__(self, site: PublicSite, *, pause: float) -> None:
        super().__init__(site, pause=pause)
        self.counted = Counted()
        self._lock = threading.Lock()
        people = [caller(site, f"127.0.3.{number + 1}", signed_in=number > 0) for number in range(4)]
        acts = (self._visit, self._read, self._add, self._record)
        self.begin(*(partial(self._try, act, person) for act, person in zip(acts, people, strict=True)))

    def _try(self, act: Callable[[Person, int], None], person: Person, number: int) -> None:
        try:
            act(person, number)
        except Exception as error:
            self.counted.wrong.append(f"{act.__name__} {number}: {error!r}")

    def _ask(self, person: Person, kind: str, path: str, form: dict[str, str] | None = None, *, wanted: int = 200) -> str:
        began = time.monotonic()
        status, page = person.ask(path, form)
        with self._lock:
            self.counted.slowest = max(self.counted.slowest, time.monotonic() - began)
            self.counted.answers[kind, status] += 1
            if status != wanted:
                self.counted.wrong.append(f"{kind} {path}: {status}")
        return page

    def _visit(self, person: Person, number: int) -> None:
        # Another address each time: what is kept by nginx would prove nothing.
        self._ask(person, "GET as a visitor", f"/listings/?page=1&n={number}")

    def _read(self, person: Person, number: int) -> None:
        self._ask(person, "GET signed in", "/home/")

    def _add(self, person: Person, number: int) -> None:
        name = f"Rolling {number}"
        self.counted.contacts.append(name)
        self._ask(person, "POST of a plain form", self.contacts, {**person.form(self.contacts), "name": name}, wanted=303)

    def _record(self, person: Person, number: int) -> None:
        form = person.form(self.payments) | of_cash(number)
        self.counted.payments.append(form["ref"])
        for kind in ("POST of a form with a key", "the same, sent again"):
            self._ask(person, kind, self.payments, form, wanted=303)


@contextmanager
def restarter(site: PublicSite, folder: Path) -> Iterator[str]:
    """A command that restarts a web process of ours, as systemctl would one of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        script = folder / "restart.py"
        script.write_text(ASK_TO_RESTART.format(port=listener.getsockname()[1]))

        def run() -> None:
            while True:
                try:
                    asked, _ = listener.accept()
                except OSError:
                    return
                with asked:
                    port = int(asked.recv(16))
                    if site.stop(port) == 0:
                        site.begin(port)
                        asked.sendall(b"done")

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"{sys.executable} {script}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def restart_all(site: PublicSite, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run deploy/rolling-restart.sh over every process; `more` are variables of its."""
    words = [str(ROOT / "deploy/rolling-restart.sh"), *map(str, site.web)]
    environ = os.environ | {"RESTART": command} | more
    return subprocess.run(words, env=environ, capture_output=True, text=True, timeout=600, check=False)


def roll_under_load(site: PublicSite, folder: Path, rounds: int, *, pause: float = 0.0) -> Counted:
    """Restart every process so many times while people use the site; gives what they counted."""
    load = Load(site, pause=pause)
    try:
        with restarter(site, folder) as command:
            for _ in range(rounds):
                done = restart_all(site, command)
                assert done.returncode == 0, done.stdout + done.stderr
                assert done.stdout.count("Restarted: ") == len(site.web)
    finally:
        load.end()
    return load.counted


def effects(site: PublicSite, counted: Counted) -> dict[str, Counter[int]]:
    """How many rows there are of each thing that was sent, as a count of counts: all of them 1 is {1: n}."""
    contacts, payments = rows(site, "Rolling")
    return {
        "contacts": Counter(contacts[name] for name in counted.contacts),
        "payments": Counter(payments[ref] for ref in counted.payments),
    }


def check(site: PublicSite, counted: Counted) -> None:
    """Nothing was lost, nothing was doubled, nobody saw an error."""
    assert counted.wrong == [], counted.wrong[:5]
    assert effects(site, counted) == {
        "contacts": Counter({1: len(counted.contacts)}),
        "payments": Counter({1: len(counted.payments)}),
    }
    assert len(counted.contacts) > 5
    assert len(counted.payments) > 5
