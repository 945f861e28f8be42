"""Late fees: charged once, on what was still unpaid when grace was over; held, taken back and set right by payments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from books import HERE
from paying import Till
from renting import charged, new_lease, organisation_of, run
from sqlalchemy import select

from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.writing.services import LateFee
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.posting import NewCredit, post_credits
from atlasbahamas_plugins.ledger.charges.services import ByHand, give_credit, take_back
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.lateness.services import run_late_fees
from atlasbahamas_plugins.ledger.payments import services
from atlasbahamas_plugins.ledger.payments.choosing import choose_what_it_pays, pay_the_oldest_first
from atlasbahamas_plugins.ledger.payments.models import Payment

MAY, GRACE = date(2026, 5, 1), 5
LATE_ON = MAY + timedelta(days=GRACE + 1)
JUNE_LATE_ON = date(2026, 6, 1 + GRACE + 1)
PERCENT = LateFee("percent", 0, 500)


def late_fees(site: Site, lease_id: int, *, voided: bool = False) -> list[tuple[date, int]]:
    """(due on, cents) of the fees that count, or were taken back."""
    return [(due, cents) for rule, _, _, due, cents in charged(site, lease_id, voided=voided) if rule == "late_fee"]


def look(site: Site, lease_id: int, day: date | None = None) -> int:
    with Till(site, lease_id, 1).act() as db:
        return run_late_fees(db, organisation_of(site, lease_id), day=day or site.clock.today(), now=site.clock.now())


@pytest.fixture
def till(site: Site) -> Till:
    """A lease whose rent of May, 1,200, is charged and unpaid on 1 June; its rent of June is due that day."""
    lease_id = new_lease(site, MAY, grace_days=GRACE, late_fee=PERCENT)
    run(site, organisation_of(site, lease_id), START.date())
    return Till(site, lease_id, Till.of(site, HERE).by)


def test_a_fee_falls_once_after_grace_on_what_is_unpaid(site: Site, till: Till) -> None:
    look(site, till.lease_id, LATE_ON - timedelta(days=1))
    assert late_fees(site, till.lease_id) == []
    look(site, till.lease_id, LATE_ON)
    assert look(site, till.lease_id, LATE_ON) == 0
    look(site, till.lease_id)
    assert look(site, till.lease_id) == 0
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    with site.db.transaction("read") as db:
        fee = db.scalars(select(Charge).where(Charge.what == "late_fee", Charge.lease_id == till.lease_id)).one()
        assert (fee.period_starts, fee.explanation["unpaid_cents"]) == (MAY, 120_000)
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, organisation_of(site, till.lease_id)).findings == []


def test_what_was_paid_in_time_counts_and_what_came_late_does_not(site: Site, till: Till) -> None:
    till.record(40_000, LATE_ON - timedelta(days=1))
    till.record(80_000, LATE_ON)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 4_000)]


def test_a_payment_that_turns_out_to_be_in_time_takes_the_fee_back(site: Site, till: Till) -> None:
    look(site, till.lease_id)
    reported = till.report(120_000, LATE_ON - timedelta(days=2))
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    till.confirm(reported)
    assert late_fees(site, till.lease_id) == []
    assert late_fees(site, till.lease_id, voided=True) == [(LATE_ON, 6_000)]
    assert look(site, till.lease_id) == 0
    with till.act() as db:
        services.reverse_payment(db, db.get_one(Payment, reported), "Not ours", by=till.by, now=START)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]


def test_a_report_that_waits_holds_the_fee_on_what_it_would_cover(site: Site, till: Till) -> None:
    reported = till.report(100_000, LATE_ON - timedelta(days=2))
    look(site, till.lease_id)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 1_000)]
    assert look(site, till.lease_id) == 0
    with till.act() as db:
        services.refuse_payment(db, db.get_one(Payment, reported), "Nothing came", by=till.by, now=START)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]


def test_what_was_prepaid_counts_and_no_fee_falls(site: Site) -> None:
    lease_id = new_lease(site, MAY, grace_days=0, late_fee=LateFee("flat", 7_500))
    till = Till(site, lease_id, Till.of(site).by)
    till.record(240_000, MAY)
    run(site, organisation_of(site, lease_id), START.date())
    look(site, lease_id, START.date() + timedelta(days=3))
    assert late_fees(site, lease_id) == []


def test_a_fee_that_was_forgiven_stays_forgiven(site: Site, till: Till) -> None:
    look(site, till.lease_id)
    with till.act() as db:
        fee, lease = (
            db.scalars(select(Charge).where(Charge.what == "late_fee", Charge.lease_id == till.lease_id)).one(),
            till.lease(db),
        )
        credit = NewCredit(lease.id, lease.unit.property_id, "credit", "r", LATE_ON, fee.cents, charge_id=fee.id)
        post_credits(db, lease.organisation_id, [credit], now=START)
    till.allocate()
    till.confirm(till.report(120_000, MAY))
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    assert look(site, till.lease_id) == 0


def test_a_run_of_an_earlier_day_leaves_the_fees_of_later_days(site: Site, till: Till) -> None:
    """The days come in any order: a job that was late, or somebody who runs the rent of a day before."""
    site.clock.move(days=10)
    look(site, till.lease_id)
    both = [(LATE_ON, 6_000), (JUNE_LATE_ON, 6_000)]
    assert late_fees(site, till.lease_id) == both
    with till.act() as db:
        ending.end_lease(db, till.lease(db), JUNE_LATE_ON, "", today=site.clock.today())
    run(site, organisation_of(site, till.lease_id), START.date())
    rent = 120_000 * 7 // 30
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000), (JUNE_LATE_ON, rent // 20)]


def test_no_fee_stays_of_rent_that_a_run_charged_and_somebody_took_back(site: Site, till: Till) -> None:
    look(site, till.lease_id)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]
    with till.act() as db:
        batch = db.scalars(select(Batch).order_by(Batch.id.desc())).first()
        assert batch is not None
        reverse_batch(db, batch, "The wrong day", by=till.by, now=START)
    assert late_fees(site, till.lease_id) == []


def test_a_credit_that_counts_in_time_takes_the_fee_back_until_it_is_taken_back(site: Site, till: Till) -> None:
    look(site, till.lease_id)
    more: dict[str, Any] = {"by": till.by, "now": START}
    with till.act() as db:
        words = ByHand("credit", 60_000, LATE_ON - timedelta(days=1), "The roof leaked", long_key("credit"))
        credit = give_credit(db, till.lease(db), words, today=START.date(), **more).id
    assert late_fees(site, till.lease_id) == [(LATE_ON, 3_000)]
    with till.act() as db:
        take_back(db, till.lease(db), db.get_one(Credit, credit), "It did not", **more)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000)]


def test_another_report_takes_no_part_of_a_fee_back(site: Site, till: Till) -> None:
    """What waits holds a fee, and takes none back: also where some of it was held before."""
    till.report(100_000, LATE_ON - timedelta(days=2))
    look(site, till.lease_id)
    till.report(10_000, LATE_ON - timedelta(days=2))
    till.record(5_000, START.date())
    assert late_fees(site, till.lease_id) == [(LATE_ON, 1_000)]


def test_what_was_paid_in_time_and_pays_nothing_by_somebodys_choice_counts(site: Site, till: Till) -> None:
    paid = till.record(120_000, MAY)
    with till.act() as db:
        allocate_by_hand(db, db.get_one(Payment, paid), {}, now=START)
    look(site, till.lease_id)
    assert late_fees(site, till.lease_id) == []


def test_fees_follow_what_somebody_lets_a_payment_pay(site: Site) -> None:
    lease_id = new_lease(site, date(2026, 4, 1), grace_days=GRACE, late_fee=PERCENT)
    run(site, organisation_of(site, lease_id), START.date())
    till = Till(site, lease_id, 1)
    paid = till.record(120_000, MAY)
    april_fee, may_fee = (date(2026, 4, 2 + GRACE), 6_000), (LATE_ON, 6_000)
    look(site, lease_id)
    assert late_fees(site, lease_id) == [april_fee, may_fee]
    with till.act() as db:
        may = db.scalars(select(Charge.id).where(Charge.lease_id == lease_id, Charge.what == "rent", Charge.due_on == MAY)).one()
        choose_what_it_pays(db, db.get_one(Payment, paid), {may: 120_000}, now=START)
    assert late_fees(site, lease_id) == [april_fee]
    with till.act() as db:
        pay_the_oldest_first(db, till.lease(db), now=START)
    assert late_fees(site, lease_id) == [april_fee, may_fee]
    with till.act() as db:
        choose_what_it_pays(db, db.get_one(Payment, paid), {may: 100_000}, now=START)
    assert late_fees(site, lease_id) == [april_fee, may_fee], "what is left is used first"
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, organisation_of(site, lease_id)).findings == []


def test_what_paid_a_fee_that_is_none_pays_rent_in_time(site: Site, till: Till) -> None:
    """Of two fees one goes, and what paid it lessens the other: with one look, so that another one finds nothing to do."""
    look(site, till.lease_id)
    with till.act() as db:
        fee = db.scalars(select(Charge.id).where(Charge.what == "late_fee", Charge.lease_id == till.lease_id)).one()
    paid = till.record(6_000, START.date())
    with till.act() as db:
        allocate_by_hand(db, db.get_one(Payment, paid), {fee: 6_000}, now=START)
    site.clock.move(days=10)
    look(site, till.lease_id)
    assert late_fees(site, till.lease_id) == [(LATE_ON, 6_000), (JUNE_LATE_ON, 6_000)]
    till.record(120_000, MAY)
    assert late_fees(site, till.lease_id) == [(JUNE_LATE_ON, 5_700)]
    assert look(site, till.lease_id) == 0


def test_a_report_holds_a_fee_though_a_bill_is_due_before(site: Site, till: Till) -> None:
    """A report of rent pays no bill, so it would cover the rent."""
    till.charge(50_000, MAY - timedelta(days=1), "bill")
    till.report(120_000, MAY)
    look(site, till.lease_id)
    assert late_fees(site, till.lease_id) == []


@pytest.mark.parametrize("fee", [LateFee(), LateFee("flat", 7_500), LateFee("larger", 5_000, 1000, 9_000)])
def test_the_fee_is_what_the_lease_says(site: Site, fee: LateFee) -> None:
    lease_id = new_lease(site, MAY, grace_days=GRACE, late_fee=fee)
    run(site, organisation_of(site, lease_id), START.date())
    look(site, lease_id)
    expected: Any = {"none": [], "flat": [(LATE_ON, 7_500)], "larger": [(LATE_ON, 9_000)]}[fee.kind]
    assert late_fees(site, lease_id) == expected


def test_a_night_charges_them_by_itself(site: Site, till: Till) -> None:
    site.clock.move(days=1)
    site.drain_jobs()
    assert (LATE_ON, 6_000) in late_fees(site, till.lease_id)
