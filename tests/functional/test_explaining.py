"""What a tenant reads of what they owe: on the ledger, line by line, as it was known, and by month on every kind of paper."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from opening import Walk, text_of
from paying import TODAY, Till, settle_in
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge
from atlasbahamas_plugins.ledger.explaining import views
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.services import reverse_payment

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
MOST_QUERIES = 8


@pytest.fixture
def till(site: Site) -> Till:
    """A lease on which jerome lives: rent of May and June, a key deposit, and a payment of a part on 10 May."""
    till = Till.of(site)
    with site.db.transaction() as db:
        settle_in(db, till.lease(db))
    till.charge(120_000, MAY)
    till.charge(120_000, JUNE)
    till.charge(30_000, JUNE, "deposit")
    till.record(50_000, date(2026, 5, 10), "transfer", reference="RBC 77")
    return till


def mine(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return f"/home/leases/{till.lease(db).ref}/ledger/"


def theirs(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return _staff_of(db, till.lease(db))


def test_the_ledger_alone_answers_what_a_tenant_asks(till: Till) -> None:
    page = till.site.browser("jerome").get(f"{mine(till)}?cents=400")
    said = text_of(page)
    assert "You owe B$2,200 to Blue Hole Property Management" in said
    assert "Overdue The oldest of it was due on 1 May 2026, 31 days ago." in said
    assert "Rent and fees: B$1,900 Overdue since 1 May 2026" in said
    assert "Was due on 1 May 2026, 31 days ago. B$1,200 a month. B$500 of B$1,200 is paid B$700" in said
    assert "Deposits: B$300 Due today or later" in said
    assert "The last payment: B$500 on 10 May 2026 It paid: Rent, 1 May 2026 to 1 May 2026" in said
    assert "It would pay Rent, 1 May 2026 to 1 May 2026 A part of it B$400" in said
    assert "Owed then B$1,800" in said


def test_a_report_that_waits_is_said_beside_what_is_owed(till: Till) -> None:
    till.report(220_000)
    said = text_of(till.site.browser("jerome").get(mine(till)))
    assert "B$2,200 was reported on 1 June 2026 and is not confirmed yet, so it is not counted here." in said


def test_a_charge_leads_to_its_rule_its_clause_and_who_made_it_when(till: Till) -> None:
    with till.act() as db:
        hand = ByHand("fee", 2_500, TODAY, "A key was lost", "charge-1")
        add_charge(db, till.lease(db), hand, by=till.by, now=till.site.clock.now(), today=TODAY)
    browser = till.site.browser("jerome")
    said = text_of(browser.get(f"{mine(till)}charge-1/"))
    for words in ("Fee A key was lost B$25", "Rule Written by hand", "Written by Keva", "Written on 1 June 2026, 11:00 am"):
        assert words in said
    rent = browser.get(mine(till)).click(r"B\$700", index=0)
    assert "Rule Rent of B$" in text_of(rent)
    lease = rent.click("In the lease")
    assert lease.html.find(id=rent.html.find("a", string="In the lease")["href"].partition("#")[2])
    payment = rent.click("Paid: Bank transfer")
    assert "Rent, 1 May 2026 to 1 May 2026 Due on 1 May 2026 B$500" in text_of(payment)


def test_what_was_taken_back_later_is_there_as_it_was_known(till: Till) -> None:
    number = till.record(70_000, date(2026, 5, 20))
    till.site.clock.move(days=3)
    with till.act() as db:
        reverse_payment(db, db.get_one(Payment, number), "Another tenant's", by=till.by, now=till.site.clock.now())
    till.site.clock.move(days=1)
    browser, at = till.site.browser("philip"), f"{theirs(till)}explain"
    for query, owed in (
        ("", "B$2,200"),
        ("?known=2026-06-01", "B$1,500"),
        ("?known=2026-06-04", "B$2,200"),
        ("?known=2026-05-31", "B$0"),
        ("?as_at=2026-05-05", "B$1,200"),
        ("?as_at=2026-05-31", "B$700"),
        ("?as_at=2026-05-31&known=2026-06-01", "B$0"),
    ):
        assert f"Owed: {owed} " in f"{text_of(browser.get(at + query))} ", query
    assert "Taken back: Paid: Cash" in browser.get(at).text
    known = browser.get(f"{at}?known=2026-06-01")
    assert "Taken back" not in known.text
    assert "As it was known on 1 June 2026" in known.text
    pdf = browser.get(f"{at}.pdf?known=2026-06-01")
    assert "Owed: B$1,500" in PdfReader(BytesIO(pdf.body)).pages[0].extract_text()


@pytest.mark.parametrize("query", ["as_at=2026-02-30", "known=soon", "as_at=99999-01-01", "known=1"])
def test_a_day_that_is_none_is_told_beside_its_field(till: Till, query: str) -> None:
    browser = till.site.browser("jerome")
    for page in ("explain", "statements/2026-06/"):
        answer = browser.get(f"{mine(till)}{page}?{query}", status=400)
        assert answer.html.select_one(".field-error") is not None
    browser.get(f"{mine(till)}explain.pdf?{query}", status=400)


def test_what_came_long_before_is_one_sum_that_opens(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_LINES", 2)
    walk = Walk(till.site.browser("jerome"))
    walk.walk([f"{mine(till)}explain"])
    assert walk.wrong == []
    assert "Before 1 June 2026" in walk.pages[f"{mine(till)}explain"].text
    assert f"{mine(till)}explain?as_at=2026-05-31" in walk.pages


def test_a_month_is_stated_on_a_page_in_a_file_and_on_paper(till: Till) -> None:
    with till.act() as db:
        hand = ByHand("fee", 2_500, TODAY, "=1+1", "charge-1")
        add_charge(db, till.lease(db), hand, by=till.by, now=till.site.clock.now(), today=TODAY)
    till.site.clock.move(days=40)
    for browser, at in ((till.site.browser("jerome"), mine(till)), (till.site.browser("philip"), theirs(till))):
        months = browser.get(f"{at}statements/")
        assert [row.get_text(" ", strip=True) for row in months.html.select("tbody tr")] == [
            "July 2026 B$2,225 B$0 B$0 B$2,225",
            "June 2026 B$700 B$1,525 B$0 B$2,225",
            "May 2026 B$0 B$1,200 B$500 B$700",
        ]
        june = months.click("June 2026")
        said = text_of(june)
        assert "1 June 2026 to 30 June 2026" in said
        assert "Rent and fees: B$1,925" in said
        assert "All that was before B$700 B$700" in said
        rows = list(csv.DictReader(StringIO(june.click("CSV").text.lstrip("\ufeff"))))
        assert [row["Then owed"] for row in rows if row["What"] == "Owed before"] == ["700", "0"]
        assert [row["Why"] for row in rows if row["What"] == "Fee"] == ["'=1+1"]
        text = PdfReader(BytesIO(june.click("PDF").body)).pages[0].extract_text()
        for words in ("Statement of June 2026", "Owed: B$2,225", "Before 1 June 2026", "=1+1", "Reference for the bank"):
            assert words in text, words


def test_a_statement_is_of_a_month_that_there_is(till: Till) -> None:
    browser, at = till.site.browser("jerome"), f"{mine(till)}statements/"
    for key in ("2026-04", "2026-07", "2026-13", "2026-5", "0000-01", "9999-01"):
        browser.get(f"{at}{key}/", status=404)
    assert "B$1,200" in text_of(browser.get(f"{at}2026-05/?as_at=2026-05-09"))
    assert "Choose a day from 1 May 2026 to 31 May 2026" in browser.get(f"{at}2026-05/?as_at=2026-06-01", status=400).text
    with till.site.db.transaction("read") as db:
        other = _staff_of(db, Till.of(till.site, "Bethel Family Homes").lease(db))
    assert "No statement yet" in till.site.browser("paula").get(f"{other}statements/").text


def _staff_of(db: Session, lease: Lease) -> str:
    return f"/portfolio/{db.get_one(Organisation, lease.organisation_id).ref}/leases/{lease.ref}/ledger/"


def test_no_page_asks_more_for_many(till: Till) -> None:
    with till.site.db.transaction("read") as db:
        payment = db.scalars(select(Payment.ref)).one()
    pages = (
        "",
        "?cents=400",
        "explain",
        "explain?as_at=2026-05-31",
        "charges",
        "statements/",
        "statements/2026-06/",
        f"payments/{payment}/",
    )
    counts = []
    for _ in range(2):
        for browser, at in ((till.site.browser("jerome"), mine(till)), (till.site.browser("philip"), theirs(till))):
            for page in pages:
                browser.get(f"{at}{page}")
                with QueryCounter(till.site.db.engine) as counter:
                    browser.get(f"{at}{page}")
                counts.append((page, len(counter.statements)))
        for number in range(4):
            till.charge(1_000, TODAY - timedelta(days=number))
            till.record(100, TODAY - timedelta(days=number))
    assert counts[: len(counts) // 2] == counts[len(counts) // 2 :]
    assert [each for each in counts if each[1] > MOST_QUERIES] == []


def test_of_many_that_are_unpaid_the_others_are_one_tap_away(till: Till) -> None:
    for number in range(20):
        till.charge(1_000, MAY - timedelta(days=number))
    page = till.site.browser("jerome").get(mine(till))
    assert "And 9 more: " in text_of(page)
    rows = page.html.select("#rent-overdue [data-part]")
    assert sum(int(row["data-part"]) for row in rows) == int(page.html.find(id="rent-overdue")["data-sum"]) == 90_000
