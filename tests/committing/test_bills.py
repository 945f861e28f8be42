"""Utility bills and the books: a bill is no rent, whoever writes, on both databases."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from billing import NOW, THEN, Counter, lease_of
from paying import charge
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from atlasbahamas.errors import Refused
from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.ledger.allocation.services import credit_of, payable_charges, reallocate, what_if
from atlasbahamas_plugins.ledger.bills import services
from atlasbahamas_plugins.ledger.bills.models import Bill, BillAccount
from atlasbahamas_plugins.ledger.bills.telling import remind_of_bills
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.explaining.standing import stands
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment, report_payment, reverse_payment

JUNE = date(2026, 6, 1)


@pytest.fixture
def counter(site: Site) -> Counter:
    return Counter.of(site)


def owed(counter: Counter, tenant: str = "Andre") -> tuple[int, int]:
    """What is owed: rent, bills."""
    with counter.site.db.transaction("read") as db:
        found = owed_by(db, lease_of(db, tenant))
        return found.rent_cents, found.bill_cents


def open_cents(counter: Counter, *ids: int) -> list[int]:
    with counter.site.db.transaction("read") as db:
        return [db.get_one(Charge, number).open_cents for number in ids]


def test_a_bill_that_is_passed_on_is_owed_apart_from_rent(counter: Counter) -> None:
    rent = counter.act(lambda db: charge(db, lease_of(db, "Andre"), 340_000).id)
    bill = counter.enter(18_750)
    assert owed(counter) == (340_000, 0)
    passed = counter.pass_on(bill)
    assert counter.pass_on(bill) == passed
    assert owed(counter) == (340_000, 18_750)
    with counter.site.db.transaction("read") as db:
        lease = lease_of(db, "Andre")
        assert [each.id for each in payable_charges(db, lease)] == [rent]
        assert what_if(stands(db, lease, today=JUNE).payable, 400_000).rest_cents == 60_000
    # What is paid for the lease pays rent, and the rest is credit for rent; the bill stays.
    paid = Paid(350_000, JUNE, "cash")
    counter.act(lambda db: record_payment(db, counter.site.store, lease_of(db, "Andre"), paid, **counter.clock()) and None)
    assert open_cents(counter, rent, passed) == [0, 18_750]
    assert owed(counter) == (-10_000, 18_750)
    # What is paid for the bill pays no rent, and what is too much of it is no credit for rent either.
    more_rent = counter.act(lambda db: charge(db, lease_of(db, "Andre"), 340_000, JUNE).id)
    counter.pay(bill, 20_000)
    assert open_cents(counter, passed, more_rent)[0] == 0
    assert counter.state(bill) == (True, True)
    assert owed(counter)[1] == -1_250
    counter.act(lambda db: reallocate(db, lease_of(db, "Andre"), now=START))
    assert open_cents(counter, passed, more_rent) == [0, 330_000]
    with proving.whole_view(counter.site.db) as db:
        assert proving.verify(db, lease_of(db, "Andre").organisation_id).findings == []
        assert credit_of(db, lease_of(db, "Andre")) == 0
    # The next bill uses it.
    following = counter.pass_on(counter.enter(10_000, (date(2026, 4, 1), date(2026, 4, 30))))
    assert open_cents(counter, following) == [8_750]


def test_a_payment_for_a_bill_pays_that_one_first_and_comes_back_as_any_other(counter: Counter) -> None:
    older = counter.enter(10_000, (date(2026, 4, 1), date(2026, 4, 30)), date(2026, 5, 20))
    newer = counter.enter(12_000)
    charges = [counter.pass_on(older), counter.pass_on(newer)]
    payment = counter.pay(newer, 15_000)
    assert open_cents(counter, *charges) == [7_000, 0]
    counter.act(lambda db: reverse_payment(db, db.get_one(Payment, payment), "It was another home", by=counter.by, now=START))
    assert open_cents(counter, *charges) == [10_000, 12_000]
    assert owed(counter) == (0, 22_000)


def test_what_was_passed_on_is_taken_back_by_a_reversal_and_can_be_passed_on_again(counter: Counter) -> None:
    bill = counter.enter(18_750)
    first = counter.pass_on(bill)
    counter.pay(bill, 18_750)
    counter.take_back(bill)
    assert counter.state(bill) == (False, False)
    assert owed(counter) == (0, -18_750)
    with pytest.raises(Refused, match="taken back already"):
        counter.take_back(bill)
    second = counter.pass_on(bill)
    assert second != first
    assert counter.state(bill) == (True, True)
    assert owed(counter) == (0, 0)


def test_a_bill_goes_to_whom_the_home_was_on_its_first_day(counter: Counter) -> None:
    counter.pass_on(counter.enter(5_000, THEN, date(2025, 3, 15)))
    assert (owed(counter), owed(counter, "Nadia")) == ((0, 0), (0, 5_000))
    days = (date(2025, 6, 1), date(2025, 6, 30))
    nobody = counter.enter(5_000, days, date(2025, 7, 15))
    with pytest.raises(Refused, match="not passed on"):
        counter.pass_on(nobody)
    counter.correct(nobody, services.BillDetails(*days, date(2025, 7, 15), 5_000), "rebilled")
    with pytest.raises(Refused, match="nobody to pass it on to"):
        counter.pass_on(nobody)


def test_who_pays_a_bill_can_be_put_right_as_long_as_nobody_did(counter: Counter) -> None:
    details = services.BillDetails(*NOW, date(2026, 6, 20), 100)
    bill = counter.enter(100)
    counter.pass_on(bill)
    with pytest.raises(Refused, match="passed on to the tenants"):
        counter.correct(bill, details, "landlord")
    counter.take_back(bill)
    with pytest.raises(Refused, match="only be passed on again"):
        counter.correct(bill, details, "landlord")
    direct = Counter.of(counter.site, "tenant", "2")
    paid = direct.enter(100)
    by = {"by": counter.by, "now": START, "today": JUNE}
    counter.act(lambda db: services.pay_bill(db, counter.site.store, db.get_one(Bill, paid), services.PaidBill(JUNE), **by))
    with pytest.raises(Refused, match="Somebody paid this"):
        direct.correct(paid, details, "rebilled")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends": NOW[0] - timedelta(days=1)}, "ends"),
        ({"ends": NOW[0] + timedelta(days=400)}, "ends"),
        ({"due_on": NOW[0] - timedelta(days=1)}, "due_on"),
        ({"starts": date(9999, 1, 1), "ends": date(9999, 1, 2), "due_on": date(9999, 1, 3)}, "starts"),
        ({"due_on": date(2036, 1, 1)}, "due_on"),
    ],
)
def test_days_that_no_bill_has(change: dict[str, Any], field: str, site: Site) -> None:
    counter = Counter.of(site)
    right = {"starts": NOW[0], "ends": NOW[1], "due_on": date(2026, 6, 20)}
    wrong = right | change
    with pytest.raises(Refused) as refused:
        counter.enter(100, (wrong["starts"], wrong["ends"]), wrong["due_on"])
    assert refused.value.field == field
    counter.enter(100, (right["starts"], right["ends"]), right["due_on"])
    with pytest.raises(Refused, match="for these days already"):
        counter.enter(200, (right["starts"], right["ends"]), right["due_on"])


def test_the_same_form_twice_is_one_bill(counter: Counter) -> None:
    ref = "bill-000000000000000000007"
    assert counter.enter(100, ref=ref) == counter.enter(100, ref=ref)
    with pytest.raises(Refused, match="something else in it"):
        counter.enter(200, ref=ref)


def test_plain_sql_cannot_make_rent_of_a_bill_or_a_bill_of_rent(counter: Counter) -> None:
    rent = counter.act(lambda db: charge(db, lease_of(db, "Andre"), 340_000).id)
    bill = counter.enter(18_750)
    passed = counter.pass_on(bill)
    other = counter.enter(18_750, (date(2026, 4, 1), date(2026, 4, 30)))
    payment = counter.pay(bill, 10_000)

    def ids(db: Any) -> dict[str, Any]:
        at = {"rent": rent, "passed": passed, "bill": bill, "other": other, "payment": payment, "now": START}
        at["part"] = db.scalars(select(PaymentPart.id).where(PaymentPart.payment_id == payment)).one()
        at["rent_account"] = db.get_one(Charge, rent).account_id
        return at

    columns = """organisation_id, lease_id, account_id, period_starts, period_ends, due_on, cents, open_cents,
        explanation, entry_number"""
    refused = {
        # Rent that is owed on the account of bills, and a bill on that of rent.
        f"""INSERT INTO ledger_charge (ref, what, rule, {columns})
            SELECT 'charge-91', 'rent', 'x', {columns.replace("open_cents", "cents")}
            FROM ledger_charge WHERE id = :passed""": "ledger_charge_is_of_its_entry",
        f"""INSERT INTO ledger_charge (ref, what, rule, {columns})
            SELECT 'charge-92', 'bill', 'x', {columns.replace("open_cents", "cents")}
            FROM ledger_charge WHERE id = :rent""": "ledger_charge_is_of_its_entry",
        # What was paid for a bill, allocated to rent.
        """INSERT INTO ledger_allocation (organisation_id, lease_id, charge_id, part_id, cents, by_hand, made)
            SELECT organisation_id, lease_id, :rent, :part, 1, false, :now
            FROM ledger_charge WHERE id = :rent""": "ledger_allocation_is_of_one_account",
        # A bill whose charge is rent, or another bill's; one that is owed and changes, or goes.
        "UPDATE ledger_bill SET charge_id = :rent WHERE id = :other": "ledger_bill_is_charged_once",
        "UPDATE ledger_bill SET charge_id = :passed WHERE id = :other": "ledger_bill_is_charged_once",
        "UPDATE ledger_bill SET cents = 1 WHERE id = :bill": "ledger_bill_that_is_owed_stays",
        "UPDATE ledger_bill SET charge_id = NULL WHERE id = :bill": "ledger_bill_that_is_owed_stays",
        "DELETE FROM ledger_bill WHERE id = :bill": "ledger_bill_that_is_owed_stays",
        "UPDATE ledger_bill_payment SET charge_id = :rent WHERE payment_id = :payment": "ledger_bill_payment_is_append_only",
        "DELETE FROM ledger_bill_payment WHERE payment_id = :payment": "ledger_bill_payment_is_append_only",
        "INSERT INTO ledger_bill_payment (payment_id, charge_id) VALUES (:payment + 1000, :rent)": (
            "ledger_bill_payment_is_of_its_lease"
        ),
    }
    for statement, by in refused.items():
        with counter.site.db.transaction() as db:
            at = {key: value for key, value in ids(db).items() if re.search(f":{key}\\b", statement)}
            with pytest.raises(IntegrityError) as error, db.begin_nested():
                db.execute(text(statement), at)
        assert by in str(error.value.orig), statement
    assert counter.state(bill) == (True, False)


def test_a_payment_of_rent_has_no_part_on_the_account_of_bills(counter: Counter) -> None:
    counter.pass_on(counter.enter(18_750))
    paid = Paid(100, JUNE, "transfer")
    with counter.site.db.transaction("read") as db:
        row = db.execute(text("SELECT id, organisation_id FROM ledger_account WHERE kind = 'bill_receivable'")).one()
    payment = counter.act(
        lambda db: report_payment(db, counter.site.store, lease_of(db, "Andre"), paid, roles=(), **counter.clock()).id
    )
    with pytest.raises(IntegrityError, match="ledger_payment_part_is_of_its_payment"), counter.site.db.transaction() as db:
        db.execute(
            text(
                """INSERT INTO ledger_payment_part (organisation_id, payment_id, account_id, cents, open_cents)
                VALUES (:organisation, :payment, :account, 100, 100)"""
            ),
            {"organisation": row.organisation_id, "payment": payment, "account": row.id},
        )


def test_an_account_is_of_a_unit_of_its_organisation(counter: Counter) -> None:
    with pytest.raises(Refused, match="open account with this number"):
        Counter.of(counter.site)
    counter.act(lambda db: services.close_account(db, db.get_one(BillAccount, counter.account_id), today=START.date()))
    with pytest.raises(Refused, match="closed since"):
        counter.enter(100)
    Counter.of(counter.site)
    with pytest.raises(IntegrityError, match="ledger_bill_account_is_of_its_unit"), counter.site.db.transaction() as db:
        values = "ref, organisation_id, unit_id, utility_id, number, payer, created, version"
        db.execute(
            text(
                f"""INSERT INTO ledger_bill_account ({values})
                SELECT 'account-91', (SELECT id FROM organisation WHERE name = 'Bethel Family Homes'), unit_id, utility_id, '1',
                    payer, created, version FROM ledger_bill_account WHERE id = :account"""
            ),
            {"account": counter.account_id},
        )


def test_an_account_stays_where_it_is(counter: Counter) -> None:
    with pytest.raises(IntegrityError, match="ledger_bill_account_is_of_its_unit"), counter.site.db.transaction() as db:
        db.execute(text("UPDATE ledger_bill_account SET unit_id = unit_id + 1"))


def test_people_are_told_before_a_bill_is_due_once(site: Site) -> None:
    direct, passed_on, own = Counter.of(site, "tenant", "1"), Counter.of(site, "rebilled", "2"), Counter.of(site, "landlord", "3")
    soon, later = date(2026, 6, 4), date(2026, 6, 5)
    bills = [each.enter(1_000, NOW, soon) for each in (direct, passed_on, own)]
    passed_on.pass_on(bills[1])
    own.enter(1_000, (date(2026, 4, 1), date(2026, 4, 30)), later)
    direct.enter(500, (date(2026, 3, 1), date(2026, 3, 31)), date(2026, 5, 1))

    def remind(**more: Any) -> Any:
        return direct.act(lambda db: remind_of_bills(db, today=site.clock.today(), now=site.clock.now(), lead_days=3))

    def told() -> list[str]:
        with site.db.transaction("read") as db:
            rows = db.scalars(select(Notification).where(Notification.category == "ledger.bills").order_by(Notification.id))
            return [row.path for row in rows]

    # Three that are due in three days, and one that was due before anybody could be told.
    assert remind() == 4
    paths = told()
    with site.db.transaction("read") as db:
        refs = [db.get_one(Bill, number).ref for number in bills]
    assert sorted({path.rsplit("/", 2)[1] for path in paths}) == sorted(refs)
    assert sum(path.startswith("/home/") for path in paths) == 2
    assert sum(path.startswith("/portfolio/") for path in paths) == 3  # owner, manager, bookkeeper
    assert remind() == 0
    site.clock.move(days=1)
    assert remind() == 1
    assert len(told()) == len(paths) + 3
