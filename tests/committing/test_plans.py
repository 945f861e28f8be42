"""Payment plans on both databases: agreed, kept, broken; what that does to late fees; what plain SQL is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from paying import Till
from renting import new_lease, organisation_of, run
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from test_lateness import late_fees

from atlasbahamas.errors import Refused
from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.writing.services import LateFee
from atlasbahamas_plugins.ledger.autopay.services import due_cents
from atlasbahamas_plugins.ledger.lateness.services import run_late_fees
from atlasbahamas_plugins.ledger.plans import services
from atlasbahamas_plugins.ledger.plans.models import Plan
from atlasbahamas_plugins.ledger.plans.schedule import Due
from atlasbahamas_plugins.ledger.plans.services import Proposal

JUNE, TENTH = date(2026, 6, 1), date(2026, 6, 10)
LATE_ON = JUNE + timedelta(days=6)


@pytest.fixture
def till(site: Site) -> Till:
    """A lease since June, of which 1,200 is due today; it is late after five days, at 5 %."""
    lease_id = new_lease(site, JUNE, grace_days=5, late_fee=LateFee("percent", 0, 500))
    run(site, organisation_of(site, lease_id))
    return Till(site, lease_id, Till.of(site).by)


def propose(till: Till, *dues: tuple[date, int], grace_days: int = 2, **more: Any) -> None:
    with till.act() as db:
        lease, today = till.lease(db), till.site.clock.today()
        charges = [charge.id for charge in services.arrears_of(db, lease, today=today)]
        wanted = Proposal(charges, [Due(*due) for due in dues], grace_days, **more)
        services.propose_plan(db, lease, wanted, by=till.by, now=till.site.clock.now(), today=today)


def agree(till: Till) -> None:
    with till.act() as db:
        plan = db.scalars(select(Plan)).one()
        when = {"now": till.site.clock.now(), "today": till.site.clock.today()}
        party = plan.lease.tenants[0]
        services.agree_to_plan(db, plan, party, way="phone", written_by=till.by, tell=("owner",), **when)


def night(till: Till, days: int = 1) -> None:
    """So many nights pass: plans are looked at, and then fees."""
    for _ in range(days):
        till.site.clock.move(days=1)
        with till.act() as db:
            now, today = till.site.clock.now(), till.site.clock.today()
            services.look_at_plans(db, now=now, today=today, tell=("owner",))
            run_late_fees(db, organisation_of(till.site, till.lease_id), day=today, now=now)


def state(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return db.scalars(select(Plan.state)).one()


HALVES = ((TENTH, 60_000), (TENTH + timedelta(days=30), 60_000))


def test_no_fee_runs_on_what_keeps_to_a_plan(site: Site, till: Till) -> None:
    propose(till, *HALVES)
    agree(till)
    night(till, 8)
    assert late_fees(site, till.lease_id) == []
    till.record(60_000, site.clock.today())
    night(till, 20)
    assert (state(till), late_fees(site, till.lease_id)) == ("agreed", [])
    till.record(60_000, site.clock.today())
    night(till)
    assert (state(till), late_fees(site, till.lease_id)) == ("kept", [])
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification.subject).where(Notification.category == "ledger.plans")).all()
    assert {each.split(":")[0] for each in told} == {"Payment plan agreed", "Payment plan kept"}


def test_what_is_due_of_a_plan_is_its_instalments(till: Till) -> None:
    """So autopay takes no more: not what the plan leaves for later, and what comes due beside it as ever."""

    def due(day: date) -> int:
        with till.site.db.transaction("read") as db:
            return due_cents(db, till.lease(db), day=day, now=till.site.clock.now())

    propose(till, *HALVES)
    assert due(TENTH) == 120_000
    agree(till)
    assert [due(day) for day in (JUNE, TENTH, HALVES[1][0])] == [0, 60_000, 120_000]
    till.charge(5_000, TENTH, "fee")
    assert due(TENTH) == 65_000
    till.record(60_000, till.site.clock.today())
    assert due(TENTH) == 5_000


def test_a_plan_that_is_broken_lets_fees_run_from_then_on_what_is_unpaid(site: Site, till: Till) -> None:
    propose(till, *HALVES)
    agree(till)
    till.record(20_000, site.clock.today())
    night(till, 11)
    assert (state(till), late_fees(site, till.lease_id)) == ("agreed", [])
    night(till)
    broken_on = TENTH + timedelta(days=3)
    assert site.clock.today() == broken_on
    assert (state(till), late_fees(site, till.lease_id)) == ("broken", [(broken_on, 5_000)])
    night(till, 3)
    assert late_fees(site, till.lease_id) == [(broken_on, 5_000)]


def test_a_report_that_waits_holds_a_plan(site: Site, till: Till) -> None:
    propose(till, *HALVES)
    agree(till)
    reported = till.report(60_000, site.clock.today())
    night(till, 15)
    assert (state(till), late_fees(site, till.lease_id)) == ("agreed", [])
    till.confirm(reported)
    night(till)
    assert state(till) == "agreed"


def test_a_report_of_a_bill_holds_no_plan(site: Site, till: Till) -> None:
    """What is said to be paid for a bill pays nothing that a plan covers."""
    propose(till, *HALVES)
    agree(till)
    bill = till.charge(60_000, JUNE, "bill")
    till.report(60_000, site.clock.today(), charge_id=bill)
    night(till, 12)
    assert state(till) == "broken"


def test_only_what_was_agreed_before_it_was_late_is_held_and_an_end_lets_fees_run(site: Site, till: Till) -> None:
    night(till, 6)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    propose(till, (TENTH, 126_000))
    agree(till)
    night(till)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    with till.act() as db:
        services.end_plan(db, db.scalars(select(Plan)).one(), "They pay now", now=site.clock.now(), today=site.clock.today())
    assert state(till) == "ended"
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]


def test_two_plans_can_be_agreed_on_one_day(site: Site, till: Till) -> None:
    """The second after the first was let go; late fees go by it."""
    propose(till, *HALVES)
    agree(till)
    with till.act() as db:
        services.end_plan(db, db.scalars(select(Plan)).one(), "Not so", now=site.clock.now(), today=site.clock.today())
    propose(till, *HALVES)
    with till.act() as db:
        plan = db.scalars(select(Plan).where(Plan.state == "proposed")).one()
        when = {"now": site.clock.now(), "today": site.clock.today()}
        services.agree_to_plan(db, plan, plan.lease.tenants[0], way="phone", written_by=till.by, **when)
    night(till, 8)
    assert late_fees(site, till.lease_id) == []


def test_what_cannot_be_a_plan_is_refused(till: Till) -> None:
    day = timedelta(days=1)
    for dues, words in (
        (((TENTH, 119_999),), "add up"),
        (((TENTH, 60_000), (TENTH, 60_000)), "later than the one before"),
        (((JUNE - day, 120_000),), "before today"),
        (((JUNE + 800 * day, 120_000),), "two years"),
        ((), "1 to 36"),
    ):
        with pytest.raises(Refused, match=words):
            propose(till, *dues)
    propose(till, *HALVES, ref="plan-a1")
    propose(till, *HALVES, ref="plan-a1")
    with pytest.raises(Refused, match="already"):
        propose(till, *HALVES)
    agree(till)
    with pytest.raises(Refused, match="meanwhile"):
        agree(till)


REFUSED_SQL = {
    "agreed by nobody": "UPDATE ledger_plan SET state = 'agreed', agreed_on = :day",
    "kept at once": "UPDATE ledger_plan SET state = 'kept', closed_on = :day",
    "another amount": "UPDATE ledger_plan SET cents = 5",
    "deleted": "DELETE FROM ledger_plan",
    "an instalment that changes": "UPDATE ledger_instalment SET cents = cents + 1",
    "an instalment less": "DELETE FROM ledger_instalment WHERE position = 2",
    "one that comes before": "INSERT INTO ledger_instalment SELECT plan_id, 3, :day, 5 FROM ledger_instalment WHERE position = 1",
    "a charge of another lease": """INSERT INTO ledger_plan_charge SELECT ledger_plan.id, ledger_charge.id, 1 FROM ledger_plan,
        ledger_charge WHERE ledger_charge.lease_id <> ledger_plan.lease_id""",
}


@pytest.mark.parametrize("what", REFUSED_SQL)
def test_plain_sql_is_refused(till: Till, what: str) -> None:
    Till.of(till.site).charge(500)
    propose(till, *HALVES)
    statement = text(REFUSED_SQL[what])
    with pytest.raises((IntegrityError, DBAPIError)), till.act() as db:
        db.execute(statement, {"day": JUNE} if ":day" in REFUSED_SQL[what] else {})


def test_a_plan_whose_instalments_do_not_add_up_is_never_agreed(till: Till) -> None:
    propose(till, *HALVES)
    with till.act() as db:
        later = TENTH + timedelta(days=60)
        db.execute(text("INSERT INTO ledger_instalment SELECT id, 3, :day, 5 FROM ledger_plan"), {"day": later})
    with pytest.raises((IntegrityError, DBAPIError)):
        agree(till)
