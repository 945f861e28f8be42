"""`make bench`, second part: whether a page loses against reference A when nginx stands before two web processes.

On SQLite and on PostgreSQL. The product and A each stand behind an nginx of their own with the configuration of deploy/nginx and TLS.
A page's ratio there is held against its ratio at one of the same processes, without nginx, in the same round. Ends with status 1
where a page keeps less than nine tenths of it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fronting import DOMAIN, Nginx
from results import Line, publish, section
from scale import postgresql_urls, sqlite_urls
from servers import (
    CONNECTIONS,
    ROUNDS,
    SECONDS,
    SHARED_SECONDS,
    Comparison,
    Page,
    Server,
    answers_a_second,
    leave_the_first_core,
    make_site,
    on_the_first_core,
    pages,
    serve,
    serve_reference,
)

PROCESSES, KEPT = 2, 0.9


@dataclass(frozen=True)
class Fronted:
    """Processes of one site, and the nginx before them."""

    processes: list[Server]
    nginx: Nginx

    def page(self, path: str, cookie: str = "") -> bytes:
        """A page in full. Raises SystemExit when it is not 200."""
        answer = self.nginx.ask(path, **({"Cookie": cookie} if cookie else {}))
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status} through nginx")
        return answer.text.encode()

    def speed(self, path: str, size: int, cookie: str = "") -> float:
        """Full answers a second, over TLS."""
        of_it = ("--host", DOMAIN, "--certificate", str(self.nginx.certificate))
        return answers_a_second(self.nginx.https, path, size, cookie, *of_it)


@contextmanager
def fronted(folder: Path, start: Callable[[Path], Server]) -> Iterator[Fronted]:
    """Two processes of a site, and nginx before them."""
    with ExitStack() as stack:
        processes = [stack.enter_context(start(folder)) for _ in range(PROCESSES)]
        with on_the_first_core():
            nginx = Nginx(folder / "nginx", [process.port for process in processes])
        stack.callback(nginx.close)
        yield Fronted(processes, nginx)


DATABASES = {"SQLite": sqlite_urls, "PostgreSQL": postgresql_urls}


def compare(database: str, reference: Fronted, product: Fronted, page: Page) -> Line:
    """A line of the table. No thread of ours makes the page for the first time while it is measured."""
    for process in product.processes:
        process.speed(page.path, len(process.page(page.path, page.cookie)), page.cookie)
    through = Comparison(reference, product, page)
    without = Comparison(reference.processes[0], product.processes[0], page)
    kept = []
    for _ in range(ROUNDS):
        before = without.measure()
        kept.append(through.measure() / before)
    median = statistics.median(kept)
    what = f"{database}: {page.what}"
    measured = f"{through}; without nginx {without.ratio:.2f} of A; **{median:.2f}** of that ({min(kept):.2f} to {max(kept):.2f})"
    print(f"{what}: {measured}", flush=True)
    return Line(what, measured, f"≥ {KEPT} of the ratio without nginx", median >= KEPT)


def on_a_database(database: str) -> Iterator[Line]:
    """The lines of one database."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as made, ExitStack() as stack:
        folder = Path(made)
        with on_the_first_core():
            kept, fresh = stack.enter_context(DATABASES[database](folder))
        (folder / "reference").mkdir()
        reference = stack.enter_context(fronted(folder / "reference", serve_reference))
        with_pages = make_site(folder / "shared", seconds=SHARED_SECONDS, url=kept)
        without_pages = make_site(folder / "computed", seconds=0, url=fresh)
        shared = stack.enter_context(fronted(with_pages, serve))
        computed = stack.enter_context(fronted(without_pages, serve))
        for page in pages(computed.processes[0]):
            yield compare(database, reference, shared if page.shared else computed, page)


def measure() -> list[Line]:
    """Every line of the table."""
    return [line for database in DATABASES for line in on_a_database(database)]


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    text = f"""
The pages of "Speed" through nginx with `deploy/nginx` and TLS, before {PROCESSES} web processes; reference A stands behind an nginx of the same kind with as many.
In each round both are asked without nginx, too, at one of the same processes with the same database, and what counts is how much of that ratio a page keeps.
nginx adds about the same to every answer, which is much beside A's own time and little beside ours, so a page that keeps less than all of it lost something of its own.
nginx, the processes and PostgreSQL share one core, the load has the others; {CONNECTIONS} kept connections, full 200 answers checked by their length, {ROUNDS} rounds of {SECONDS:g} s
for each of the four; medians of the rounds, with the lowest and highest. A shared page is answered by nginx itself for as long as the product allows
({SHARED_SECONDS} s); A allows nothing. What is computed or personal is asked of a process each time.
"""
    return section("Speed through nginx", "make bench", text, lines)


if __name__ == "__main__":
    leave_the_first_core()
    sys.exit(publish(measure, report))
