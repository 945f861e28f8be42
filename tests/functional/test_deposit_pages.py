"""Deposits as both sides see them: where they came from, the final statement in the books, and paying back."""

from __future__ import annotations

from datetime import date

import pytest
from opening import Walk, text_of
from paying import Till, fill, settle_in
from renting import new_lease, organisation_of, run
from sqlalchemy import select

from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.ending.services import end_lease

MAY, END = date(2026, 5, 1), date(2026, 6, 30)
DEPOSITS = {"security": 100_000, "last": 120_000}


@pytest.fixture
def till(site: Site) -> Till:
    """A lease under notice on which jerome lives, with its deposits and all but the rent of June paid."""
    lease_id = new_lease(site, MAY, deposits=DEPOSITS)
    run(site, organisation_of(site, lease_id), MAY)
    till = Till(site, lease_id, Till.of(site).by)
    till.record(340_000, MAY)
    run(site, organisation_of(site, lease_id))
    with till.act() as db:
        settle_in(db, till.lease(db))
        end_lease(db, till.lease(db), END, "They leave", today=site.clock.today())
    return till


def test_from_the_last_rent_to_the_last_cent(site: Site, till: Till) -> None:
    here, home = till.addresses()
    keva, jerome = site.browser("keva"), site.browser("jerome")
    ledger = jerome.get(f"{home}ledger/")
    assert "Deposits held: B$2,200" in text_of(ledger)
    page = ledger.click("Where they came from")
    for words in ("Security deposit", "B$1,000", "Last rent", "B$1,200"):
        assert words in page.text
    for name in ("use-last-rent", "settle", "pay-back"):
        jerome.get(f"{home}ledger/deposits/{name}", status=403)

    form = fill(keva.get(f"{here}ledger/deposits/").click("Use the last rent"))
    form.submit(status=303)
    assert "Nothing is there" in form.submit(status=422).text
    assert "Owed: B$0" in text_of(keva.get(f"{here}ledger/"))
    statement = keva.get(f"{here}move-out/")
    assert "Used for: Rent, 1 June 2026 to 30 June 2026" in statement.text
    typed = {"kind": "repair", "words": "A door", "reason": "It was whole.", "cents": "250"}
    fill(keva.get(f"{here}move-out/deductions/new"), **typed).submit(status=303)
    sending = keva.get(f"{here}move-out/send")
    assert "B$750" in sending.text
    sending.forms["form"].submit(status=303)
    assert "To be paid back: B$750" in text_of(keva.get(f"{here}move-out/").click("See the deposits"))
    assert "Paid: Repair, at the move-out" in jerome.get(f"{home}ledger/deposits/").text

    form = fill(keva.get(f"{here}ledger/deposits/").click("Pay it back"), reference="RBC 9", cents="1,000")
    assert "more than what is to be paid back" in form.submit(status=422).text
    form["cents"] = "700"
    shown = form.submit(status=200)
    assert "B$50</strong> is left" in shown.text
    done = fill(shown).submit("sure", status=303)
    fill(shown).submit("sure", status=303)
    assert "RBC 9" in keva.get(done.location).text
    assert "RBC 9" in jerome.get(f"{home}ledger/deposits/").text
    with site.db.transaction("read") as db:
        assert [
            each.subject[:18] for each in db.scalars(select(Notification).where(Notification.category == "ledger.deposits"))
        ] == ["Paid back: B$700 f"]
    page = keva.get(f"{here}ledger/deposits/")
    settled = next(a["href"] for a in page.html.find_all("a") if a.text == "Take back what the statement did")
    assert "Take that back first" in fill(keva.get(settled), reason="Wrong").submit(status=422).text
    refund = next(a["href"] for a in page.html.find_all("a") if a.text == "Take back B$700")
    assert "Why" in fill(keva.get(refund)).submit(status=422).text
    fill(keva.get(refund), reason="It came back").submit(status=303)
    fill(keva.get(settled), reason="Wrong").submit(status=303)
    page = keva.get(f"{here}ledger/deposits/").click("Put the final statement into the books")
    page.forms["form"].submit(status=303)
    assert "To be paid back: B$750" in text_of(jerome.get(f"{home}ledger/"))
    for browser, address in ((jerome, home), (keva, here)):
        walk = Walk(browser)
        walk.walk([f"{address}ledger/", f"{address}ledger/deposits/"])
        assert walk.wrong == []
        assert walk.unmarked(walk.pages[f"{address}ledger/deposits/"]) == []
    for browser, address in ((jerome, home), (keva, here)):
        for name in ("ledger/deposits/", "move-out/"):
            with QueryCounter(site.db.engine) as counter:
                browser.get(address + name)
            assert len(counter.statements) <= 8, (name, counter.statements)


@pytest.mark.parametrize(
    "wrong", [{"cents": "-5"}, {"cents": "0"}, {"paid_on": "2026-06-02"}, {"paid_on": "2026-02-30"}, {"rail": "x"}]
)
def test_what_cannot_be_paid_back_is_refused_beside_the_field(site: Site, till: Till, wrong: dict[str, str]) -> None:
    here, _ = till.addresses()
    keva = site.browser("keva")
    keva.get(f"{here}move-out/send").forms["form"].submit(status=303)
    page = keva.get(f"{here}ledger/deposits/pay-back")
    sent = dict(page.forms["form"].submit_fields()) | wrong
    answer = keva.post(f"{here}ledger/deposits/pay-back", sent, status=422)
    assert answer.html.find(id=f"{next(iter(wrong))}-error")
