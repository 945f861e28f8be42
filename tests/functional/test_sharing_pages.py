"""Roommates as they see it: their own part, what each has paid, and the whole."""

from __future__ import annotations

from datetime import date

import pytest
from opening import Walk, text_of
from paying import TODAY, Till, fill
from renting import unit_of
from sqlalchemy import select

from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, QueryCounter, Site
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails


@pytest.fixture
def till(site: Site) -> Till:
    """A lease of Anya and jerome, with 1,000 unpaid."""
    with Till(site, 0, 0).act() as db:
        people = [PartyLine(None, ContactDetails("Anya Rolle"), "primary"), PartyLine(None, ContactDetails("Bo"), "tenant")]
        terms = Terms(date(2026, 5, 1), "month_to_month", None, True, 100_000)
        lease = record_lease(db, unit_of(db), "oral", LeaseDetails(terms, people), now=START, today=TODAY)
        lease.parties[1].contact.person_id = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
        till = Till(site, lease.id, db.scalars(select(Person.id).where(Person.user_name == "keva")).one())
    till.charge(100_000)
    return till


def test_from_sharing_to_what_each_owes(site: Site, till: Till) -> None:
    here, home = till.ledgers()
    keva, jerome = site.browser("keva"), site.browser("jerome")
    page = keva.get(here).click("Share it among roommates").click("Share it")
    form = fill(page, percent_0="60", percent_1="39")
    assert "add up to 100 %" in fill(page, reason="At the table").submit(status=422).text
    form["percent_1"] = "40"
    form.submit(status=303)
    form.submit(status=303)
    first = jerome.get("/home/")
    assert "You pay it together. Who owes which part" in text_of(first)
    assert "which the roommates pay together" in text_of(jerome.get(f"{home}payments/report"))
    ledger = jerome.get(home)
    assert "Together you owe B$1,000 to" in text_of(ledger)
    mine = ledger.click("Who owes which part", index=0)
    for words in ("Together you owe: B$1,000", "You: B$400", "Anya Rolle: B$600", "each of you owes the whole", "At the table"):
        assert words in text_of(mine), words
    with site.db.transaction("read") as db:
        assert db.scalars(select(Notification.path).where(Notification.category == "ledger.shares")).all() == [f"{home}sharing/"]
    cash = keva.get(f"{here}payments/{till.payment(till.record(25_000))['ref']}/payer")
    fill(cash, party=cash.forms["form"]["party"].options[2][0]).submit(status=303)
    assert "You: B$150" in text_of(jerome.get(mine.request.path))
    for browser, address in ((jerome, home), (keva, here)):
        with QueryCounter(site.db.engine) as counter:
            page = browser.get(f"{address}sharing/")
        assert len(counter.statements) <= 12, counter.statements
        walk = Walk(browser)
        walk.walk([f"{address}sharing/"])
        assert walk.wrong == []
        assert walk.unmarked(page) == []

    page = keva.get(f"{here}sharing/").click("Share it otherwise")
    typed = {"starts": "2026-06-02", "kind": "amount", "cents_0": "500", "cents_1": "500", "liability": "several", "anew": "yes"}
    fill(page, reason="From June on", **typed).submit(status=303)
    site.clock.move(days=2)
    page = jerome.get(f"{home}sharing/")
    assert "You: B$375" in text_of(page)
    assert "Anya" not in page.html.find("main").text
    assert "Anya Rolle: B$375" in text_of(keva.get(f"{here}sharing/"))
