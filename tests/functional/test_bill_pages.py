"""Utility bills as people use them: entered by staff, paid by tenants with a proof, passed on and paid apart from rent."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from billing import NOW, THEN, Counter, lease_of, unit_of
from sqlalchemy import select
from webtest import TestApp, Upload

from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.ledger.bills.models import Bill, BillAccount
from atlasbahamas_plugins.ledger.payments.models import Payment

PICTURE = Upload("bill.jpg", samples.picture(), "image/jpeg")
MOST_QUERIES = 8


def here(site: Site) -> str:
    with site.db.transaction("read") as db:
        return f"/portfolio/{db.get_one(Organisation, unit_of(db).property.organisation_id).ref}/"


def my_bills(site: Site, tenant: str = "Andre") -> str:
    with site.db.transaction("read") as db:
        return f"/home/leases/{lease_of(db, tenant).ref}/bills/"


def ref_of(site: Site, bill_id: int) -> str:
    with site.db.transaction("read") as db:
        return db.get_one(Bill, bill_id).ref


def send(page: Any, **values: Any) -> Any:
    form = page.forms["form"]
    for name, value in values.items():
        form[name] = [value] if isinstance(value, Upload) else value
    return form.submit()


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def andre(site: Site) -> TestApp:
    return site.browser("andre")


def test_an_account_is_added_at_the_home_and_its_bill_found_by_number(keva: TestApp, site: Site) -> None:
    with site.db.transaction("read") as db:
        unit = unit_of(db)
        page = keva.get(f"{here(site)}properties/{unit.property.ref}/units/{unit.ref}/")
    page = page.click("Accounts with companies").click("Add an account", index=0)
    offered = [label for _, _, label in page.forms["form"]["utility"].options]
    assert "Bahamas Power and Light (BPL), electricity" in offered and not any("Grand Bahama" in label for label in offered)
    with site.db.transaction("read") as db:
        choice = page.forms["form"]["utility"].options[1][0]
    assert send(page, utility=choice, number="55-0102", payer="rebilled").status_int == 303
    found = keva.get(f"{here(site)}bills/new?q=55-01").click("No 1, Sandyport Mews")
    added = send(found, cents="187.50", starts="2026-05-01", ends="2026-05-31", due_on="2026-06-20", files=PICTURE).follow()
    assert "B$187.50" in added and "Not passed on" in added
    shown = keva.get(added.html.select_one(".proofs a")["href"])
    assert shown.content_type == "image/jpeg"
    passed = added.click("Charge the tenants").forms["form"].submit().follow()
    assert "Take it back" in passed and "Andre Sturrup" in passed


def test_a_tenant_pays_the_company_and_says_so(andre: TestApp, keva: TestApp, site: Site) -> None:
    bill = Counter.of(site, "tenant").enter(18_750)
    page = andre.get(my_bills(site)).click("20 June 2026")
    assert "You pay this to the company" in page
    form = page.click("I paid it").forms["form"]
    form["paid_on"], form["proofs"] = "2026-06-01", [PICTURE]
    done = form.submit(status=303).follow()
    assert form.submit(status=303).follow().html.select(".proofs img") == done.html.select(".proofs img"), "a second tap"
    form["paid_on"] = "2026-05-31"
    form.submit(status=422)
    assert "Paid" in done and "I paid it" not in done and done.html.select(".proofs img")
    staff = keva.get(f"{here(site)}bills/{ref_of(site, bill)}/")
    assert staff.html.select(".proofs img")
    again = send(staff.click("It is not paid"), reason="The number on the slip is another one").follow()
    assert "It is paid" in again and again.html.select(".proofs img")


def test_a_tenant_reports_that_they_paid_what_was_passed_on(andre: TestApp, keva: TestApp, site: Site) -> None:
    counter = Counter.of(site)
    bill = counter.enter(18_750)
    counter.pass_on(bill)
    page = andre.get(my_bills(site)).click("20 June 2026")
    assert "You pay this to your landlord" in page
    form = page.click("I paid it").forms["form"]
    assert form["cents"].value == "187.50"
    form["proofs"] = [PICTURE]
    assert form.submit().status_int == 303
    waiting = keva.get(f"{here(site)}payments/to-confirm")
    assert "Expected" in waiting and "Electricity, 1 May 2026 to 31 May 2026" in waiting
    expected = waiting.html.find("dt", string="Expected").find_next("a")
    why = keva.get(expected["href"])
    assert expected.text == "B$187.50" and "passed on to the tenants" in why
    assert why.html.find(id="unpaid")["data-sum"] == "18750"
    with site.db.transaction("read") as db:
        payment = db.scalars(select(Payment)).one()
        lease, ref = payment.lease.ref, payment.ref
    there = keva.get(f"{here(site)}leases/{lease}/ledger/payments/{ref}/confirm")
    assert "Expected: B$187.50" in there.html.text
    assert "Electricity, 1 May 2026 to 31 May 2026" in there.forms["form"].submit().follow()
    assert counter.state(bill) == (True, True)
    assert "Everything is paid" in andre.get(f"/home/leases/{lease}/ledger/")


def test_whoever_left_keeps_their_bills_and_sees_none_after(site: Site) -> None:
    counter = Counter.of(site, "tenant")
    mine, after, own = counter.enter(1_000, THEN, date(2025, 3, 15)), counter.enter(2_000), Counter.of(site, "landlord", "2")
    hers = own.enter(3_000, THEN, date(2025, 3, 15))
    with site.db.transaction() as db:
        nadia = lease_of(db, "Nadia").parties[0].contact
        nadia.person_id = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
    former, address = site.browser("jerome"), my_bills(site, "Nadia")
    listed = former.get(address)
    assert "B$10" in listed and "B$20" not in listed and "B$30" not in listed
    assert former.get(f"{address}{ref_of(site, mine)}/").status_int == 200
    for other in (after, hers):
        assert former.get(f"{address}{ref_of(site, other)}/", expect_errors=True).status_int == 404
    assert site.browser("andre").get(f"{my_bills(site)}{ref_of(site, mine)}/", expect_errors=True).status_int == 404


def test_the_list_is_filtered_and_downloaded(keva: TestApp, site: Site) -> None:
    direct, passed_on = Counter.of(site, "tenant", "11-1"), Counter.of(site, "rebilled", "22-2")
    direct.enter(1_100, due_on=date(2026, 5, 30))
    paid = passed_on.enter(2_200)
    passed_on.pass_on(paid)
    passed_on.pay(paid, 2_200)
    passed_on.enter(3_300, (date(2026, 4, 1), date(2026, 4, 30)))
    address = f"{here(site)}bills/"

    def amounts(query: str) -> list[str]:
        rows = csv.DictReader(keva.get(f"{address}?format=csv{query}").text.removeprefix("\ufeff").splitlines())
        return sorted(row["Amount"] for row in rows)

    assert amounts("") == ["11", "22", "33"]
    assert amounts("&state=paid") == ["22"]
    assert amounts("&state=unpaid") == ["11", "33"]
    assert amounts("&state=overdue") == ["11"]
    assert amounts("&payer=tenant") == ["11"]
    assert amounts("&q=22-2") == ["22", "33"]
    assert amounts("&q=Sandyport") == ["11", "22", "33"]
    with site.db.transaction("read") as db:
        utility = db.scalars(select(BillAccount.utility_id)).first()
    assert amounts(f"&utility={utility}") == ["11", "22", "33"]
    assert keva.get(f"{address}?utility=0", expect_errors=True).status_int == 400


def test_a_list_of_many_bills_costs_what_one_costs(keva: TestApp, andre: TestApp, site: Site) -> None:
    counter = Counter.of(site, "tenant")
    counter.enter(100)
    for browser, address in ((keva, f"{here(site)}bills/"), (andre, my_bills(site))):
        browser.get(address)
        with QueryCounter(site.db.read_engine) as few:
            browser.get(address)
        for month in range(1, 5):
            counter.enter(100, (date(2026, month, 1), date(2026, month, 20 + len(address) % 3)))
        with QueryCounter(site.db.read_engine) as many:
            browser.get(address)
        assert len(many.statements) == len(few.statements) <= MOST_QUERIES, "\n".join(many.statements)


def test_a_bill_costs_few_queries(keva: TestApp, andre: TestApp, site: Site) -> None:
    counter = Counter.of(site)
    bill = counter.enter(100)
    counter.pass_on(bill)
    ref = ref_of(site, bill)
    for browser, address in ((keva, f"{here(site)}bills/{ref}/"), (andre, f"{my_bills(site)}{ref}/")):
        browser.get(address)
        with QueryCounter(site.db.read_engine) as counted:
            browser.get(address)
        assert len(counted.statements) <= MOST_QUERIES, "\n".join(counted.statements)


def test_the_reminder_leads_to_the_bill_and_names_the_account(andre: TestApp, site: Site) -> None:
    counter = Counter.of(site, "tenant", "55-0102")
    bill = counter.enter(18_750, NOW, date(2026, 6, 5))
    site.clock.move(days=1)
    site.drain_jobs()
    site.drain_jobs()
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.category == "ledger.bills")).one()
        assert told.path == f"{my_bills(site)}{ref_of(site, bill)}/"
        assert told.subject.startswith("B$187.50 to Bahamas Power and Light (BPL) by 5 June 2026")
        assert told.content["number"] == "55-0102"
    assert "B$187.50" in andre.get(f"{my_bills(site)}{ref_of(site, bill)}/")
