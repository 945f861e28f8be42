"""Figures as people read them: what is due next, who has not paid, the rent roll and what it is made of."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urldefrag

import pytest
from figure_sums import assert_sums_hold
from opening import Walk, text_of
from paying import TODAY, Till
from renting import run
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.people import limits
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.people.services import add_member
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.figures.models import Standing
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.services import reverse_payment
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property

OVERDUE = date(2026, 4, 1)
PAGES = ("leases/rent-roll", "leases/ageing", "charges/", "charges/collection", "units/occupancy")


@pytest.fixture
def till(site: Site) -> Till:
    """A lease that runs, on which andre lives."""
    with site.db.transaction("read") as db:
        lives_there = select(LeaseParty.lease_id).join(Contact).join(Person, Person.id == Contact.person_id)
        mine = select(Lease.id).where(Lease.state == "active", Lease.id.in_(lives_there.where(Person.user_name == "andre")))
        lease_id = db.scalars(mine).one()
        return Till(site, lease_id, db.scalars(select(Person.id).where(Person.user_name == "philip")).one())


def here(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return f"/portfolio/{db.get_one(Organisation, till.lease(db).organisation_id).ref}/"


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text.split("<main")[1]))


def rows(browser: TestApp, address: str) -> list[dict[str, str]]:
    """The CSV of a list, by the labels of its columns."""
    address = urldefrag(address).url
    with_csv = f"{address}{'&' if '?' in address else '?'}format=csv"
    text = browser.get(with_csv, status=200).body.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def hold(till: Till) -> None:
    with till.site.db.transaction("read") as db:
        assert_sums_hold(db, till.lease(db).organisation_id)


def test_the_database_keeps_the_sums_whatever_happens(till: Till) -> None:
    with till.site.db.transaction("read") as db:
        organisation_id = till.lease(db).organisation_id
    run(till.site, organisation_id)
    hold(till)
    old, new = till.charge(100_000, OVERDUE, "fee"), till.charge(50_000, TODAY, "fee")
    paid = till.record(70_000, OVERDUE + timedelta(days=40))
    hold(till)
    till.credit(20_000, of=old)
    till.void(new)
    waiting = till.report(30_000)
    hold(till)
    till.confirm(waiting)
    with till.act() as db:
        reverse_payment(db, db.get_one(Payment, paid), "It was another tenant's", by=till.by, now=till.site.clock.now())
    hold(till)
    with till.act() as db:
        # Somebody who owes stays on the roll after they left; who owes nothing goes with the next run.
        for lease in db.scalars(select(Lease).where(Lease.state == "active", Lease.organisation_id == organisation_id)).all():
            lease.last_day = TODAY - timedelta(days=1)
            db.flush()
            lease.state = "ended"
        gone = select(Lease.id).where(Lease.state == "ended", Lease.last_day == TODAY - timedelta(days=1))
        owes = select(Charge.lease_id).where(Charge.voided_by.is_(None), Charge.open_cents > 0)
        left = set(db.scalars(gone.where(Lease.id.in_(owes))))
        assert left
    run(till.site, organisation_id)
    hold(till)
    with till.site.db.transaction("read") as db:
        assert set(db.scalars(gone.join(Standing, Standing.lease_id == Lease.id))) == left


def test_home_begins_with_what_is_due(till: Till) -> None:
    mine = till.site.browser("andre")
    home = words(mine.get("/home/"))
    assert "B$3,400 Due on 1 July 2026" in home
    till.charge(120_000, TODAY, "fee")
    assert "B$1,200 Due today" in words(mine.get("/home/"))
    till.charge(30_000, OVERDUE, "fee")
    till.report(90_000)
    page = mine.get("/home/")
    assert "B$1,500 To pay since 1 April 2026" in words(page)
    assert "B$900 was given and is not confirmed yet" in words(page)
    assert page.text.index("due__amount") < page.text.index("card-link")
    form = mine.get(page.html.find("a", href=re.compile("/report$"))["href"]).forms["form"]
    assert form["cents"].value == "1,500"
    till.record(250_000)
    home = words(mine.get("/home/"))
    assert "B$3,400 Due on" in home
    assert "B$1,000 is paid ahead , so B$2,400 will be left to pay".replace(" ,", ",") in home
    for days, cents in ((2, 3_000), (2, 2_000), (3, 7_000)):
        till.charge(cents, TODAY + timedelta(days=days), "fee")
    assert "B$50 Due on 3 June 2026" in words(mine.get("/home/"))
    with QueryCounter(till.site.db.engine) as counter:
        answer = mine.get("/home/", status=200)
    assert len(counter.statements) <= 8, counter.statements
    assert len(answer.body) < 60_000


def test_what_is_to_be_paid_is_told_by_age_and_with_what_comes_next(till: Till) -> None:
    mine = till.site.browser("andre")
    till.charge(120_000, TODAY, "fee")
    till.charge(30_000, OVERDUE, "fee")
    till.charge(10_000, TODAY - timedelta(days=30), "deposit")
    till.charge(5_000, date(2026, 7, 1), "fee")
    till.report(90_000)
    walk = Walk(mine)
    walk.walk(["/home/"])
    assert walk.wrong == []
    page = next(page for url, page in walk.pages.items() if url.endswith("/unpaid"))
    said = {section["id"]: int(section["data-sum"]) for section in page.html.select("[data-sum]")}
    late = {"late": 40_000, "age-30": 10_000, "age-90": 30_000}
    assert said == {
        "due": 160_000,
        **late,
        "age-not-late": 125_000,
        "all": 165_000,
        "next": 345_000,
        "rent": 340_000,
        "waiting": 90_000,
    }
    assert "Rent, 1 July 2026 to 31 July 2026 B$3,400 a month B$3,400" in text_of(page)
    with QueryCounter(till.site.db.engine) as counter:
        mine.get(page.request.path, status=200)
    assert len(counter.statements) <= 10, counter.statements


def test_what_is_paid_ahead_is_taken_off_what_comes_next(till: Till) -> None:
    mine = till.site.browser("andre")
    till.record(100_000)
    walk = Walk(mine)
    walk.walk(["/home/"])
    assert walk.wrong == []
    page = next(page for url, page in walk.pages.items() if url.endswith("/unpaid"))
    assert "Left to pay: B$2,400" in text_of(page)
    assert "Nothing is due now" in text_of(page)
    till.record(900_000)
    page = mine.get(page.request.path)
    assert "Left to pay: B$0" in text_of(page)
    assert "is paid ahead, so nothing will be left to pay" in words(mine.get("/home/"))


def test_who_left_is_told_at_home_only_what_stands_open(site: Site) -> None:
    left = Till.of(site)
    with site.db.transaction() as db:
        assert left.lease(db).state == "ended"
        cyril = db.scalars(select(Person).where(Person.user_name == "cyril")).one()
        left.lease(db).parties[0].contact.person_id = cyril.id
    mine = site.browser("cyril")
    assert "due__amount" not in mine.get("/home/").text
    left.charge(8_000, OVERDUE, "fee")
    assert "B$80 To pay since 1 April 2026" in words(mine.get("/home/"))


def test_a_landlord_reads_first_who_has_not_paid(till: Till) -> None:
    site, at = till.site, here(till)
    browser = site.browser("philip")
    till.charge(120_000, TODAY, "fee")
    assert "Not paid" not in browser.get("/home/").text
    till.charge(45_000, OVERDUE, "fee")
    home = browser.get("/home/")
    with site.db.transaction("read") as db:
        lease = till.lease(db)
        name, home_of = lease.tenants[0].contact.name, f"{lease.unit.label}, {lease.unit.property.name}"
    assert f"{name} {home_of}. Since 1 April 2026 B$450" in words(home)
    assert home.text.index("Not paid") < home.text.index("What you can do next")
    roll = browser.get(home.html.find("a", href=re.compile("rent-roll"))["href"])
    assert roll.request.path == f"{at}leases/rent-roll"
    assert "1 lease" in roll.text
    assert "B$1,650" in roll.text
    with site.db.transaction() as db:
        # Somebody may be all of it: a landlord, a tenant, and asked to sign.
        philip = db.get_one(Person, till.by)
        sent = db.scalars(select(Lease).where(Lease.state == "sent")).first()
        for party in (till.lease(db).parties[0], sent.parties[0]):
            party.contact.person_id = philip.id
    with QueryCounter(site.db.engine) as counter:
        home = browser.get("/home/")
    assert len(counter.statements) <= 8, counter.statements
    for said in ("Not paid", "To pay since 1 April 2026", "A lease waits for your signature"):
        assert said in home.text
    # Whoever does not keep the books is not told at home.
    assert "Not paid" not in site.browser("shanelle").get("/home/").text


def test_each_figure_is_the_sum_of_the_rows_to_which_it_leads(till: Till) -> None:
    at, browser = here(till), till.site.browser("philip")
    for days, cents in ((0, 1), (1, 2), (30, 4), (31, 8), (60, 16), (61, 32), (90, 64), (91, 128)):
        till.charge(cents * 100, TODAY - timedelta(days=days), "fee")
    ageing = browser.get(f"{at}leases/ageing")
    [line] = rows(browser, f"{at}leases/ageing")
    ages = ("Not late", "1 to 30 days", "31 to 60 days", "61 to 90 days", "More than 90 days", "Together")
    assert [line[age] for age in ages] == ["1", "6", "24", "96", "128", "255"]
    for title, dollars in zip(ages[:-1], (1, 6, 24, 96, 128), strict=True):
        link = ageing.html.find("dt", string=title).find_next("a")
        assert link.text == f"B${dollars}"
        made_of = rows(browser, link["href"])
        assert sum(int(row["Unpaid"]) for row in made_of) == dollars
    till.record(25_000, TODAY - timedelta(days=31))
    months = browser.get(f"{at}charges/collection")
    for row, link_row in zip(rows(browser, f"{at}charges/collection"), months.html.find("tbody").find_all("tr"), strict=True):
        due, unpaid, received = [cell.find("a")["href"] for cell in link_row.find_all("td") if cell.find("a")]
        assert sum(float(each["Amount"]) for each in rows(browser, due)) == float(row["Fell due"])
        assert sum(float(each["Unpaid"]) for each in rows(browser, unpaid)) == float(row["Of it unpaid"])
        assert sum(float(each["Amount"]) for each in rows(browser, received)) == float(row["Came in"])
    [roll] = rows(browser, f"{at}leases/rent-roll?owes=some")
    assert (roll["Unpaid"], roll["Balance"], roll["Last payment"], roll["Since"]) == ("5", "5", "2026-05-01", "2026-05-02")


def test_occupancy_counts_every_unit_once_and_leads_to_them(till: Till) -> None:
    at, browser = here(till), till.site.browser("philip")
    page = browser.get(f"{at}units/occupancy")
    listed = rows(browser, f"{at}units/occupancy")
    states = ("Vacant", "Held", "Notice", "Let", "Out of service")
    assert sum(int(row["Units"]) for row in listed) == len(rows(browser, f"{at}units/"))
    assert all(int(row["Units"]) == sum(int(row[state]) for state in states) for row in listed)
    for state in states:
        link = page.html.find("dt", string=state).find_next("a")
        assert int(link.text) == sum(int(row[state]) for row in listed) == len(rows(browser, link["href"]))
    counts = [link for link in page.html.select("tbody a") if link.text.isdigit()]
    assert sum(int(link.text) for link in counts) == sum(int(row["Units"]) for row in listed) > 0
    assert all(int(link.text) == len(rows(browser, link["href"])) for link in counts)


def test_pages_of_figures_filter_and_ask_eight_queries_at_most(till: Till) -> None:
    till.charge(45_000, OVERDUE, "fee")
    browser = till.site.browser("philip")
    for path in PAGES:
        address = here(till) + path
        page = browser.get(address)
        assert "What the figures say" in page.text
        with QueryCounter(till.site.db.engine) as counter:
            browser.get(address, status=200)
        assert len(counter.statements) <= 8, (path, counter.statements)
        browser.get(f"{address}?after=nonsense", status=400)
        if choices := page.html.find("select", {"name": "property"}):
            offered = [option["value"] for option in choices.find_all("option") if option["value"]]
            shown = [bool(rows(browser, f"{address}?property={number}")) for number in offered]
            assert set(shown) == {True, False}, path
            browser.get(f"{address}?property=999999", status=400)


def test_a_limited_member_sees_figures_of_their_properties_only(till: Till) -> None:
    till.charge(45_000, OVERDUE, "fee")
    with till.act() as db:
        mine, parts = till.lease(db).unit.property, limits.parts_of(till.site.app.registry)
        organisation = db.get_one(Organisation, mine.organisation_id)
        others = select(Property).where(Property.organisation_id == organisation.id, Property.id != mine.id)
        for user_name, reached in (("andre", mine), ("jerome", db.scalars(others.order_by(Property.id)).first())):
            person = db.scalars(select(Person).where(Person.user_name == user_name)).one()
            limit_id = limits.Reach(parts, [reached.ref]).make_limit(db, organisation.id, "bookkeeper")
            add_member(db, organisation, person.id, "bookkeeper", now=till.site.clock.now(), limit_id=limit_id)
        name = mine.name
    at = here(till)
    sees, sees_not = till.site.browser("andre"), till.site.browser("jerome")
    for path in PAGES[:4]:
        assert rows(sees, at + path), path
        assert rows(sees_not, at + path) == [], path
    assert [row["Property"] for row in rows(sees, f"{at}units/occupancy")] == [name]
    assert "B$450" in words(sees.get("/home/"))
    assert "Not paid" not in sees_not.get("/home/").text
    assert "B$450" not in sees_not.get(f"{at}leases/ageing").text
