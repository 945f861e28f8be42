"""`make bench`: the product against reference A, on this machine, in one run; writes benchmarks/RESULTS.md.

Three servers, one process each, the same waitress with the same threads, on loopback: reference A, the product with shared pages,
and the product that computes every page (`atlas.shared_page_seconds = 0`). Rounds alternate between A and the product, and the
ratio is the median of the rounds' ratios, so that what else the machine does falls on both. Every server runs on the first core and
the load on the others: the threads of one Python process use one core anyway, and on two they lose their time by handing the
interpreter's lock from core to core, at random. Ends with status 1 if a target is missed.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from results import Line, publish, section

from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import DEMO_PASSWORD

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks"
THREADS, CONNECTIONS, ROUNDS, SECONDS, STARTS = 4, 4, 5, 2.0, 3
SHARED, COMPUTED = 1.2, 0.15
START_SECONDS, MEGABYTES = 3.0, 150.0
CORES = sorted(os.sched_getaffinity(0))
INI = """[app:main]
use = egg:atlasbahamas
atlas.profile = development
atlas.secret = only-for-the-benchmark-on-loopback
atlas.demo = true
atlas.plugins = portfolio listings leasing ledger
atlas.limits = sqlite:///%(here)s/limits.sqlite
atlas.shared_page_seconds = {seconds}
sqlalchemy.url = sqlite:///%(here)s/atlas.sqlite
pyramid.reload_templates = false

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:6543
threads = {threads}
"""


class Server:
    """A server process, from its start to its first answer; stopped at the end of the `with` block.

    Its log goes to a file: who reads a pipe would take time from the server.
    """

    def __init__(self, words: list[str], port: int, first: str, log: Path, **environ: str) -> None:
        self.port = port
        started = time.perf_counter()
        with log.open("wb") as written:
            self.process = subprocess.Popen(words, env={**os.environ, **environ}, stdout=written, stderr=written, cwd=ROOT)
        os.sched_setaffinity(self.process.pid, CORES[:1])
        while True:
            try:
                fetch(port, first)
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - started > 60:
                    self.process.kill()
                    raise SystemExit(f"{' '.join(words)} does not answer:\n{log.read_text()[-4000:]}") from None
                time.sleep(0.005)
        self.start_seconds = time.perf_counter() - started

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024

    def speed(self, path: str, size: int, cookie: str = "") -> float:
        """Full answers a second."""
        words = [HERE / "load.py", self.port, path, size, CONNECTIONS, SECONDS, *([cookie] if cookie else [])]
        run = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(run.stderr)
        return float(run.stdout)


def fetch(port: int, path: str, cookie: str = "") -> bytes:
    """A page in full. Raises SystemExit when it is not 200, OSError when nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
        return body
    finally:
        connection.close()


def atlas(folder: Path, *words: str) -> list[str]:
    """The `atlas` command on the INI file of a folder."""
    return [str(Path(sys.executable).parent / "atlas"), "-c", str(folder / "site.ini"), *words]


def make_site(folder: Path, *, seconds: int) -> Path:
    """A site with demo data: a folder with an INI file and a database."""
    folder.mkdir()
    (folder / "site.ini").write_text(INI.format(seconds=seconds, threads=THREADS))
    (folder / "alembic").symlink_to(ROOT / "alembic")
    subprocess.run(atlas(folder, "db", "upgrade"), check=True, stdout=subprocess.DEVNULL)
    subprocess.run(atlas(folder, "demo", "load"), check=True, stdout=subprocess.DEVNULL)
    return folder


def serve(folder: Path) -> Server:
    """The product on a free port."""
    port = free_port()
    return Server(atlas(folder, "serve"), port, "/health/live", folder / "server.log", PORT=str(port))


def serve_reference(folder: Path) -> Server:
    """Reference A on a free port."""
    port = free_port()
    words = [sys.executable, str(HERE / "reference_a.py"), str(port), str(THREADS)]
    return Server(words, port, "/1000", folder / "reference.log")


def sign_in(port: int, user_name: str) -> str:
    """The cookies of somebody of the demo data, as a browser sends them."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    site = f"http://127.0.0.1:{port}"
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', browser.open(f"{site}/sign-in").read().decode())[0]
    typed = urllib.parse.urlencode({"csrf_token": token, "name": user_name, "password": DEMO_PASSWORD})
    browser.open(f"{site}/sign-in", typed.encode()).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def compare(reference: Server, product: Server, what: str, path: str, target: float, cookie: str = "") -> Line:
    """The product's speed on a page as a ratio of A's on a page of the same size."""
    size = len(fetch(product.port, path, cookie))
    same = f"/{size}"
    same_size = len(fetch(reference.port, same))
    ratios, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        theirs.append(reference.speed(same, same_size))
        ours.append(product.speed(path, size, cookie))
        ratios.append(ours[-1] / theirs[-1])
    ratio = statistics.median(ratios)
    detail = f"{statistics.median(ours):,.0f}/s of {size:,} bytes; A {statistics.median(theirs):,.0f}/s of {same_size:,}"
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{what}: {ratio:.2f} ({spread}) {detail}", flush=True)
    return Line(what, f"**{ratio:.2f}** of A ({spread}); {detail}", f"≥ {target} of A", ratio >= target)


def of_the_ledger(reference: Server, product: Server) -> list[Line]:
    """What a tenant opens most, and a landlord: two years of the demo data."""
    tenant, landlord = sign_in(product.port, "andre"), sign_in(product.port, "keva")
    ledger = re.findall(r'href="(/home/leases/[^"/]+/ledger/)', fetch(product.port, "/home/", tenant).decode())[0]
    organisation = re.findall(r'href="(/portfolio/[^"/]+/)"', fetch(product.port, "/home/", landlord).decode())[0]
    return [
        compare(reference, product, "A tenant's home", "/home/", COMPUTED, tenant),
        compare(reference, product, "A tenant's ledger", ledger, COMPUTED, tenant),
        compare(reference, product, "Rent roll", f"{organisation}leases/rent-roll", COMPUTED, landlord),
    ]


def measure() -> list[Line]:
    """Every line of the table."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as made, ExitStack() as servers:
        kept = make_site(Path(made) / "shared", seconds=30)
        fresh = make_site(Path(made) / "computed", seconds=0)
        starts = []
        for _ in range(STARTS):
            with serve(kept) as server:
                starts.append(server.start_seconds)
        reference = servers.enter_context(serve_reference(Path(made)))
        shared, computed = servers.enter_context(serve(kept)), servers.enter_context(serve(fresh))
        page = fetch(shared.port, "/listings/").decode()
        listing = re.findall(r'href="(?:http://[^/"]+)?(/listings/[a-z0-9-]*\d[a-z0-9-]*)/?"', page)[0] + "/"
        lines = [
            compare(reference, shared, "Catalogue, shared", "/listings/", SHARED),
            compare(reference, shared, "Listing page, shared", listing, SHARED),
            compare(reference, computed, "Catalogue, computed", "/listings/", COMPUTED),
            compare(reference, computed, "Listing page, computed", listing, COMPUTED),
            *of_the_ledger(reference, computed),
        ]
        start, memory = statistics.median(starts), max(shared.megabytes(), computed.megabytes())
    lines.append(Line("Start to first answer", f"{start:.2f} s", f"< {START_SECONDS:g} s", start < START_SECONDS))
    lines.append(Line("Memory of one process after the run", f"{memory:.0f} MB", f"< {MEGABYTES:g} MB", memory < MEGABYTES))
    return lines


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    text = f"""
Reference A is a bare Pyramid view that renders a Jinja2 page of the same size, without tween, session or database
([its source](reference_a.py)). Same waitress, {THREADS} threads on one core, {CONNECTIONS} kept connections, full 200 answers checked by their length,
{ROUNDS} alternating rounds of {SECONDS:g} s each; the ratio is the median of the rounds' ratios, with the lowest and highest beside it.
"""
    return section("Speed", "make bench", text, lines)


def main() -> int:
    """Measure, write, and say whether every target was met."""
    os.sched_setaffinity(0, CORES[1:] or CORES)
    return publish(measure, report)


if __name__ == "__main__":
    sys.exit(main())
