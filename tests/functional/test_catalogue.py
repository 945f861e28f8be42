"""The catalogue costs few queries, finds the same rows on each of its ways, and knows where its homes are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import insert, select, text, update
from webtest import TestApp

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas.web.kept import KEPT_SECONDS
from atlasbahamas_plugins.listings.lists import CatalogueList
from atlasbahamas_plugins.listings.models import LIVE_HOME, Listing, ListingWord
from atlasbahamas_plugins.portfolio.models import Island, Property, Settlement, Unit

FILTERS: list[dict[str, str]] = [
    {},
    {"island": "new-providence"},
    {"beds": "2"},
    {"beds": "9"},
    {"min": "1900", "max": "2500"},
    {"category": "short_term"},
    {"guests": "3"},
    {"guests": "4", "q": "week"},
    {"q": "furn"},
    {"q": "s"},
    {"q": "the porch"},
    {"q": "piano"},
    {"q": "furnished", "island": "grand-bahama", "beds": "2"},
    {"q": "qqq"},
]


def refs_of(page: Any) -> list[str]:
    return re.findall(r'class="listing-card__title"><a href="/listings/([^"/]+)/"', page.text)


def every_page(visitor: TestApp, asked: dict[str, str]) -> Iterator[list[str]]:
    page = visitor.get("/listings/", asked)
    while True:
        yield refs_of(page)
        link = page.html.find("a", rel="next")
        if link is None:
            return
        page = visitor.get(link["href"])


@pytest.mark.parametrize(
    ("page_size", "address", "queries"),
    [(12, "/listings/", 2), (30, "/listings/", 1), (30, "/listings/?sort=price", 1), (12, "{listing}", 2)],
)
def test_a_visitors_page_costs_as_few_queries_with_many_rows_as_with_few(
    site: Site, page_size: int, address: str, queries: int
) -> None:
    visitor = site.browser()
    listing = f"/listings/{refs_of(visitor.get('/listings/'))[0]}/"
    visitor.get(listing)  # who supplies an island is kept for some seconds
    with mock.patch.object(CatalogueList, "page_size", page_size), QueryCounter(site.db.engine) as counter:
        page = visitor.get(address.format(listing=listing), status=200)
    assert len(refs_of(page)) >= 2
    # The rows and, where they are not all, the count; the listing and those like it.
    assert len(counter.statements) == queries, counter.statements


def test_the_first_visitor_of_a_process_costs_one_query_more_and_several_words_do(site: Site) -> None:
    visitor = site.browser()
    for path, most in (("/listings/", 3), ("/listings/?q=furnished", 2), ("/listings/?q=furnished+the&beds=1", 3)):
        with QueryCounter(site.db.engine) as counter:
            assert refs_of(visitor.get(path))
        assert len(counter.statements) == most, counter.statements


@pytest.mark.parametrize("sort", [sort.name for sort in CatalogueList.sorts])
def test_finding_and_walking_show_the_same_pages(site: Site, sort: str) -> None:
    visitor = site.browser()
    seen = set()
    with mock.patch.object(CatalogueList, "page_size", 4):
        for asked in FILTERS:
            found = list(every_page(visitor, {**asked, "sort": sort}))
            # Above this there are many: any row at all makes the list walk.
            with mock.patch("atlasbahamas.web.lists.rows.EXACT_UP_TO", 0):
                walked = list(every_page(visitor, {**asked, "sort": sort}))
            assert found == walked, asked
            rows = list(itertools.chain(*found))
            assert len(rows) == len(set(rows))
            seen.add(len(rows))
    assert {0, 1, 30} < seen


@pytest.mark.parametrize("typed", ["s", "the", "b p", "no", "villa 3", "3", "Governor's", "!", "zz", "a a", "fur furn"])
def test_words_find_the_homes_that_have_them_all_and_count_each_once(site: Site, typed: str) -> None:
    of_listing: dict[str, set[str]] = {}
    with site.db.transaction("read") as db:
        rows = select(Listing.ref, ListingWord.word).join(ListingWord, ListingWord.listing_id == Listing.id).where(LIVE_HOME)
        for ref, word in db.execute(rows):
            of_listing.setdefault(ref, set()).add(word)
    begins = re.findall("[a-z0-9]+", typed.lower())
    wanted = {ref for ref, words in of_listing.items() if all(any(word.startswith(one) for word in words) for one in begins)}
    visitor = site.browser()
    found = list(itertools.chain(*every_page(visitor, {"q": typed})))
    assert sorted(found) == sorted(wanted)
    if wanted:
        counted = f"{len(wanted)} home{'' if len(wanted) == 1 else 's'}"
        assert visitor.get("/listings/", {"q": typed}).html.find(role="status").get_text() == counted


def test_a_listing_repeats_its_unit_and_place_whatever_changes_them(site: Site) -> None:
    said = (
        select(Listing.island_id, Listing.settlement_id, Listing.beds)
        .add_columns(Settlement.island_id, Settlement.id, Unit.beds)
        .join(Unit, Unit.id == Listing.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .join(Settlement, Settlement.id == Property.settlement_id)
    )

    def agree(listing_id: int) -> tuple[int, int, int]:
        rows = db.execute(said).all()
        assert rows
        assert [row for row in rows if tuple(row[:3]) != tuple(row[3:])] == []
        row = db.execute(said.where(Listing.id == listing_id)).one()
        return (row[0], row[1], row[2])

    with site.db.transaction() as db:
        listing = db.scalars(select(Listing).where(LIVE_HOME).order_by(Listing.id).limit(1)).one()
        unit, above = listing.unit, listing.unit.property
        before = agree(listing.id)
        elsewhere = select(Property.id).where(Property.id != above.id).limit(1).scalar_subquery()
        taken = select(Listing.unit_id).where(Listing.unit_id.is_not(None))
        free = select(Unit.id).where(~Unit.id.in_(taken)).order_by(Unit.id).limit(1).scalar_subquery()
        changes = [
            update(Unit).where(Unit.id == unit.id).values(beds=17),
            update(Property).where(Property.id == above.id).values(settlement_id=above.settlement_id + 1),
            update(Settlement).where(Settlement.id == above.settlement_id + 1).values(island_id=19),
            update(Unit).where(Unit.id == unit.id).values(property_id=elsewhere, label="Moved", label_key="moved"),
            update(Listing).where(Listing.id == listing.id).values(unit_id=free),
        ]
        for change in changes:
            db.execute(change.execution_options(synchronize_session=False))
            after = agree(listing.id)
            assert after != before
            before = after
        row = {"ref": "written-plainly-1", "organisation_id": 1, "unit_id": free, "title": "x", "description": "x"}
        row |= {"category": "long_term", "price_cents": 100, "price_period": "month", "available": sites.START.date()}
        db.execute(insert(Listing.__table__).values(**row, state="draft", created=sites.START, version=1))  # type: ignore[arg-type]
        assert None not in agree(db.scalars(select(Listing.id).where(Listing.ref == "written-plainly-1")).one())


def islands_offered(visitor: TestApp) -> str:
    return str(visitor.get("/listings/").html.find("select", id="island"))


def test_a_new_place_is_offered_at_once_here_and_soon_in_other_processes(site: Site, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = sites.start(site.url, tmp_path / "other")
    now = 0.0
    site.app.registry.atlas_kept.clock = other.app.registry.atlas_kept.clock = lambda: now
    here, there = site.browser(), other.browser()
    assert "Windsong Cay" not in islands_offered(here) + islands_offered(there)
    with site.db.transaction() as db:
        db.execute(update(Island).where(Island.ref == "exuma").values(name="Windsong Cay"))
    site.browser("keva")  # whatever this process writes, it forgets what it kept
    assert "Windsong Cay" in islands_offered(here)
    now = KEPT_SECONDS - 0.1
    assert "Windsong Cay" not in islands_offered(there)
    now = KEPT_SECONDS
    assert "Windsong Cay" in islands_offered(there)
    other.close()


def test_reading_leaves_no_transaction_open(site: Site) -> None:
    visitor = site.browser()
    for path, status in (("/listings/", 200), ("/listings/no-such-home-1/", 404), ("/listings/?beds=x", 400), ("/home/", 303)):
        visitor.get(path, status=status)
        assert site.db.engine.pool.checkedout() == 0, path  # type: ignore[attr-defined]
    answer = visitor.get("/listings/?format=csv&q=furnished")
    assert len(answer.body.splitlines()) > 10
    assert site.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("profile", ["server"])
def test_words_stand_in_the_order_of_their_bytes_whatever_the_database_speaks(site: Site) -> None:
    column = "SELECT collation_name FROM information_schema.columns WHERE table_name = 'listings_word' AND column_name = 'word'"
    with site.db.transaction("read") as db:
        assert db.scalar(text(column)) == "C"


def test_static_files_are_found_where_the_site_is_mounted(site: Site) -> None:
    for prefix in ("", "/homes", ""):
        page = site.browser().get("/listings/", extra_environ={"SCRIPT_NAME": prefix})
        sheet = page.html.find("link", rel="stylesheet")["href"]
        assert re.fullmatch(rf"{prefix}/static/[a-z./]+\?v=[0-9a-f]{{12}}", sheet)
