"""What gateways tell: once, in any order, and only when it is theirs; and the pages on which people pay online."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sandboxed
from limits import RateLimitItemPerMinute
from opening import text_of
from sandboxed import Paying, save_card, tell
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.ledger.gateways import views
from atlasbahamas_plugins.ledger.gateways.models import GatewayEvent, SavedMethod
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import total

# What a refusal may leave behind: nothing at all.
BAD: dict[str, tuple[dict[str, Any], int]] = {
    "a payment that nobody asked for": ({"ref": "online-none1"}, 404),
    "more than was asked for": ({"cents": 120_001}, 422),
    "less than was asked for": ({"cents": 1}, 422),
    "nothing": ({"cents": 0}, 422),
    "below zero": ({"cents": -120_000}, 400),
    "a fraction": ({"cents": 1200.5}, 400),
    "ten to the twentieth": ({"cents": 10**20}, 400),
    "letters": ({"cents": "120000"}, 400),
    "another currency": ({"currency": "JMD"}, 422),
    "a fee of all": ({"kind": "settled", "fee_cents": 120_000}, 422),
    "another kind": ({"kind": "won"}, 422),
    "a day that is none": ({"happened": "2026-02-30T00:00:00Z"}, 400),
    "a moment without a zone": ({"happened": "2026-06-01T15:00:00"}, 400),
    "tomorrow": ({"happened": "2026-06-02T15:00:00Z"}, 422),
    "before it was begun": ({"happened": "2026-05-31T15:00:00Z"}, 422),
    "the year 9999": ({"happened": "9999-12-31T23:59:59Z"}, 422),
    "a card's number": ({"kind": "method_saved", "method": {"token": "t-1", "label": "4242 4242 4242 4242"}}, 404),
    "something more": ({"card_number": "4242424242424242"}, 400),
}


@pytest.fixture
def site(profile: str, database_url: str, tmp_path: Path) -> Iterator[Site]:
    yield from sandboxed.running(profile, database_url, tmp_path)


@pytest.fixture
def paying(site: Site) -> Paying:
    made = Paying.of(site)
    made.till.charge(120_000)
    return made


def held(paying: Paying) -> tuple[int, int, int]:
    """What is at the gateway, at the bank, and what payments cost; the books hold."""
    with proving.whole_view(paying.site.db) as db:
        organisation_id = paying.till.lease(db).organisation_id
        assert proving.verify(db, organisation_id).findings == []
        return tuple(total(db, organisation_id, kind).cents for kind in ("gateway", "bank", "payment_cost"))  # type: ignore[return-value]


def payments(paying: Paying) -> list[tuple[str, str, int]]:
    with paying.site.db.transaction("read") as db:
        return [(row.state, row.rail, row.cents) for row in db.scalars(select(Payment).order_by(Payment.id))]


def test_a_payment_counts_when_the_gateway_says_so_and_once(paying: Paying) -> None:
    mine = paying.site.browser("jerome")
    at = paying.begin(mine)
    page = mine.get(at)
    assert "do not pay again" in page.text
    assert "/pay?order=" in page.text
    assert payments(paying) == []
    said = paying.event("paid")
    first = tell(paying.site, said)
    before = paying.site.counts()
    # Again, also signed anew a minute later.
    assert tell(paying.site, said).json == first.json
    paying.site.clock.move(minutes=1)
    assert tell(paying.site, said).json == first.json
    assert paying.site.counts() == before
    assert payments(paying) == [("confirmed", "card", 120_000)]
    assert held(paying) == (120_000, 0, 0)
    shown = mine.get(at).click("See the payment")
    assert "Receipt 1" in shown.text
    assert "Card" in shown.text
    assert "sbx-1" in shown.text
    with paying.site.db.transaction("read") as db:
        told = db.scalars(select(Notification.subject).where(Notification.category == "ledger.confirmed")).all()
    assert [subject.partition(":")[0] for subject in told] == ["Received"]
    # Nothing is owed any more: the rent that comes next can be paid before its day.
    page = mine.get(paying.path("payments", "pay"))
    assert f"To pay now: B$0 , and B${page.forms['form']['cents'].value} on 1 July 2026" in text_of(page)


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_in_whatever_order_they_come_the_books_are_the_same(paying: Paying) -> None:
    mine, day = paying.site.browser("jerome"), timedelta(days=1)
    kinds = ("failed", "paid", "settled", "refunded", "refund_settled")
    orders = list(permutations(kinds))[::17]
    for order in orders:
        paying.begin(mine, "1,200")
        began = paying.site.clock.now()
        said = {
            kind: paying.event(kind, happened=(began + number * day).isoformat(), remote_ref=f"sbx-{began.isoformat()}")
            for number, kind in enumerate(kinds)
        }
        said["settled"]["fee_cents"] = 3_480
        paying.site.clock.move(days=6)
        for kind in order:
            tell(paying.site, said[kind])
        assert paying.started()["state"] == "refunded", order
    assert payments(paying) == [("reversed", "card", 120_000)] * len(orders)
    assert held(paying) == (0, -3_480 * len(orders), 3_480 * len(orders))


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_what_is_not_right_is_refused_and_leaves_nothing(paying: Paying) -> None:
    paying.begin(paying.site.browser("jerome"))
    before = paying.site.counts()
    for name, (wrong, status) in BAD.items():
        answer = tell(paying.site, {**paying.event("paid"), **wrong}, status=status)
        assert answer.json["error"], name
    right = paying.event("paid")
    forged = tell(paying.site, right, secret="of somebody else", status=400)
    assert "signature" in forged.json["error"]
    late = tell(paying.site, right, at=paying.site.clock.now() - timedelta(minutes=6), status=400)
    assert "too old" in late.json["error"]
    tell(paying.site, right, at=paying.site.clock.now() + timedelta(minutes=6), status=400)
    nobody = TestApp(paying.site.app)
    at = sandboxed.WEBHOOK
    nobody.post(at, json.dumps(right), content_type="application/json", status=400)
    for signature in ("", "t=1", "t=x,v1=" + "0" * 64, "t=1,v1=" + "0" * 64, "é"):
        nobody.post(at, json.dumps(right), headers={"Sandbox-Signature": signature}, status=400)
    nobody.post(at, b"x" * (views.MOST_BYTES + 1), content_type="application/json", status=413)
    nobody.post("/gateways/nobody/webhook", "{}", status=404)
    nobody.get(at, status=405)
    tell(paying.site, ["no", "event"], status=400)  # type: ignore[arg-type]
    assert paying.site.counts() == before
    assert payments(paying) == []
    tell(paying.site, right)
    # The same id with something else in it is another matter.
    before = paying.site.counts()
    tell(paying.site, {**right, "reason": "Something else"}, status=422)
    assert paying.site.counts() == before


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_a_flood_of_webhooks_is_stopped(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "WEBHOOKS_BY_ADDRESS", RateLimitItemPerMinute(3, 1, namespace="few"))
    nobody = TestApp(paying.site.app, extra_environ={"REMOTE_ADDR": "203.0.113.9"})
    answers = [nobody.post(sandboxed.WEBHOOK, "{}", expect_errors=True).status_int for _ in range(5)]
    assert answers == [400, 400, 400, 429, 429]


def test_a_payment_that_failed_is_told_and_may_still_be_paid(paying: Paying) -> None:
    mine = paying.site.browser("jerome")
    at = paying.begin(mine, "500")
    tell(paying.site, paying.event("failed", reason="The bank refused: no money."))
    assert "The bank refused: no money." in mine.get(at).text
    assert payments(paying) == []
    with paying.site.db.transaction("read") as db:
        told = db.execute(select(Notification.subject, Notification.path).where(Notification.category == "ledger.refused")).all()
    assert [(subject.partition(":")[0], path) for subject, path in told] == [("Not paid", at)]
    tell(paying.site, paying.event("paid"))
    # A failure that comes late changes nothing.
    tell(paying.site, paying.event("failed", happened=(paying.site.clock.now() - timedelta(minutes=1)).isoformat()))
    assert payments(paying) == [("confirmed", "card", 50_000)]


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_amounts_that_are_none_start_nothing(paying: Paying) -> None:
    mine = paying.site.browser("jerome")
    form = mine.get(paying.path("payments", "pay")).forms["form"]
    assert form["cents"].value == "1,200"
    before = paying.site.counts()
    for wrong in ("", "0", "-5", "1.005", "abc", "1e5", "9" * 20, "10,000,000.01", "5 JMD"):
        form["cents"] = wrong
        assert "field-error" in form.submit(status=422).text, wrong
    form["cents"] = "5"
    form["how"].force_value("saved:method-none1")
    form.submit(status=422)
    assert paying.site.counts() == before


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_one_form_twice_is_one_try(paying: Paying) -> None:
    mine = paying.site.browser("jerome")
    form = mine.get(paying.path("payments", "pay")).forms["form"]
    assert form.submit(status=303).location == form.submit(status=303).location
    form["cents"] = "1"
    assert "something else in it" in form.submit(status=422).text


def test_only_what_a_gateway_returned_is_a_saved_card(paying: Paying) -> None:
    mine = paying.site.browser("jerome")
    mine.get("/home/methods/add").forms["form"].submit(status=303)
    with paying.site.db.transaction("read") as db:
        method = db.scalars(select(SavedMethod)).one()
        assert (method.state, method.token) == ("asked", None)
        ref = method.ref
    assert "Visa" not in mine.get("/home/methods/").text
    said = {"id": "evt-m1", "kind": "method_saved", "ref": ref, "happened": paying.site.clock.now().isoformat()}
    for wrong in ({"token": "4242424242424242", "label": "Visa"}, {"token": "t-1", "label": "Visa 4242 4242 4242 4242"}):
        tell(paying.site, {**said, "method": wrong}, status=422)
    tell(paying.site, said, status=422)
    card = {"token": "card-works-1", "label": "Visa ending 4242", "expires": "2029-12-31"}
    for _ in range(2):
        tell(paying.site, {**said, "method": card})
    page = mine.get("/home/methods/")
    assert "Visa ending 4242" in page.text
    # The same card once more is no second one.
    mine.get("/home/methods/add").forms["form"].submit(status=303)
    with paying.site.db.transaction("read") as db:
        again = db.scalars(select(SavedMethod).order_by(SavedMethod.id.desc())).first()
        assert again is not None
        second = again.ref
    tell(paying.site, {**said, "id": "evt-m2", "ref": second, "method": card})
    assert "This card is saved already." in mine.get(f"/home/methods/{second}/").text
    # Somebody else finds neither the card nor its page.
    paying.site.browser("andre").get(f"/home/methods/{ref}/", status=404)
    assert "saved:" in mine.get(paying.path("payments", "pay")).text
    page.click("Remove").forms["form"].submit(status=303)
    assert "Visa" not in mine.get("/home/methods/").text
    with paying.site.db.transaction("read") as db:
        gone = db.scalars(select(SavedMethod).where(SavedMethod.ref == ref)).one()
        assert (gone.state, gone.token) == ("removed", None)
        assert len(db.scalars(select(GatewayEvent)).all()) == 2


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_a_page_costs_eight_queries_at_most(paying: Paying) -> None:
    mine, card = paying.site.browser("jerome"), save_card(paying)
    at = paying.begin(mine)
    form = mine.get(paying.path("autopay", "set")).forms["form"]
    form.submit(status=303)
    with paying.site.db.transaction("read") as db:
        method = db.get_one(SavedMethod, card).ref
    paths = (paying.path("payments", "pay"), paying.path("autopay", ""), paying.path("autopay", "set"), at)
    for path in (*paths, "/home/methods/", f"/home/methods/{method}/"):
        with QueryCounter(paying.site.db.engine) as counter:
            mine.get(path)
        assert len(counter.statements) <= 8, (path, counter.statements)


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_without_a_gateway_nobody_is_offered_to_pay_online(database_url: str, tmp_path: Path) -> None:
    site = sites.start(database_url, tmp_path)
    paying = Paying.of(site)
    mine = site.browser("jerome")
    mine.get(paying.path("payments", "pay"), status=404)
    mine.get("/home/methods/add", status=404)
    assert "This site takes no cards" in mine.get("/home/methods/").text
    lease = mine.get(paying.path().removesuffix("ledger"))
    assert "Pay online" not in lease.text
    page = lease.click("Reminders")
    assert "Nothing is taken by itself here" in page.text
    form = page.click("Set it up").forms["form"]
    form["day"], form["lead_days"] = "31", "5"
    shown = form.submit(status=303).follow()
    assert "On day 31 of the month" in shown.text
    assert "5 days before" in shown.text
    form["lead_days"] = "15"
    form.submit(status=422)
    tell(site, {"id": "evt-1"}, status=404)
    site.close()
