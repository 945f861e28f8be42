"""`make bench-scale`: whether a page costs the same with 100,000 listings as with 100; writes benchmarks/RESULTS.md.

On SQLite and on PostgreSQL, two sites each, filled by a few statements that make rows of numbers (fill). The sites are asked in this
process, one after the other in turn, for pages that they compute; a line is the fastest answer of each over the rounds, for what
else the machine does makes an answer slower and never faster. Ends with status 1 if a page takes more than twice as long.
"""

from __future__ import annotations

import logging
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog
from results import Line, publish, section
from sqlalchemy import select, text
from webob import Request

from atlasbahamas.db.engine import Database
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import PostgresServer
from atlasbahamas.testing.site import Site
from atlasbahamas.web.lists.keyset import write_token
from atlasbahamas_plugins.listings.lists import CatalogueList
from atlasbahamas_plugins.listings.models import LIVE, Listing

FEW, MANY = 100, 100_000
ROUNDS, AT_MOST = 40, 2.0
DEEP = 1000
FIRST_ID = 1_000_000
"""Ids of what is made here begin above those of the demo data."""

PAGES: tuple[tuple[str, str | Callable[[Site], str]], ...] = (
    ("First page", "/listings/"),
    (f"Page {DEEP:,}", lambda site: deep_page(site, "newest")),
    (f"Page {DEEP:,} by price", lambda site: deep_page(site, "price-down")),
    ("Sorted by price", "/listings/?sort=price"),
    ("Sorted by availability", "/listings/?sort=available"),
    ("The beginning of words that all have", "/listings/?q=be"),
    ("A word that half of them have", "/listings/?q=furnished"),
    ("A word that few have", "/listings/?q=grott"),
    ("A word that all have and one that few have", "/listings/?q=bedroom+grotto"),
    ("A word that none has", "/listings/?q=qqq"),
    ("Island", "/listings/?island=exuma"),
    ("Island, by price", "/listings/?island=exuma&sort=price"),
    ("Settlement", "/listings/?settlement=50"),
    ("Bedrooms, most have them", "/listings/?beds=2"),
    ("Bedrooms, few have them", "/listings/?beds=9"),
    ("Price from, most are above", "/listings/?min=1500"),
    ("Price from, few are above", "/listings/?min=4990"),
    ("Price to, few are below", "/listings/?max=1010"),
    ("Category", "/listings/?category=short_term"),
    ("Four filters", "/listings/?island=exuma&beds=2&max=3000&category=long_term"),
    ("Listing page, with three similar ones", lambda site: newest_listing(site)),
)

# Numbers that look thrown, the same at every run: a multiple of i, cut.
_THROWN = "((i * 2654435761 + {salt} * 40503) % 4294967291)"
_NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i < :count)"
_DIALECTS = {
    "sqlite": {
        "moment": "strftime('%Y-%m-%d %H:%M:%f000', 1700000000 + {number}, 'unixepoch')",
        "day": "date('2026-06-01', '+' || {number} || ' days')",
    },
    "postgresql": {
        "moment": "to_timestamp(1700000000 + {number})",
        "day": "date '2026-06-01' + CAST({number} AS integer)",
    },
}
# A word, in how many of a thousand listings it stands, and a salt of its own.
WORDS = (
    *((word, 1000, 0) for word in ("a", "and", "bedroom", "home", "long", "of", "porch", "rental", "sea", "term", "the", "with")),
    ("beds", 500, 1),
    ("furnished", 500, 2),
    *((f"word{number:03}", 20, number) for number in range(100, 200)),
)


def fill(db: Database, count: int) -> None:
    """Put so many live listings, a property for each five of them, into a site with demo data."""
    dialect = _DIALECTS[db.engine.dialect.name]

    def thrown(salt: int, below: str) -> str:
        return f"({_THROWN.format(salt=salt)} % {below})"

    moment = dialect["moment"].format(number=thrown(1, "80000000"))
    day = dialect["day"].format(number=thrown(2, "300"))
    places = "(SELECT max(id) FROM portfolio_settlement)"
    with db.transaction() as session:

        def insert(what: str, values: str, count: int, source: str = "numbers") -> None:
            session.execute(text(f"INSERT INTO {what} {_NUMBERS} SELECT {values} FROM {source}"), {"count": count})

        insert(
            "portfolio_property (id, ref, organisation_id, name, kind, settlement_id, street, po_box, notes, created, version)",
            f"{FIRST_ID} + i, 'made-p' || i, 1, 'Property ' || i, 'house', {thrown(3, places)} + 1, 'Bay Street', '', '', {moment}, 1",
            count // 5,
        )
        insert(
            "portfolio_unit (id, ref, property_id, label, label_key, beds, baths, rent_cents, deposit_cents, furnished, pets,"
            " created, version)",
            f"{FIRST_ID} + i, 'made-u' || i, {FIRST_ID} + (i - 1) / 5 + 1, 'Unit ' || i, 'unit ' || i,"
            f" CASE WHEN {thrown(4, '1000')} = 0 THEN 9 ELSE {thrown(5, '6')} END, 1 + {thrown(6, '3')}, 200000, 200000,"
            f" {thrown(7, '2')} = 0, {thrown(8, '2')} = 0, {moment}, 1",
            count,
        )
        insert(
            "listings_listing (id, ref, organisation_id, unit_id, title, description, category, price_cents, price_period,"
            " available, state, created, published, guests, min_nights, version)",
            f"{FIRST_ID} + i, 'made-l' || i, 1, {FIRST_ID} + i, 'Home number ' || i, 'A home with a porch, number ' || i,"
            f" CASE WHEN {thrown(9, '10')} = 0 THEN 'short_term' ELSE 'long_term' END, 100000 + {thrown(10, '400000')},"
            f" CASE WHEN {thrown(9, '10')} = 0 THEN 'week' ELSE 'month' END, {day}, 'approved', {moment}, {moment},"
            f" CASE WHEN {thrown(9, '10')} = 0 THEN 1 + {thrown(11, '8')} END, CASE WHEN {thrown(9, '10')} = 0 THEN 7 END, 1",
            count,
        )
        session.execute(text("CREATE TEMPORARY TABLE made_word (word VARCHAR(40), often INTEGER, salt INTEGER)"))
        words = [{"word": word, "often": often, "salt": salt} for word, often, salt in WORDS]
        session.execute(text("INSERT INTO made_word VALUES (:word, :often, :salt)"), words)
        often = f"made_word JOIN numbers ON {_THROWN.format(salt='salt')} % 1000 < often"
        insert("listings_word (word, listing_id)", f"word, {FIRST_ID} + i", count, f"{often} ORDER BY word, i")
        insert("listings_word (word, listing_id)", f"'grotto', {FIRST_ID} + i", count, "numbers WHERE i % 10000 = 77")
        session.execute(text("DROP TABLE made_word"))


def deep_page(site: Site, order: str) -> str:
    """The address of page 1,000, or of the last one where there are fewer."""
    sort = next(sort for sort in CatalogueList.sorts if sort.name == order)
    column = sort.keys[0].column
    with site.db.transaction("read") as db:
        there = int(db.scalar(text("SELECT count(*) FROM listings_listing WHERE state = 'approved'")) or 0)
        before = min((DEEP - 1) * CatalogueList.page_size, there - 1 - CatalogueList.page_size) - 1
        rows = select(column, Listing.id).where(LIVE).order_by(column.desc(), Listing.id.desc())
        edge = db.execute(rows.offset(before).limit(1)).one()
    return f"/listings/?sort={order}&after={write_token(f'{CatalogueList.name}/{order}', list(edge))}"


def newest_listing(site: Site) -> str:
    """The address of the first listing of the catalogue."""
    return re.findall(r'"(/listings/[a-z0-9-]*\d[a-z0-9-]*/)"', answer(site, "/listings/"))[0]


def answer(site: Site, path: str, cookie: str = "") -> str:
    """A page in full. Raises SystemExit when it is not 200."""
    response = Request.blank(path, headers={"Cookie": cookie}).get_response(site.app)
    if response.status_int != 200 or "</html>" not in response.text:
        raise SystemExit(f"{path} answers {response.status}")
    return response.text


def milliseconds(site: Site, path: str, cookie: str = "") -> float:
    """How long one answer takes."""
    started = time.perf_counter()
    Request.blank(path, headers={"Cookie": cookie}).get_response(site.app)
    return (time.perf_counter() - started) * 1000


def compare(
    name: str,
    few: Site,
    many: Site,
    page: str | Callable[[Site], str],
    *,
    noun: str = "home",
    cookies: tuple[str, str] = ("", ""),
) -> Line:
    """A page of the large site against the same of the small one; `cookies` are those of somebody who is signed in to each."""
    paths = [page if isinstance(page, str) else page(site) for site in (few, many)]
    homes = re.findall(rf"([\d,+]+ {noun}s?)<", answer(many, paths[1], cookies[1]))
    answer(few, paths[0], cookies[0])
    times = [(milliseconds(few, paths[0], cookies[0]), milliseconds(many, paths[1], cookies[1])) for _ in range(ROUNDS)]
    small, large = (min(column) for column in zip(*times, strict=True))
    found = f"; {homes[0]}" if homes else ""
    line = Line(
        name,
        f"**{large / small:.2f}** times: {large:.1f} ms, {small:.1f} ms{found}",
        f"≤ {AT_MOST:g} times",
        large <= AT_MOST * small,
    )
    print(f"{line.what}: {line.measured}", flush=True)
    return line


@contextmanager
def sqlite_urls(folder: Path) -> Iterator[tuple[str, str]]:
    """Two empty SQLite databases."""
    yield f"sqlite:///{folder}/few.sqlite", f"sqlite:///{folder}/many.sqlite"


@contextmanager
def postgresql_urls(folder: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of a PostgreSQL of our own."""
    server = PostgresServer()
    try:
        yield server.create_database("few"), server.create_database("many")
    finally:
        server.stop()


def make_site(url: str, count: int, folder: Path, fill: Callable[[Database, int], None]) -> Site:
    """A site with demo data and so many rows more. PostgreSQL gets its statistics, as autovacuum would give them."""
    sites.fill(url)
    db = Database(url)
    started = time.perf_counter()
    fill(db, count)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    db.dispose()
    print(f"{count:,} rows in {time.perf_counter() - started:.0f} s", flush=True)
    return sites.start(url, folder)


def pairs(few_rows: int, many_rows: int, fill: Callable[[Database, int], None]) -> Iterator[tuple[str, Site, Site]]:
    """The name of each database, with a small and a large site on it."""
    for database, urls in (("SQLite", sqlite_urls), ("PostgreSQL", postgresql_urls)):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-scale-")))
            few_url, many_url = stack.enter_context(urls(folder))
            few, many = make_site(few_url, few_rows, folder, fill), make_site(many_url, many_rows, folder, fill)
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
            stack.callback(few.close)
            stack.callback(many.close)
            yield database, few, many


def measure() -> list[Line]:
    """Every line of the table."""
    return [
        compare(f"{database}: {name}", few, many, page) for database, few, many in pairs(FEW, MANY, fill) for name, page in PAGES
    ]


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    body = f"""
Computed pages of a site with {MANY:,} listings against the same pages of one with {FEW}, in one process, alternating; the fastest of
{ROUNDS} rounds. SQLite has no statistics (nobody makes them there), PostgreSQL those of its autovacuum. What stands behind the times is
what the large site counted: exact to 1,000, then "1,000+".
"""
    return section("Scale", "make bench-scale", body, lines)


def main() -> int:
    """Measure, write, and say whether every target was met."""
    return publish(measure, report)


if __name__ == "__main__":
    sys.exit(main())
