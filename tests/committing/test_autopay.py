"""Autopay takes what is due, once for each lease and day, and never more; it reminds, tries again, and stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sandboxed
from over_http import all_at_once
from sandboxed import Paying, save_card, tell
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from atlasbahamas.errors import Refused
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.ledger.autopay import services
from atlasbahamas_plugins.ledger.autopay.models import Attempt, Autopay, Taking
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.gateways.services import charge_method, remove_method

TOMORROW = date(2026, 6, 2)
WORKERS = 8


@pytest.fixture
def site(profile: str, database_url: str, tmp_path: Path) -> Iterator[Site]:
    yield from sandboxed.running(profile, database_url, tmp_path)


@pytest.fixture
def paying(site: Site) -> Paying:
    return Paying.of(site)


def set_up(paying: Paying, method_id: int | None, day: int | None = None, lead_days: int = 3, who: str = "jerome") -> int:
    with paying.till.act() as db:
        by = db.scalars(select(Person.id).where(Person.user_name == who)).one()
        method = db.get(SavedMethod, method_id) if method_id else None
        clock = paying.site.clock
        wanted = services.Wanted(method, day, lead_days)
        return services.set_autopay(db, paying.till.lease(db), wanted, by=by, now=clock.now(), today=clock.today()).id


def take(paying: Paying, autopay_id: int, day: date = TOMORROW) -> int | None:
    with paying.till.act() as db:
        payment = services.take(db, db.get_one(Autopay, autopay_id), day, now=paying.site.clock.now())
        return payment.cents if payment is not None else None


def state_of(paying: Paying, autopay_id: int) -> tuple[str, str]:
    with paying.site.db.transaction("read") as db:
        row = db.get_one(Autopay, autopay_id)
        return row.state, row.reason


def told(paying: Paying, category: str = "ledger.autopay") -> list[str]:
    with paying.site.db.transaction("read") as db:
        return [str(each) for each in db.scalars(select(Notification.subject).where(Notification.category == category))]


def morning(paying: Paying, number: int = 1) -> None:
    """Run the job of each of some mornings; what it asks for stays in the outbox."""
    for _ in range(number):
        paying.site.clock.move(days=1)
        with paying.till.act() as db:
            services.run_day(db, now=paying.site.clock.now(), today=paying.site.clock.today())


def asked(paying: Paying) -> list[str]:
    with paying.site.db.transaction("read") as db:
        rows = db.execute(text("SELECT payload FROM outbox WHERE name = 'ledger.take_autopay' ORDER BY id"))
        return [str(row[0]) for row in rows]


def test_it_takes_what_is_due_and_on_its_way_in_no_other_manner(paying: Paying) -> None:
    autopay = set_up(paying, save_card(paying))
    paying.till.charge(100_000, date(2026, 6, 1))
    paying.till.charge(120_000, TOMORROW)
    paying.till.charge(120_000, TOMORROW + timedelta(days=1))
    paying.till.record(10_000)
    paying.till.report(30_000)
    day = paying.site.clock.today()
    paying.till.record(5_000, day + timedelta(days=3), "cheque", cheque_number="7")
    paying.site.clock.move(days=1)
    assert take(paying, autopay) == 100_000 + 120_000 - 10_000 - 30_000 - 5_000
    # Asked for once; while nobody has told what came of it, and after.
    assert take(paying, autopay) is None
    tell(paying.site, paying.event("paid"))
    assert take(paying, autopay) is None
    assert paying.started()["state"] == "paid"


def test_of_many_workers_one_takes(paying: Paying) -> None:
    autopay = set_up(paying, save_card(paying))
    charge = paying.till.charge(120_000, TOMORROW)
    paying.site.clock.move(days=1)

    def work() -> int | None:
        for _ in range(20):
            try:
                return take(paying, autopay)
            except OperationalError as error:
                if not any(word in str(error) for word in ("deadlock", "locked")):
                    raise
        raise AssertionError("never")

    answers = all_at_once([work] * WORKERS)
    assert sorted(answers, key=str) == [120_000] + [None] * (WORKERS - 1)
    said = paying.event("paid")
    # And of many deliveries of what the gateway tells, one counts.
    all_at_once([lambda: tell(paying.site, said)] * WORKERS)
    with paying.site.db.transaction("read") as db:
        assert [len(db.scalars(select(model)).all()) for model in (Taking, Attempt, GatewayPayment)] == [1, 1, 1]
    assert paying.till.open_of(charge) == [0]


def test_one_form_sent_many_times_at_once_is_one_try(paying: Paying) -> None:
    card, key = save_card(paying), long_key("online")

    def pay() -> int:
        with paying.till.act() as db:
            method, jerome = (
                db.get_one(SavedMethod, card),
                db.scalars(select(Person.id).where(Person.user_name == "jerome")).one(),
            )
            now = paying.site.clock.now()
            return charge_method(db, paying.till.lease(db), method, 5_000, ref=key, by=jerome, now=now).id

    assert len(set(all_at_once([pay] * WORKERS))) == 1
    with paying.site.db.transaction("read") as db:
        assert db.execute(text("SELECT count(*) FROM outbox WHERE name = 'ledger.charge_method'")).scalar() == 1


def test_what_fails_is_tried_on_three_mornings_and_then_stops(paying: Paying) -> None:
    autopay = set_up(paying, save_card(paying, "card-refused-1"))
    paying.till.charge(120_000, TOMORROW)
    for number in range(1, 4):
        morning(paying)
        assert len(asked(paying)) == number
        if number == 2:
            # Paid in part meanwhile: never more than is due.
            paying.till.record(20_000)
        assert take(paying, autopay) == (120_000 if number == 1 else 100_000)
        assert take(paying, autopay) is None
        tell(paying.site, paying.event("failed", reason="The bank refused."))
        with paying.till.act() as db:
            newest = db.scalars(select(GatewayPayment).order_by(GatewayPayment.id.desc())).first()
            assert newest is not None
            services.after_failure(db, newest, now=paying.site.clock.now())
    assert state_of(paying, autopay) == ("stopped", services.REFUSED_TOO_OFTEN)
    assert [subject.partition(":")[0] for subject in told(paying)] == ["On 2 June 2026 B$1,200 is taken", "Autopay stopped"]
    assert len(told(paying, "ledger.refused")) == 3
    morning(paying)
    assert len(asked(paying)) == 3
    assert take(paying, autopay) is None


def test_it_can_be_paused_go_on_and_end(paying: Paying) -> None:
    autopay = set_up(paying, save_card(paying))
    paying.till.charge(120_000, TOMORROW)
    jerome = paying.till.by
    with paying.till.act() as db:
        services.pause_autopay(db, db.get_one(Autopay, autopay), by=jerome)
    morning(paying)
    assert asked(paying) == []
    assert take(paying, autopay) is None
    with paying.till.act() as db:
        services.resume_autopay(db, db.get_one(Autopay, autopay), by=jerome, today=paying.site.clock.today())
    paying.till.charge(1_000, TOMORROW + timedelta(days=1))
    morning(paying)
    assert len(asked(paying)) == 1
    with paying.till.act() as db:
        services.end_autopay(db, db.get_one(Autopay, autopay), by=jerome)
    assert take(paying, autopay, TOMORROW + timedelta(days=1)) is None
    with pytest.raises(Refused), paying.till.act() as db:
        services.resume_autopay(db, db.get_one(Autopay, autopay), by=jerome, today=TOMORROW)


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_it_reminds_once_with_amount_and_reference(paying: Paying) -> None:
    set_up(paying, None, day=5, lead_days=2)
    paying.till.charge(120_000, date(2026, 6, 5))
    morning(paying, 5)
    [reminder] = told(paying)
    assert reminder.startswith("Pay B$1,200 by 5 June 2026, reference ")
    assert asked(paying) == []


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_it_says_before_what_it_will_take_also_rent_that_is_charged_then(paying: Paying) -> None:
    paying.owe_nothing()
    set_up(paying, save_card(paying), lead_days=3)
    morning(paying, 31)
    said = [subject for subject in told(paying) if "is taken" in subject]
    assert len(said) == 1
    assert said[0].startswith("On 1 July 2026 B$")


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_a_card_that_is_removed_stops_it(paying: Paying) -> None:
    card = save_card(paying)
    autopay = set_up(paying, card)
    with paying.till.act() as db:
        remove_method(db, db.get_one(SavedMethod, card), now=paying.site.clock.now())
    paying.site.drain_jobs()
    assert state_of(paying, autopay) == ("stopped", services.NO_CARD)
    with pytest.raises(Refused, match="not saved any more"), paying.till.act() as db:
        services.resume_autopay(db, db.get_one(Autopay, autopay), by=1, today=TOMORROW)


def test_one_takes_for_a_home_and_what_is_set_anew_replaces_what_was(paying: Paying) -> None:
    card = save_card(paying)
    first = set_up(paying, card)
    second = set_up(paying, card, day=31)
    assert (state_of(paying, first)[0], state_of(paying, second)[0]) == ("ended", "active")
    # Somebody else can be reminded, and nothing more.
    set_up(paying, None, who="keva")
    with paying.till.act() as db:
        keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
        assert services.takes_already(db, paying.till.lease(db), keva)
    with pytest.raises(Refused, match="Somebody else"):
        set_up(paying, card, who="keva")


STATEMENTS = {
    "a card that no gateway told of": "UPDATE ledger_saved_method SET state = 'saved', token = 'made-up' WHERE state = 'asked'",
    "paid without a word of the gateway": "UPDATE ledger_gateway_payment SET state = 'paid', payment_id = 1",
    "another amount": "UPDATE ledger_gateway_payment SET cents = cents + 1",
    "an event that is changed": "UPDATE ledger_gateway_event SET kind = 'paid'",
    "an event that goes": "DELETE FROM ledger_gateway_event",
    "a second taking of a day": "INSERT INTO ledger_autopay_taking (autopay_id, lease_id, day, cents, made)"
    " SELECT autopay_id, lease_id, day, 1, made FROM ledger_autopay_taking",
    "another try while one is asked": "INSERT INTO ledger_autopay_attempt (taking_id, number, gateway_payment_id)"
    " SELECT taking_id, 2, gateway_payment_id FROM ledger_autopay_attempt",
    "a taking that is changed": "UPDATE ledger_autopay_taking SET cents = 1",
    "an instruction that ended and goes on": "UPDATE ledger_autopay SET state = 'active' WHERE state = 'ended'",
    "another card": "UPDATE ledger_autopay SET method_id = NULL WHERE state = 'active'",
}


def test_the_database_refuses_what_no_service_does(paying: Paying) -> None:
    card = save_card(paying)
    set_up(paying, card)
    autopay = set_up(paying, card)
    paying.till.charge(120_000, TOMORROW)
    paying.site.clock.move(days=1)
    assert take(paying, autopay) == 120_000
    paying.site.browser("jerome").get("/home/methods/add").forms["form"].submit(status=303)
    for statement in STATEMENTS.values():
        with pytest.raises(DBAPIError), paying.site.db.transaction() as db:
            changed(db, statement)


def changed(db: Any, statement: str) -> None:
    """Run a statement that changes rows; one that finds none would prove nothing."""
    if not db.execute(text(statement)).rowcount:
        raise AssertionError(statement)
