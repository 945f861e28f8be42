"""`make bench`, first part: the product against reference A, on this machine, in one run; writes benchmarks/RESULTS.md.

Three servers, one process each, the same waitress with the same threads, on loopback: reference A, the product with shared pages,
and the product that computes every page (`atlas.shared_page_seconds = 0`). Ends with status 1 if a target is missed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from results import Line, publish, section
from servers import (
    CONNECTIONS,
    ROUNDS,
    SECONDS,
    SHARED_SECONDS,
    THREADS,
    Comparison,
    Page,
    Server,
    leave_the_first_core,
    make_site,
    pages,
    serve,
    serve_reference,
)

STARTS = 3
SHARED, COMPUTED = 1.2, 0.15
START_SECONDS, MEGABYTES = 3.0, 150.0


def compare(reference: Server, product: Server, page: Page) -> Line:
    """A line of the table."""
    compared = Comparison(reference, product, page)
    for _ in range(ROUNDS):
        compared.measure()
    print(f"{page.what}: {compared}", flush=True)
    target = SHARED if page.shared else COMPUTED
    return Line(page.what, str(compared), f"≥ {target} of A", compared.ratio >= target)


def start_seconds(folder: Path) -> float:
    """How long the product takes to its first answer."""
    taken = []
    for _ in range(STARTS):
        with serve(folder) as server:
            taken.append(server.start_seconds)
    return statistics.median(taken)


def measure() -> list[Line]:
    """Every line of the table."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as made, ExitStack() as servers:
        kept = make_site(Path(made) / "shared", seconds=SHARED_SECONDS)
        fresh = make_site(Path(made) / "computed", seconds=0)
        start = start_seconds(kept)
        reference = servers.enter_context(serve_reference(Path(made)))
        shared, computed = servers.enter_context(serve(kept)), servers.enter_context(serve(fresh))
        lines = [compare(reference, shared if page.shared else computed, page) for page in pages(computed)]
        memory = max(shared.megabytes(), computed.megabytes())
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


if __name__ == "__main__":
    leave_the_first_core()
    sys.exit(publish(measure, report))
