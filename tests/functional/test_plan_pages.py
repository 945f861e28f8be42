"""Payment plans as both sides see them: proposed with a preview, agreed, on the ledger of both."""

from __future__ import annotations

from datetime import date

import pytest
from opening import Walk, text_of
from paying import Till, fill, settle_in
from renting import new_lease, organisation_of, run
from sqlalchemy import select

from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.ledger.plans.models import Plan


@pytest.fixture
def till(site: Site) -> Till:
    """A lease on which jerome lives, with two months unpaid."""
    lease_id = new_lease(site, date(2026, 5, 1), rent_cents=100_000)
    run(site, organisation_of(site, lease_id))
    till = Till(site, lease_id, Till.of(site).by)
    with till.act() as db:
        settle_in(db, till.lease(db))
    return till


def test_a_plan_from_the_preview_to_both_ledgers(site: Site, till: Till) -> None:
    here, home = till.ledgers()
    keva, jerome = site.browser("keva"), site.browser("jerome")
    page = keva.get(here).click("Payment plans").click("Propose a plan")
    shape = page.forms["filters"]
    shape["count"], shape["every"], shape["first"] = "3", "week", "2026-06-15"
    page = shape.submit(status=200)
    form = page.forms["form"]
    assert [form[f"cents_{at}"].value for at in range(3)] == ["666.67", "666.67", "666.66"]
    assert [form[f"day_{at}"].value for at in range(3)] == ["2026-06-15", "2026-06-22", "2026-06-29"]
    form["cents_0"] = "600"
    assert "add up to what is unpaid" in form.submit(status=422).text
    form["cents_0"], form["cents_1"], form["cents_2"] = "600", "700", "700"
    shown = form.submit(status=303).follow()
    assert form.submit(status=303).location == shown.request.url
    assert "It holds from the day on which a tenant agrees" in shown.text
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.category == "ledger.plans")).all()
        assert [each.path for each in told] == [shown.request.path.replace(here, home)]
        assert told[0].subject.startswith("Payment plan proposed: B$2,000")
    mine = jerome.get(home).click("See the plan")
    assert "29 June 2026" in mine.text
    fill(mine.click("I agree", index=0)).submit(status=303)
    assert "As long as it is kept, no late fee runs" in jerome.get(home).text
    assert "You keep to the plan by its next instalment: B$600 by" in text_of(jerome.get("/home/"))
    assert "B$2,000 in 3 instalments" in text_of(keva.get(here))
    till.record(70_000)
    assert "B$100 of it is paid" in text_of(jerome.get(mine.request.path))
    with QueryCounter(site.db.engine) as counter:
        assert "its next instalment: B$600 by" in text_of(jerome.get("/home/"))
    assert len(counter.statements) <= 10, counter.statements
    for browser, address in ((jerome, home), (keva, here)):
        for at in (f"{address}plans/", shown.request.path.replace(here, address)):
            with QueryCounter(site.db.engine) as counter:
                page = browser.get(at)
            assert len(counter.statements) <= 9, counter.statements
            walk = Walk(browser)
            walk.walk([at])
            assert walk.wrong == []
            assert walk.unmarked(page) == []
    end = fill(keva.get(shown.request.path).click("End it"), reason="They pay all of it now")
    end.submit(status=303)
    assert "They pay all of it now" in jerome.get(mine.request.path).text
    assert end.submit(status=422)


def test_a_tenant_says_no_and_another_way_of_agreeing_is_written_down(site: Site, till: Till) -> None:
    here, home = till.ledgers()
    keva, jerome = site.browser("keva"), site.browser("jerome")
    first = fill(keva.get(f"{here}plans/new")).submit(status=303).follow()
    no = jerome.get(first.request.path.replace(here, home)).click("I do not agree")
    assert fill(no).submit(status=422)
    fill(no, reason="It is too much").submit(status=303)
    assert "It is too much" in keva.get(first.request.path).text
    second = fill(keva.get(f"{here}plans/new")).submit(status=303).follow()
    fill(second.click("They agreed"), way="phone").submit(status=303)
    assert "On the phone, written down by Keva" in text_of(jerome.get(second.request.path.replace(here, home)))
    with site.db.transaction("read") as db:
        assert db.scalars(select(Plan.state).order_by(Plan.id)).all() == ["ended", "agreed"]
