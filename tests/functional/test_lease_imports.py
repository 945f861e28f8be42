"""Leases that exist already come in from a file: looked at first, saved as one, and taken away as one."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select, update
from test_limited_members import limited
from webtest import TestApp, Upload

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.importing.models import ImportedContact, LeaseImport
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

HEADER = "Property,Unit,Tenants,Phone,E-mail,Start,End,Rent,Per,Due day,Grace,Paid to,Balance,Security,First,Last,Key,Pet\n"
GOOD = (
    'Poinciana Court,1,Perry Rolle; Oneil Rolle,555-0177,perry@example.net,2024-03-01,2027-02-28,"1,450",month,5,3,'
    "2026-05-31,(120.50),1450,1450,1450,25,\n"
    ",2,Ava Moss,,,31/3/2025,month to month,900,,,,,200,,,,,\n"
    "POINCIANA COURT,3,Perry Rolle,242-555-0177,,1 July 2026,,400,week,,,,,,,,,\n"
)


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def here(site: Site, keva: TestApp) -> str:
    """The organisation, which has a property with four units."""
    add_property(keva, "Poinciana Court", 4)
    return organisation(keva)


def organisation(browser: TestApp) -> str:
    return str(browser.get("/portfolio/").follow().request.path)


def add_property(browser: TestApp, name: str, units: int) -> None:
    form = browser.get(f"{organisation(browser)}properties/new").forms["form"]
    form["name"], form["street"], form["settlement"] = name, "By the tree", "3"
    home = str(form.submit(status=303).location).removeprefix("http://localhost")
    for first in range(1, units + 1, 300):
        form = browser.get(f"{home}units/several").forms["form"]
        form["count"], form["first"], form["rent_cents"] = str(min(300, units + 1 - first)), str(first), "1,200"
        form.submit(status=303)


def upload(browser: TestApp, here: str, content: str | bytes, status: int = 200) -> Any:
    form = browser.get(f"{here}leases/import").forms["form"]
    form["file"] = Upload("leases.csv", content if isinstance(content, bytes) else content.encode())
    return form.submit(status=status)


def problems_of(page: Any) -> list[tuple[str, str, str]]:
    rows = page.html.find("section", {"aria-labelledby": "problems"}).find("tbody").find_all("tr")
    found = [[cell.text.strip() for cell in row.find_all("td")] for row in rows]
    return [(row, column, message) for row, column, message, _ in found]


def leases_of(site: Site) -> list[Lease]:
    with site.db.transaction("read") as db:
        found = select(Lease).join(Opening, Opening.lease_id == Lease.id).order_by(Opening.id)
        leases = list(db.scalars(found).unique())
        for lease in leases:
            assert lease.parties is not None
            assert lease.deposits is not None
        db.expunge_all()
        return leases


def reads(counter: QueryCounter) -> list[str]:
    """What was asked of the database. What is written is sent as many rows at once, and SQLite's driver counts each."""
    return [statement for statement in counter.statements if statement.startswith("SELECT")]


def test_leases_are_looked_at_saved_and_shown_with_where_they_stood(site: Site, keva: TestApp, here: str) -> None:
    before = site.counts()
    page = upload(keva, here, HEADER + GOOD)
    assert "3 rows are good. Nothing has been saved yet." in page.text
    assert site.counts() == before
    shown = page.forms["save"].submit(status=303).follow()
    assert "3 leases were brought in." in shown.text
    after = site.counts()
    grown = {
        name: after[name] - before[name]
        for name in after
        if name.startswith(("leasing", "portfolio")) and after[name] != before[name]
    }
    assert grown == {
        "leasing_import": 1, "leasing_opening": 3, "leasing_lease": 3, "leasing_rent": 3, "leasing_deposit": 4,
        # Perry is one contact, who was told by his phone.
        "leasing_party": 4, "leasing_word": 22, "portfolio_contact": 3, "leasing_imported_contact": 3,
    }  # fmt: skip
    first, second, third = leases_of(site)
    assert [lease.state for lease in (first, second, third)] == ["active", "active", "signed"]
    assert (first.origin, first.kind, first.rolls_over, first.due_day, first.grace_days) == ("on_paper", "fixed", True, 5, 3)
    assert (second.kind, second.starts.isoformat(), second.due_day, second.grace_days) == ("month_to_month", "2025-03-31", 1, 5)
    assert (third.period, third.starts.isoformat()) == ("weekly", "2026-07-01")
    assert first.parties[0].contact_id == third.parties[0].contact_id
    assert {deposit.kind: deposit.cents for deposit in first.deposits} == {
        "security": 145000, "first": 145000, "last": 145000, "key": 2500,
    }  # fmt: skip
    link = shown.html.find("a", string="1")["href"]
    lease = keva.get(link)
    for words in (
        "Perry Rolle, Oneil Rolle",
        "Brought in on 1 June 2026",
        "31 May 2026",
        "Ahead by",
        "B$120.50",
        "a file of 3 leases",
    ):
        assert words in lease.text
    rows = list(csv.reader(io.StringIO(keva.get(f"{shown.request.path}?format=csv").body.decode("utf-8-sig"))))
    assert [(row[0], row[2], row[5], row[6]) for row in rows[1:]] == [
        ("1", "Perry Rolle, Oneil Rolle", "2026-05-31", "-120.5"), ("2", "Ava Moss", "", "200"), ("3", "Perry Rolle", "", "0"),
    ]  # fmt: skip
    again = page.forms["save"].submit(status=422)
    assert "Something changed since these rows were shown" in again.text
    assert site.counts() == after


BAD = (
    ("Nowhere,1,A,,,2026-01-01,,900", "Property", "no property of this name"),
    ("Poinciana Court,99,A,,,2026-01-01,,900", "Unit", "no such unit"),
    (",99,A,,,2026-01-01,,900", "Unit", "No property of yours"),
    (",1,A,,,2026-01-01,,900", "Property", "More than one property"),
    ("Sandyport Mews,No 1,A,,,2026-01-01,,900", "First day", "Another lease of this unit"),
    ("Poinciana Court,1,A,,,2026-02-30,,900", "First day", "year-month-day"),
    ("Poinciana Court,1,A,,,30 February 2026,,900", "First day", "year-month-day"),
    ("Poinciana Court,1,A,,,soon,,900", "First day", "year-month-day"),
    ("Poinciana Court,1,A,,,3/4/2026,,900", "First day", "which the month"),
    ("Poinciana Court,1,A,,,9999-01-01,,900", "First day", "between 1900 and 2200"),
    ("Poinciana Court,1,A,,,2026-01-01,2025-12-31,900", "Last day of the term", "end after it begins"),
    ("Poinciana Court,1,A,,,2026-01-01,whenever,900", "Last day of the term", "year-month-day"),
    ("Poinciana Court,1,A,,,2026-01-01,,1" + "0" * 20, "Rent", "at most"),
    ("Poinciana Court,1,A,,,2026-01-01,,=2*450", "Rent", "amount in dollars"),
    ("Poinciana Court,1,=A2,,,2026-01-01,,900", "Tenants", "formula"),
    ("=A2,1,A,,,2026-01-01,,900", "Property", "formula"),
    ("Poinciana Court,1,;,,,2026-01-01,,900", "Tenants", "at least one tenant"),
    ("Poinciana Court,1,A; a,,,2026-01-01,,900", "Tenants", "twice"),
    ("Poinciana Court,1,A,12,,2026-01-01,,900", "Phone", "seven digits"),
    ("Poinciana Court,1,A,,at home,2026-01-01,,900", "E-mail", "name@example.com"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,year and a day", "Rent for a week", "Write week"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,,32", "Due on day", "from 1 to 31"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,,,91", "Days of grace", "from 0 to 90"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,,,,2025-12-31", "Paid up", "before the first day"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,,,,,-9" + "9" * 20, "Owed besides", "at most"),
    ("Poinciana Court,1,A,,,2026-01-01,,900,,,,,,-5", "Security deposit", "below zero"),
)


def test_every_problem_is_named_by_row_and_column(site: Site, keva: TestApp, here: str) -> None:
    add_property(keva, "Twin Court", 1)
    form = keva.get(f"{here}leases/import")
    assert "A file to fill in" in form.text
    twice = "Twin Court,1,B,,,2026-01-01,,900\nTwin Court,1,C,,,2027-01-01,,900\n"
    before = site.counts()
    page = upload(keva, here, HEADER + "".join(f"{row}\n" for row, _, _ in BAD) + twice, status=422)
    found = problems_of(page)
    for at, (row, column, message) in enumerate(BAD):
        of_row = [(where, words) for number, where, words in found if number == f"Row {at + 2}"]
        assert any(where.startswith(column) and message in words for where, words in of_row), (row, of_row)
    last = len(BAD) + 2
    assert found[-1] == (f"Row {last + 1}", "First day", f"Row {last} has some of these days of this unit.")
    assert "1 row is good" in page.text
    assert site.counts() == before


def test_a_limited_member_is_not_told_of_the_other_units(site: Site, keva: TestApp, here: str) -> None:
    lenora = limited(site)  # manager of Cable Beach Court only
    row = "{},{},Ann Rolle,,ann@example.net,2026-01-01,,900\n".format
    page = upload(lenora, here, HEADER + row("Cable Beach Court", "1A") + row("Poinciana Court", "1") + row("", "2"), status=422)
    told = problems_of(page)
    assert [(number, column) for number, column, _ in told] == [("Row 3", "Property"), ("Row 4", "Unit")]
    unknown = upload(lenora, here, HEADER + row("Nowhere at all", "1"), status=422)
    assert problems_of(unknown)[0][2] == told[0][2]
    answer = page.forms["save"].submit(status=303).follow()
    assert "1 lease was brought in" in answer.text
    keva.get(answer.request.path)
    mine = upload(keva, here, HEADER + row("Poinciana Court", "1")).forms["save"].submit(status=303).location
    lenora.get(mine, status=404)
    # Whom she does not know she does not find by guessing.
    with site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Contact).where(Contact.email == "ann@example.net")) == 1
        known = db.scalars(select(Contact).where(Contact.name == "Coralee Bain")).one()
        who = f"{known.name},{known.phone},{known.email}"
    content = HEADER + f"Cable Beach Court,2A,{who},2026-01-01,,900\n"
    upload(lenora, here, content).forms["save"].submit(status=303)
    with site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Contact).where(Contact.name == "Coralee Bain")) == 2


def test_a_file_is_taken_away_but_for_what_was_changed_since(site: Site, keva: TestApp, here: str) -> None:
    before = site.counts()
    batch = str(upload(keva, here, HEADER + GOOD).forms["save"].submit(status=303).location)
    changed = keva.get(batch).html.find("a", string="2")["href"]
    form = keva.get(f"{changed}end").forms["form"]
    form["last_day"] = "2026-08-31"
    form.submit(status=303)
    # Perry's number was corrected: he is known by more than the file.
    with site.db.transaction() as db:
        db.execute(update(Contact).where(Contact.name == "Oneil Rolle").values(phone="+12425550199", version=2))
    site.clock.move(days=28)
    keva = site.browser("keva")
    confirm = keva.get(f"{batch}undo").forms["form"]
    shown = confirm.submit(status=303).follow()
    assert "or a tenant has joined, and stay" in shown.text
    assert "2, Poinciana Court" in shown.html.find(class_="breaks").text
    assert [lease.state for lease in leases_of(site)] == ["cancelled", "notice", "cancelled"]
    with site.db.transaction("read") as db:
        names = set(db.scalars(select(Contact.name).where(Contact.name.in_(("Perry Rolle", "Oneil Rolle", "Ava Moss")))))
        assert names == {"Oneil Rolle", "Ava Moss"}
        actions = set(db.scalars(select(AuditEntry.action)))
        assert {"leasing:import:saved", "leasing:import:undone", "portfolio:contact:removed"} <= actions
        parties = db.scalar(select(func.count()).select_from(LeaseParty)) or 0
    assert parties == before["leasing_party"] + 2
    assert "taken away on" in confirm.submit(status=422).text
    # Its days are free again.
    again = "Poinciana Court,1,Perry Rolle,555-0177,,2024-03-01,,1450\n"
    assert "1 lease was brought in" in upload(keva, here, HEADER + again).forms["save"].submit(status=303).follow().text
    gone = keva.get(batch).html.find("a", string="1")["href"]
    assert "Taken away with the file of" in keva.get(gone).text


def test_who_was_invited_stays_and_a_lease_that_is_continued(site: Site, keva: TestApp, here: str) -> None:
    batch = str(upload(keva, here, HEADER + GOOD).forms["save"].submit(status=303).location)
    first, second = (keva.get(batch).html.find("a", string=unit)["href"] for unit in ("1", "2"))
    keva.get(f"{first}invite").forms["form"].submit(status=303)
    form = keva.get(f"{second}renew").forms["form"]
    form["kind"].select(text="Month to month")
    form.submit(status=303)
    keva.get(f"{batch}undo").forms["form"].submit(status=303)
    assert [lease.state for lease in leases_of(site)][1] == "active"
    with site.db.transaction("read") as db:
        assert db.scalars(select(Contact.id).where(Contact.name == "Perry Rolle")).all() != []


def test_a_lease_beside_which_somebody_put_a_document_stays(site: Site, keva: TestApp, here: str) -> None:
    batch = str(upload(keva, here, HEADER + GOOD).forms["save"].submit(status=303).location)
    form = keva.get(f"{keva.get(batch).html.find('a', string='1')['href']}papers/add").forms["form"]
    form["title"], form["papers"] = "The agreement", [Upload("scan.pdf", samples.pdf(), "application/pdf")]
    form.submit(status=303)
    keva.get(f"{batch}undo").forms["form"].submit(status=303)
    assert [lease.state != "cancelled" for lease in leases_of(site)].count(True) == 1


def test_what_cannot_be_taken_away_says_why(site: Site, keva: TestApp, here: str) -> None:
    row = "Poinciana Court,1,Perry Rolle,555-0177,,2024-03-01,,1450\n"
    batch = str(upload(keva, here, HEADER + row).forms["save"].submit(status=303).location)
    with site.db.transaction() as db:
        lease = db.scalars(select(Lease).join(Opening, Opening.lease_id == Lease.id).order_by(Opening.id.desc()).limit(1)).one()
        contact = lease.parties[0].contact
        here_id = lease.organisation_id
        contact.person_id = db.scalars(select(LeaseImport.made_by).limit(1)).one()
    answer = keva.get(f"{batch}undo").forms["form"].submit(status=422)
    assert "changed since, so none is taken away" in answer.text
    site.clock.move(days=31)
    answer = site.browser("keva").get(f"{batch}undo").forms["form"].submit(status=422)
    assert "for 30 days" in answer.text
    assert "This one is older" in site.browser("keva").get(batch).text
    with site.db.transaction("read") as db:
        assert db.get_one(Organisation, here_id).id == here_id


def test_four_hundred_leases_come_in_and_go_with_few_statements(site: Site, keva: TestApp) -> None:
    add_property(keva, "The Four Hundred", 400)
    here = organisation(keva)
    terms = "month,1,5,2026-05-31,12.50,900,900,,,"
    rows = [
        f"The Four Hundred,{n},Tenant {n}; Partner {n},242555{n:04},,2024-01-{n % 28 + 1:02},2027-12-31,{900 + n},{terms}\n"
        for n in range(1, 401)
    ]
    page = upload(keva, here, HEADER + "".join(rows))
    assert "400 rows are good" in page.text
    with QueryCounter(site.db.engine) as counter:
        saved = page.forms["save"].submit(status=303)
    assert len(reads(counter)) < 25, reads(counter)
    batch = str(saved.location)
    confirm = keva.get(f"{batch}undo").forms["form"]
    with QueryCounter(site.db.engine) as counter:
        confirm.submit(status=303)
    assert len(reads(counter)) < 25, reads(counter)
    with site.db.transaction("read") as db:
        assert (
            db.scalar(select(func.count()).select_from(ImportedContact).join(LeaseImport).where(LeaseImport.leases == 400)) == 0
        )
        assert db.scalar(select(func.count()).select_from(Lease).where(Lease.state == "cancelled")) == 400


def test_the_file_to_fill_in_can_be_read_and_a_file_that_will_not_do_is_refused(site: Site, keva: TestApp, here: str) -> None:
    page = keva.get(f"{here}leases/import")
    template = keva.get(re.search(r'href="([^"]+template\.csv)"', page.text)[1])  # type: ignore[index]
    looked = upload(keva, here, template.body, status=422)
    assert {column for _, column, _ in problems_of(looked)} == {"Property"}
    filled = template.body.decode("utf-8-sig").replace("Sea Grape Court", "Poinciana Court").replace("2B", "1")
    assert "1 row is good" in upload(keva, here, filled).text
    before = site.counts()
    for content, words in ((b"", "empty"), (b"unit,rent\n1,1\n", "no column for"), (b"PK\x03\x04" + b"\0" * 99, "not a CSV")):
        assert words in upload(keva, here, content, status=422).html.find(id="file-error").text
    saved = upload(keva, here, HEADER + GOOD).forms["save"]
    for forged in ("junk", "[[2]]", '[[2,"","99","A","","","2026-01-01","","900","","","","","","","","",""]]'):
        saved["rows"].force_value(forged)
        assert saved.submit(status=422)
    assert site.counts() == before
    with site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Unit).join(Property).where(Property.name == "Poinciana Court")) == 4


def test_a_lease_that_only_ran_is_not_changed(site: Site, keva: TestApp, here: str) -> None:
    row = "Poinciana Court,1,Perry Rolle,555-0177,,2026-06-03,,1450\n"
    batch = str(upload(keva, here, HEADER + row).forms["save"].submit(status=303).location)
    site.clock.move(days=3)
    site.drain_jobs()
    assert leases_of(site)[-1].state == "active"
    assert "They are taken away" in site.browser("keva").get(f"{batch}undo").forms["form"].submit(status=303).follow().text
