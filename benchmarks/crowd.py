"""`make bench-crowd`: 500 people who are signed in and click at random for five minutes, through nginx and two web processes.

Everybody follows some link of the page that they see, after a while of reading it. Ends with status 1 where a link leads to an error,
where the slowest hundredth of answers takes more than five times as long as the median, or where a process has grown.
"""

from __future__ import annotations

import http.client
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from fronting import DOMAIN, Nginx, PublicSite, public_site
from results import Line, publish, section

from atlasbahamas.people.demo_content import ACCOUNTS
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import PostgresServer

PEOPLE, MINUTES = 500, 5.0
READS = (5.0, 25.0)
"""For how many seconds somebody looks at a page, at least and at most."""
WARM_SECONDS = 60.0
"""Until then caches fill, and processes grow."""
SLOW, GROWN = 5.0, 1.1
LINK = re.compile(r'<a [^>]*href="([^"#]*)')
OF_OTHERS = re.compile(r"^(https?:|mailto:|tel:|//)|/sign-out")


class Clicker(threading.Thread):
    """Somebody with a browser that keeps its connection."""

    def __init__(self, nginx: Nginx, cookies: str, number: int, until: float) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(number)
        self.answers: list[tuple[float, float, int, str]] = []
        self._nginx, self._cookies, self._until = nginx, cookies, until
        self._address = f"127.1.{number // 250}.{number % 250 + 1}"
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Read and click until the time is over."""
        page = "/home/"
        links = [page]
        time.sleep(self.chance.uniform(0, READS[1]))
        while time.monotonic() < self._until:
            page = self.chance.choice(links) if links else "/home/"
            found = self.open(page)
            links = found or ["/home/"]
            time.sleep(max(0.0, min(self.chance.uniform(*READS), self._until - time.monotonic())))

    def open(self, path: str) -> list[str]:
        """Open a page, wherever it leads; gives the links that it has."""
        for _ in range(3):
            began = time.monotonic()
            status, where, text = self._ask(path)
            self.answers.append((began, time.monotonic() - began, status, path))
            if status not in (302, 303):
                break
            path = where.removeprefix(f"https://{DOMAIN}")
        base = path.partition("?")[0]
        links = [unescape(link) for link in LINK.findall(text)]
        return [_joined(base, link) for link in links if link and not OF_OTHERS.search(link)]

    def _ask(self, path: str) -> tuple[int, str, str]:
        for fresh in (False, True):
            if self._connection is None or fresh:
                self._connection = self._nginx.connection(self._address)
            try:
                self._connection.request("GET", path, headers={"Cookie": self._cookies})
                answer = self._connection.getresponse()
                body = answer.read()
                text = body.decode(errors="replace") if "html" in answer.headers.get("Content-Type", "") else ""
                return answer.status, answer.headers.get("Location", ""), text
            except (OSError, http.client.HTTPException):
                # A server may close a connection that rests.
                self._connection.close()
        return 0, "", ""


def _joined(base: str, link: str) -> str:
    return base + link if link.startswith("?") else link


def memory(site: PublicSite) -> dict[int, float]:
    """Megabytes of each web process, by its port."""
    found = {}
    for port, program in site.web.items():
        status = Path(f"/proc/{program.process.pid}/status").read_text()
        found[port] = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    return found


def signed_in(site: PublicSite, folder: Path) -> list[str]:
    """The cookies of so many people. They sign in at an application of this process, for which nobody counts how often."""
    environ = site.place.environ
    settings = {
        "atlas.secret": environ["ATLAS_ATLAS__SECRET"],
        "redis.sessions.secret": environ["ATLAS_REDIS__SESSIONS__SECRET"],
    }
    here = sites.start(site.database, folder, redis=site.redis.url, **settings)
    here.clock.moment = datetime.now(UTC)
    names = [account.user_name for account in ACCOUNTS]
    found = []
    for number in range(PEOPLE):
        here.app.registry.atlas_limiter.storage.reset()
        cookies = here.browser(names[number % len(names)]).cookies
        found.append("; ".join(f"{name}={value}" for name, value in cookies.items()))
    here.close()
    return found


def measure() -> list[Line]:
    """Let them click; every line of the table."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-crowd-"))
        server = PostgresServer()
        stack.callback(server.stop)
        site = stack.enter_context(public_site(Path(folder), postgresql=server.url))
        (Path(folder) / "signing-in").mkdir()
        cookies = signed_in(site, Path(folder) / "signing-in")
        began = time.monotonic()
        crowd = [Clicker(site.nginx, each, number, began + MINUTES * 60) for number, each in enumerate(cookies)]
        for clicker in crowd:
            clicker.start()
        time.sleep(WARM_SECONDS)
        before = memory(site)
        for clicker in crowd:
            clicker.join()
        after = memory(site)
    answers = [answer for clicker in crowd for answer in clicker.answers]
    wrong = Counter((status, path) for _, _, status, path in answers if status not in (200, 302, 303))
    took = [seconds for at, seconds, _, _ in answers if at > began + WARM_SECONDS]
    median, slowest = statistics.median(took), statistics.quantiles(took, n=100)[-1]
    grown = max(after[port] / before[port] for port in after)
    for (status, path), count in wrong.most_common(10):
        print(f"{count} × {status}: {path}")
    for _, seconds, _, path in sorted(answers, key=lambda answer: answer[1])[-10:]:
        print(f"{seconds * 1000:.0f} ms: {path}")
    return [
        Line("Answers", f"{len(answers):,}, of {len({path for *_, path in answers}):,} addresses", "", True),
        Line("Errors", f"**{sum(wrong.values())}**", "0", not wrong),
        Line(
            "p99 and median",
            f"**{slowest / median:.1f}** times: {slowest * 1000:.0f} ms, {median * 1000:.0f} ms",
            f"≤ {SLOW:.0f} times",
            slowest <= SLOW * median,
        ),
        Line(
            "Memory, after a minute and at the end",
            f"**{grown:.2f}** times: {_listed(before)}; {_listed(after)}",
            f"≤ {GROWN} times",
            grown <= GROWN,
        ),
    ]


def _listed(megabytes: dict[int, float]) -> str:
    return " and ".join(f"{size:.0f} MB" for size in megabytes.values())


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    text = f"""
{PEOPLE} people of {len(ACCOUNTS)} accounts, each signed in on a device of their own, follow links at random for {MINUTES:.0f} minutes and read each page for {READS[0]:.0f} to {READS[1]:.0f} seconds.
Times count after the first {WARM_SECONDS:.0f} seconds, errors always.
They come through nginx with TLS to two web processes (`production.ini`, `atlas web`), with PostgreSQL and Redis on the same machine, which the clickers use, too.
"""
    return section("A crowd", "make bench-crowd", text, lines)


if __name__ == "__main__":
    sys.exit(publish(measure, report))
