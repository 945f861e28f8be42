"""The books as their keepers see them."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from books import Books, lock, open_books, posted
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.personal.services import erase_person, export_person
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.journal.models import EntryWords
from atlasbahamas_plugins.ledger.services import ADJUSTMENT, Source, Transfer, reverse


@pytest.fixture
def books(site: Site) -> Books:
    books = open_books(site)
    posted(
        site,
        books,
        books.charge(120_000, date(2026, 5, 1), memo="Rent of May", by=1, batch="run-1"),
        books.charge(120_000, date(2026, 6, 1), memo="Rent of June"),
        books.payment(50_050, date(2026, 6, 3), memo="=cmd()"),
    )
    with site.db.transaction() as db:
        reverse(db, books.organisation_id, [2], source=Source("test", "t-2"), memo="Charged twice", now=site.clock.now())
    return books


@pytest.fixture
def philip(site: Site, books: Books) -> TestApp:
    return site.browser("philip")


def address(site: Site, books: Books) -> str:
    with site.db.transaction("read") as db:
        return f"/portfolio/{db.get_one(Organisation, books.organisation_id).ref}/books/"


def numbers(page: object) -> list[str]:
    return [row.find("a").text for row in page.html.select("tbody tr")]  # type: ignore[attr-defined]


def test_the_journal_with_its_filters(site: Site, books: Books, philip: TestApp) -> None:
    at = address(site, books)
    page = philip.get(at)
    assert numbers(page) == ["4", "3", "2", "1"]
    assert "B$500.50" in page.text
    assert "Taken back" in page.text
    for query, wanted in (
        ("sort=date", ["1", "2", "4", "3"]),
        ("from=2026-06-02", ["3"]),
        ("to=2026-05-31", ["1"]),
        ("kind=charge", ["2", "1"]),
        ("kind=reversal", ["4"]),
        ("q=rent", ["2", "1"]),
        ("q=nothing", []),
        ("lease=no+such+tenant", []),
    ):
        assert numbers(philip.get(f"{at}?{query}")) == wanted, query
    assert philip.get(f"{at}?from=2026-02-30", status=400)
    assert philip.get(f"{at}?kind=nonsense", status=400)


def test_entries_of_a_tenant(site: Site, books: Books, philip: TestApp) -> None:
    with site.db.transaction("read") as db:
        name = db.get_one(Lease, books.lease_id).tenants[0].contact.name
        other = db.scalars(
            select(Lease).where(Lease.organisation_id == books.organisation_id, Lease.id != books.lease_id)
        ).first()
        assert other
        somebody_else = other.tenants[0].contact.name
    assert numbers(philip.get(address(site, books), {"lease": somebody_else})) == []
    assert numbers(philip.get(address(site, books), {"lease": name})) == ["4", "3", "2", "1"]


def test_the_file_has_everything_and_no_formula(site: Site, books: Books, philip: TestApp) -> None:
    text = philip.get(f"{address(site, books)}?format=csv").text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Entry"] for row in rows] == ["4", "3", "2", "1"]
    assert rows[1]["Memo"] == "'=cmd()"
    assert (rows[0]["Takes back"], rows[2]["Taken back by"]) == ("2", "4")
    assert (rows[3]["Amount"], rows[3]["Batch"], rows[3]["Made by"]) == ("1200", "run-1", "test:t-1")


def test_an_entry_says_where_the_money_went_and_what_took_it_back(site: Site, books: Books, philip: TestApp) -> None:
    at = address(site, books)
    page = philip.get(f"{at}1/")
    lines = [[cell.text.strip() for cell in row.find_all("td")] for row in page.html.select("tbody tr")]
    assert [line[1:] for line in lines] == [["B$1,200", "–"], ["–", "B$1,200"], ["B$1,200", "B$1,200"]]
    assert lines[0][0].startswith("Rent and fees owed")
    assert page.html.select_one("tbody a")["href"].split("/")[3] == "leases"
    assert "Rent of May" in page.text
    assert f"{at}4/" in philip.get(f"{at}2/").text
    assert f"{at}2/" in philip.get(f"{at}4/").text
    for missing in ("5", "0", "01", "x", str(10**30)):
        philip.get(f"{at}{missing}/", status=404)


def test_locking_and_unlocking(site: Site, books: Books, philip: TestApp) -> None:
    at = address(site, books)
    form = philip.get(f"{at}lock").forms["form"]
    form["until"] = "2026-06-01"
    assert "when it is over" in form.submit(status=422).text
    form["until"] = "2026-05-31"
    assert "Locked until 31 May 2026" in form.submit(status=303).follow().text
    form = philip.get(f"{at}unlock").forms["form"]
    form["until"], form["reason"] = "2026-05-31", "x"
    assert "open already" in form.submit(status=422).text
    form["until"] = ""
    assert "Locked until" not in form.submit(status=303).follow().text


def test_pages_cost_the_same_with_many_entries(site: Site, books: Books, philip: TestApp) -> None:
    at = address(site, books)

    def queries(path: str) -> int:
        with QueryCounter(site.db.engine) as counter:
            philip.get(path)
        return len(counter.statements)

    few = queries(at), queries(f"{at}1/")
    six = [Transfer(books.bank, books.owed, cents) for cents in range(1, 7)]
    posted(site, books, *[books.entry(ADJUSTMENT, date(2026, 6, 4), *six) for _ in range(40)])
    # One more: the rows of the first page are not all, so all are counted.
    assert (queries(at), queries(f"{at}9/")) == (few[0] + 1, few[1])
    assert few[0] <= 6
    assert few[1] <= 9


def test_a_memo_that_names_an_erased_person_goes_and_the_books_hold(site: Site, books: Books) -> None:
    lock(site, books, date(2026, 3, 31))
    with site.db.transaction() as db:
        person = db.scalars(select(Person).where(Person.user_name == "philip")).one()
        name, person_id = person.name, person.id
    posted(site, books, books.charge(1, memo=f"Asked by {name}", by=person_id), books.charge(2, memo="Nobody's"))
    parts = site.app.registry.atlas_personal
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        mine = export_person(db, parts, db.get_one(Person, person_id))
        assert [row["number"] for row in mine["ledger_entry"]] == [5]
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        erase_person(db, site.store, parts, db.get_one(Person, person_id), now=site.clock.now())
        memos = db.scalars(select(EntryWords.memo).where(EntryWords.organisation_id == books.organisation_id)).all()
        assert "Nobody's" in memos
        assert not any(name in memo for memo in memos)
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, books.organisation_id).findings == []
    assert "Let go" in site.browser("keva").get(f"{address(site, books)}5/").text
