"""What `make bench` starts and asks: reference A and the product, their pages, and the load on both.

Everything that serves runs on the first core and the load on the others: the threads of one Python process use one core anyway, and
on two they lose their time by handing the interpreter's lock from core to core, at random.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import DEMO_PASSWORD

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks"
THREADS, CONNECTIONS, ROUNDS, SECONDS = 4, 4, 11, 1.0
CORES = sorted(os.sched_getaffinity(0))
SHARED_SECONDS = 30
PATIENCE = 60.0
"""For how many seconds a server may start, and stop."""
INI = """[app:main]
use = egg:atlasbahamas
atlas.profile = development
atlas.secret = only-for-the-benchmark-on-loopback
atlas.demo = true
atlas.plugins = portfolio listings leasing ledger
atlas.limits = sqlite:///%(here)s/limits.sqlite
atlas.shared_page_seconds = {seconds}
sqlalchemy.url = {url}
pyramid.reload_templates = false

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:6543
threads = {threads}
"""


def leave_the_first_core() -> None:
    """From here on this process, and what it starts, runs on the others."""
    os.sched_setaffinity(0, CORES[1:] or CORES)


@contextmanager
def on_the_first_core() -> Iterator[None]:
    """What is started in the block stays on the first core; this process leaves it again."""
    os.sched_setaffinity(0, CORES[:1])
    try:
        yield
    finally:
        leave_the_first_core()


class Asked(Protocol):
    """Something that answers with pages."""

    def page(self, path: str, cookie: str = "") -> bytes:
        """A page in full. Raises SystemExit when it is not 200."""

    def speed(self, path: str, size: int, cookie: str = "") -> float:
        """Full answers a second."""


class Server:
    """A server process, from its start to its first answer; stopped at the end of the `with` block.

    Its log goes to a file: who reads a pipe would take time from the server.
    """

    def __init__(self, words: list[str], port: int, first: str, log: Path, **environ: str) -> None:
        self.port = port
        started = time.perf_counter()
        with log.open("wb") as written, on_the_first_core():
            self.process = subprocess.Popen(words, env={**os.environ, **environ}, stdout=written, stderr=written, cwd=ROOT)
        while True:
            try:
                self.page(first)
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - started > PATIENCE:
                    self.process.kill()
                    raise SystemExit(f"{' '.join(words)} does not answer:\n{log.read_text()[-4000:]}") from None
                time.sleep(0.005)
        self.start_seconds = time.perf_counter() - started

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024

    def page(self, path: str, cookie: str = "") -> bytes:
        """A page in full. Raises SystemExit when it is not 200, OSError when nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answers {answer.status}")
            return body
        finally:
            connection.close()

    def speed(self, path: str, size: int, cookie: str = "") -> float:
        """Full answers a second."""
        return answers_a_second(self.port, path, size, cookie)


def answers_a_second(port: int, path: str, size: int, cookie: str, *options: str) -> float:
    """What load.py measures at a port."""
    words = [str(HERE / "load.py"), f"{port}", path, f"{size}", f"{CONNECTIONS}", f"{SECONDS}", "--cookie", cookie, *options]
    run = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr)
    return float(run.stdout)


def atlas(folder: Path, *words: str) -> list[str]:
    """The `atlas` command on the INI file of a folder."""
    return [str(Path(sys.executable).parent / "atlas"), "-c", str(folder / "site.ini"), *words]


def make_site(folder: Path, *, seconds: int, url: str = "sqlite:///%(here)s/atlas.sqlite") -> Path:
    """A site with demo data in an empty database: a folder with an INI file."""
    folder.mkdir()
    (folder / "site.ini").write_text(INI.format(seconds=seconds, threads=THREADS, url=url))
    (folder / "alembic").symlink_to(ROOT / "alembic")
    subprocess.run(atlas(folder, "db", "upgrade"), check=True, stdout=subprocess.DEVNULL)
    subprocess.run(atlas(folder, "demo", "load"), check=True, stdout=subprocess.DEVNULL)
    return folder


def serve(folder: Path) -> Server:
    """The product on a free port."""
    port = free_port()
    return Server(atlas(folder, "serve"), port, "/health/live", folder / f"server-{port}.log", PORT=str(port))


def serve_reference(folder: Path) -> Server:
    """Reference A on a free port."""
    port = free_port()
    words = [sys.executable, str(HERE / "reference_a.py"), str(port), str(THREADS)]
    return Server(words, port, "/1000", folder / f"reference-{port}.log")


def sign_in(port: int, user_name: str) -> str:
    """The cookies of somebody of the demo data, as a browser sends them."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    site = f"http://127.0.0.1:{port}"
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', browser.open(f"{site}/sign-in").read().decode())[0]
    typed = urllib.parse.urlencode({"csrf_token": token, "name": user_name, "password": DEMO_PASSWORD})
    browser.open(f"{site}/sign-in", typed.encode()).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


@dataclass(frozen=True)
class Page:
    """A page that is measured, as the site with `shared` pages gives it or as the one that computes each."""

    what: str
    shared: bool
    path: str
    cookie: str = ""


def pages(computed: Server) -> list[Page]:
    """What the public opens most, a tenant, and a landlord: two years of the demo data."""
    found = computed.page("/listings/").decode()
    listing = re.findall(r'href="(?:http://[^/"]+)?(/listings/[a-z0-9-]*\d[a-z0-9-]*)/?"', found)[0] + "/"
    tenant, landlord = sign_in(computed.port, "andre"), sign_in(computed.port, "keva")
    ledger = re.findall(r'href="(/home/leases/[^"/]+/ledger/)', computed.page("/home/", tenant).decode())[0]
    organisation = re.findall(r'href="(/portfolio/[^"/]+/)"', computed.page("/home/", landlord).decode())[0]
    return [
        Page("Catalogue, shared", True, "/listings/"),
        Page("Listing page, shared", True, listing),
        Page("Catalogue, computed", False, "/listings/"),
        Page("Listing page, computed", False, listing),
        Page("A tenant's home", False, "/home/", tenant),
        Page("A tenant's ledger", False, ledger, tenant),
        Page("Rent roll", False, f"{organisation}leases/rent-roll", landlord),
    ]


class Comparison:
    """The product's speed on a page beside A's on a page of the same size, round by round."""

    def __init__(self, reference: Asked, product: Asked, page: Page) -> None:
        self.ratios: list[float] = []
        self._reference, self._product, self._page = reference, product, page
        self._size = len(product.page(page.path, page.cookie))
        self._same_size = len(reference.page(f"/{self._size}"))
        self._theirs: list[float] = []
        self._ours: list[float] = []

    def measure(self) -> float:
        """One round, first A and then the product, so that what else the machine does falls on both; gives the ratio."""
        self._theirs.append(self._reference.speed(f"/{self._size}", self._same_size))
        self._ours.append(self._product.speed(self._page.path, self._size, self._page.cookie))
        self.ratios.append(self._ours[-1] / self._theirs[-1])
        return self.ratios[-1]

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.ratios)

    def __str__(self) -> str:
        ours, theirs = statistics.median(self._ours), statistics.median(self._theirs)
        spread = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        speeds = f"{ours:,.0f}/s of {self._size:,} bytes; A {theirs:,.0f}/s of {self._same_size:,}"
        return f"**{self.ratio:.2f}** of A ({spread}); {speeds}"
