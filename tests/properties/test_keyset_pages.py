"""Pages of a list: whatever is inserted or deleted between two pages, every row that stays comes once, and in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column as TableColumn
from sqlalchemy import Date, Integer, MetaData, String, Table, insert, select
from sqlalchemy.orm import Session

from atlasbahamas.db import UtcDateTime
from atlasbahamas.people.lists import MemberList
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.requests import request_to
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site
from atlasbahamas.web.lists import Key, List, Page, Sort
from atlasbahamas.web.lists.keyset import ordered
from atlasbahamas_plugins.listings.lists import CatalogueList, OwnList
from atlasbahamas_plugins.portfolio.lists import PropertyList, UnitList

EXAMPLES = {"sqlite": 60, "postgresql": 25}
FIRST = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
THINGS = Table(
    "things",
    MetaData(),
    TableColumn("id", Integer, primary_key=True),
    TableColumn("number", Integer),
    TableColumn("word", String(20)),
    TableColumn("day", Date),
    TableColumn("moment", UtcDateTime()),
    TableColumn("always", Integer, nullable=False),
    # A row that comes must not be taken for one that went.
    sqlite_autoincrement=True,
)
THING = THINGS.c
SORTS = (
    Sort("number", "Number", (Key(THING.number),)),
    Sort("number-down", "Number down", (Key(THING.number, descending=True),)),
    Sort("word", "Word, then day down", (Key(THING.word), Key(THING.day, descending=True))),
    Sort("word-down", "Word down, then number", (Key(THING.word, descending=True), Key(THING.number))),
    Sort("moment", "Moment", (Key(THING.moment),)),
    Sort("moment-down", "Moment down, then word down", (Key(THING.moment, descending=True), Key(THING.word, descending=True))),
    Sort("always", "Always", (Key(THING.always),)),
    Sort("always-down", "Always down", (Key(THING.always, descending=True),)),
)


class ThingList(List):
    name = "things"
    noun = ("thing", "things")
    identity = THING.id
    sorts = SORTS
    page_size = 3


few = st.none() | st.integers(0, 2)
rows = st.fixed_dictionaries(
    {
        "number": few,
        "word": st.none() | st.sampled_from(["", "a", "B", "é", "z z"]),
        "day": few.map(lambda n: None if n is None else date(2026, 6, 1) + timedelta(days=n)),
        "moment": few.map(lambda n: None if n is None else FIRST + timedelta(microseconds=n)),
        "always": st.integers(0, 2),
    }
)
# Between two pages: rows that come, and which of those that do not stay go.
changes = st.lists(st.tuples(st.lists(rows, max_size=2), st.integers(0, 5)), min_size=1, max_size=6)


@pytest.fixture(scope="module", params=sorted(EXAMPLES))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int]]:
    folder: Path = tmp_path_factory.mktemp("pages")
    server = need("POSTGRESQL") if request.param == "postgresql" else None
    site = sites.start(sites.new_postgresql(server) if server else f"sqlite:///{folder}/pages.sqlite", folder)
    THINGS.create(site.db.write_engine)
    yield site, examples(request.param, EXAMPLES[request.param])
    site.close()
    if server:
        sites.drop_postgresql(server, site.url)


class Walk:
    """One person looking through a list while others change it."""

    def __init__(self, site: Site, db: Session, sort: str, drawn: list[Any]) -> None:
        self.site, self.db, self.sort = site, db, sort
        self.changes = iter(drawn * 3)
        self.passing: list[int] = []

    def look(self, url: str) -> List:
        request = request_to(self.site.app.registry, url)
        request.db = self.db
        return ThingList(request, select(THINGS.c.id), node=None)

    def pages(self, url: str | None, direction: str) -> Iterator[Page]:
        """The pages from an address on, with changes after each of them."""
        while url is not None:
            listed = self.look(url)
            page = listed.page()
            assert listed.valid
            yield page
            self.change()
            url = page.next_url if direction == "next" else page.previous_url

    def change(self) -> None:
        come, gone = next(self.changes, ([], 0))
        for _ in range(min(gone, len(self.passing))):
            self.db.execute(THINGS.delete().where(THING.id == self.passing.pop(gone % len(self.passing))))
        for row in come:
            self.passing.append(self.db.execute(insert(THINGS).values(row)).inserted_primary_key[0])


def expected(walk: Walk, stable: list[int]) -> list[int]:
    listed = walk.look(f"/?sort={walk.sort}")
    everything = walk.db.scalars(ordered(select(THING.id), listed.keys)).all()
    return [number for number in everything if number in stable]


def is_in_order(db: Session, sort: str, ids: list[int]) -> bool:
    """By the sort's own words, worked out here: NULLs last, whichever way."""
    keys = next(entry.keys for entry in SORTS if entry.name == sort)
    by_id = {row.id: row for row in db.execute(select(THINGS))}

    def beside(one: Any, two: Any) -> bool:
        for key in keys:
            a, b = getattr(one, key.column.name), getattr(two, key.column.name)
            if a != b:
                return b is None or (a is not None and (a > b if key.descending else a < b))
        return True

    return all(beside(by_id[one], by_id[two]) for one, two in itertools.pairwise(ids))


def walked(site: Site, stays: list[dict[str, Any]], sort: str, drawn: list[Any]) -> None:
    with site.db.session("write") as db, db.begin() as transaction:
        walk = Walk(site, db, sort, drawn)
        stable: list[int] = []
        for row in stays:
            stable.append(db.execute(insert(THINGS).values(row)).inserted_primary_key[0])
            walk.change()
        onwards = list(walk.pages(f"/?sort={sort}", "next"))
        forwards = [number for page in onwards for number in page.rows]
        # A page whose rows are all gone when one comes there shows the last rows again, and only the end can.
        for seen in ([number for page in onwards[:-1] for number in page.rows], onwards[-1].rows):
            assert len(set(seen)) == len(seen)
        stayed = [number for number in dict.fromkeys(forwards) if number in stable]
        assert stayed == expected(walk, stable)
        assert is_in_order(db, sort, stayed)
        # From the last page, all the way back.
        back = [onwards[-1], *walk.pages(onwards[-1].previous_url, "previous")]
        backwards = [number for page in back for number in reversed(page.rows)]
        assert [number for number in dict.fromkeys(backwards) if number in stable] == stayed[::-1]
        transaction.rollback()


def test_every_row_that_stays_comes_once_and_in_order(place: tuple[Site, int]) -> None:
    site, number = place

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(stays=st.lists(rows, max_size=8), sort=st.sampled_from([sort.name for sort in SORTS]), drawn=changes)
    def walks(stays: list[dict[str, Any]], sort: str, drawn: list[Any]) -> None:
        walked(site, stays, sort, drawn)

    walks()


LISTS = {
    CatalogueList: "/listings/",
    OwnList: "{org}listings/",
    PropertyList: "{org}properties/",
    UnitList: "{org}units/",
    MemberList: "{org}members/",
}


def test_a_page_of_another_list_or_order_is_a_bad_request(tmp_path: Path) -> None:
    template = sites.sqlite_template()
    site = sites.start(sites.copy_sqlite(template, tmp_path / "site.sqlite"), tmp_path)
    browser = site.browser("keva")
    organisation = browser.get("/portfolio/").location.removeprefix("http://localhost")
    tokens: dict[tuple[str, str], str] = {}
    for kind, path in LISTS.items():
        with mock.patch.object(kind, "page_size", 2):
            for sort in kind.sorts:
                page = browser.get(path.format(org=organisation), {"sort": sort.name})
                link = page.html.find("a", href=lambda href: href and "after=" in href)
                tokens[path.format(org=organisation), sort.name] = link["href"].split("after=")[1].split("&")[0]
    for number, (path, sort) in enumerate(tokens):
        browser.get(path, {"sort": sort, "after": tokens[path, sort]}, status=200)
        browser.get(path, {"sort": sort, "before": tokens[path, sort]}, status=200)
        others = [token for place, token in tokens.items() if place != (path, sort)]
        # The neighbours are other orders of the same list; one of each other list besides.
        for other in (others[number - 1], others[number % len(others)], others[number - 6], others[number - 10]):
            for name in ("after", "before"):
                browser.get(path, {"sort": sort, name: other}, status=400)
    site.close()
