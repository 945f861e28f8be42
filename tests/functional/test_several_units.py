"""Several units at once: numbered, by labels, from a file. What is shown is what is saved, or nothing is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp, Upload

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.testing.site import Site

HEADER = "label,beds,baths,area,rent,deposit,furnished,pets\n"


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def home(browser: TestApp) -> str:
    """A property without units."""
    properties = browser.get("/portfolio/").follow().request.path + "properties/"
    form = browser.get(f"{properties}new").forms["form"]
    form["name"], form["street"], form["settlement"] = "Poinciana Court", "By the tree", "3"
    return str(form.submit(status=303).location).removeprefix("http://localhost")


def units_of(browser: TestApp, home: str) -> list[str]:
    rows = browser.get(f"{home}?format=csv").body.decode("utf-8-sig").splitlines()[1:]
    return [row.split(",")[0] for row in rows]


def upload(browser: TestApp, home: str, content: str | bytes, status: int = 200, name: str = "units.csv") -> Any:
    form = browser.get(f"{home}units/import").forms["form"]
    form["file"] = Upload(name, content if isinstance(content, bytes) else content.encode())
    return form.submit(status=status)


def several(browser: TestApp, home: str, status: int = 303, **values: Any) -> Any:
    form = browser.get(f"{home}units/several").forms["form"]
    for name, value in {"rent_cents": "1,200", **values}.items():
        form[name] = value
    return form.submit(status=status)


def test_twelve_units_numbered_from_one(browser: TestApp, home: str) -> None:
    answer = several(browser, home, count="12", prefix="Apt", deposit_cents="1200", pets=True).follow()
    assert "12 units were added." in answer.text
    assert sorted(units_of(browser, home)) == sorted(f"Apt {number}" for number in range(1, 13))


def test_the_same_form_sent_twice_adds_once(site: Site, browser: TestApp, home: str) -> None:
    several(browser, home, count="3")
    before = site.counts()
    assert "Nothing was added twice" in several(browser, home, count="3").follow().text
    answer = several(browser, home, count="3", rent_cents="1300", status=422)
    assert "has these labels already: “1”, “2”, “3”" in answer.text
    assert 'value="1300"' in answer.text or 'value="1,300"' in answer.text
    assert site.counts() == before


def test_units_by_labels(browser: TestApp, home: str) -> None:
    several(browser, home, labels="Upstairs\r\n\r\n Downstairs \r\nCottage")
    assert sorted(units_of(browser, home)) == ["Cottage", "Downstairs", "Upstairs"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Say how many units"),
        ({"count": "2", "labels": "a"}, "not both"),
        ({"labels": "a\nb\nA"}, "“A” stands there twice"),
        ({"labels": "x" * 61}, "too long"),
        ({"labels": "\n".join(map(str, range(301)))}, "at most 300 at once"),
        ({"count": "301"}, "from 1 to 300"),
        ({"count": "0"}, "from 1 to 300"),
        ({"count": "2", "rent_cents": "0"}, "at least B$1"),
    ],
)
def test_what_will_not_do_stands_beside_its_field_and_nothing_is_saved(
    site: Site, browser: TestApp, home: str, values: dict[str, str], words: str
) -> None:
    before = site.counts()
    answer = several(browser, home, status=422, **values)
    assert words in answer.html.find(class_="field-error").text
    assert site.counts() == before


def test_a_file_is_looked_at_first_and_saved_when_one_says_so(site: Site, browser: TestApp, home: str) -> None:
    before = site.counts()
    page = upload(browser, home, HEADER + '1A,2,1,850,"1,450",1450,yes,no\n1B,0,1,,900,,,\n')
    assert "2 rows are good. Nothing has been saved yet." in page.text
    assert site.counts() == before
    answer = page.forms["save"].submit(status=303)
    assert "2 units were added." in answer.follow().text
    with site.db.transaction("read") as db:
        added = db.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio:unit:added").order_by(AuditEntry.id.desc()))
        labels = [entry_parts(db, entry.id)["change"]["after"]["label"] for entry in added.fetchmany(2)]
    assert sorted(labels) == ["1A", "1B"]
    assert sorted(units_of(browser, home)) == ["1A", "1B"]
    again = page.forms["save"].submit(status=303)
    assert "Nothing was added twice" in again.follow().text
    assert len(units_of(browser, home)) == 2


def test_bad_rows_are_named_and_nothing_is_saved_unless_the_good_ones_are_asked_for(
    site: Site, browser: TestApp, home: str
) -> None:
    several(browser, home, labels="Upstairs")
    before = site.counts()
    page = upload(browser, home, HEADER + "1A,2,1,,900,,,\nUPSTAIRS,1,1,,900,,,\n1C,1,1,,free,,,\n1a,1,1,,900,,,\n", status=422)
    problems = [[cell.text.strip() for cell in row.find_all("td")] for row in page.html.find("tbody").find_all("tr")]
    assert problems == [
        ["Row 3", "Label", "This property has a unit “Upstairs” already.", "UPSTAIRS"],
        ["Row 4", "Rent a month", "Write an amount in dollars, like 1,250 or 1250.50.", "free"],
        ["Row 5", "Label", "Row 2 says the same.", "1a"],
    ]
    assert "1 row is good, 3 rows need another look" in page.text
    assert page.forms["save"].html.find("button").text == "Add the 1 good one"
    assert site.counts() == before
    page.forms["save"].submit(status=303)
    assert sorted(units_of(browser, home)) == ["1A", "Upstairs"]


def test_rows_that_went_bad_meanwhile_are_shown_again_and_none_is_saved(site: Site, browser: TestApp, home: str) -> None:
    page = upload(browser, home, HEADER + "1A,2,1,,900,,,\n1B,2,1,,900,,,\n")
    several(browser, home, labels="1b")
    before = site.counts()
    answer = page.forms["save"].submit(status=422)
    assert "Something changed since these rows were shown" in answer.text
    assert "has a unit “1b” already" in answer.text
    assert site.counts() == before
    answer.forms["save"].submit(status=303)
    assert sorted(units_of(browser, home)) == ["1A", "1b"]


def test_forged_rows_are_checked_like_a_file(site: Site, browser: TestApp, home: str) -> None:
    page = upload(browser, home, HEADER + "1A,2,1,,900,,,\n")
    before = site.counts()
    for rows, words in (
        ("junk", "lost on the way"),
        ('[[2,"1A","2","1","","-5","","",""]]', "below zero"),
        ('[[2,"1A","99","1","","900","","",""]]', "from 0 to 50"),
        ('[[2,"","2","1","","900","","",""]]', "Please fill this in"),
    ):
        page.forms["save"]["rows"].force_value(rows)
        assert words in page.forms["save"].submit(status=422).text
    assert site.counts() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HEADER.encode(), "nothing below the headings"),
        (b"label,beds\n1,1\n", "no column for"),
        (HEADER.encode() + b"1,1,1,,900,,,\n" * 100_000, "more than 2,000 rows"),
        (b"PK\x03\x04" + b"\0" * 500, "not a CSV"),
    ],
)
def test_a_file_that_will_not_do_is_an_error_at_the_field(
    site: Site, browser: TestApp, home: str, content: bytes, words: str
) -> None:
    before = site.counts()
    answer = upload(browser, home, content, status=422)
    assert words in answer.html.find(id="file-error").text
    assert site.counts() == before


def test_the_name_of_the_file_does_not_matter(browser: TestApp, home: str) -> None:
    for name in ("x" * 4000 + ".csv", "../../etc/passwd", "\u202egnp.csv", "<script>.csv", "a\tb"):
        assert "1 row is good" in upload(browser, home, HEADER + "1A,2,1,,900,,,\n", name=name).text


def test_no_file_and_text_instead_of_one(browser: TestApp, home: str) -> None:
    page = browser.get(f"{home}units/import")
    assert "Please choose a file." in page.forms["form"].submit(status=422).text
    token = page.forms["form"]["csrf_token"].value
    assert "cannot be read" in browser.post(f"{home}units/import", {"csrf_token": token, "file": "text"}, status=422).text


def test_what_is_in_a_file_is_shown_as_text(browser: TestApp, home: str) -> None:
    page = upload(browser, home, HEADER + "<b>1</b>,2,1,,<i>x</i>,,,\n=2+2,1,1,,900,,,\n", status=422)
    assert "<b>1</b>" not in page.text
    assert "&lt;i&gt;x&lt;/i&gt;" in page.text
    page.forms["save"].submit(status=303)
    assert units_of(browser, home) == ["'=2+2"]


def test_the_file_to_fill_in_can_be_sent_as_it_is(browser: TestApp, home: str) -> None:
    page = browser.get(f"{home}units/import")
    template = browser.get(re.search(r'href="([^"]+template\.csv)"', page.text)[1])  # type: ignore[index]
    assert template.body.decode("utf-8-sig").splitlines()[0] == HEADER.strip()
    assert "1 row is good" in upload(browser, home, template.body).text


def test_two_thousand_units(browser: TestApp, home: str) -> None:
    rows = "".join(f"Room {number},1,1,,900,,,\n" for number in range(2000))
    page = upload(browser, home, HEADER + rows)
    assert "2,000 rows are good" in page.text
    assert "2,000 units were added." in page.forms["save"].submit(status=303).follow().text


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + "Café,2,1,,900,,,\n").replace(",", ";").encode("latin-1"),
        b"\xef\xbb\xbf" + (HEADER + "Café,2,1,,900,,,\n").encode(),
    ],
    ids=["Latin-1 with semicolons", "with a mark"],
)
def test_a_file_as_spreadsheets_write_it_becomes_units(browser: TestApp, home: str, content: bytes) -> None:
    upload(browser, home, content).forms["save"].submit(status=303)
    assert units_of(browser, home) == ["Café"]
