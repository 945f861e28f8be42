"""Payments and allocations: what they do to the books, and what plain SQL is refused, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from books import JUNE
from paying import TODAY, Till, days
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.errors import Refused
from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand, allocations_of, reallocate, what_if
from atlasbahamas_plugins.ledger.cheques import services as cheques
from atlasbahamas_plugins.ledger.cheques.services import confirm_cheques_of_the_day
from atlasbahamas_plugins.ledger.explaining.standing import stands
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount, LedgerEntry
from atlasbahamas_plugins.ledger.payments import services
from atlasbahamas_plugins.ledger.payments.duplicates import look_alike, said_of
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.ledger.services import AccountKey, account, balance, total

MAY = date(2026, 5, 1)


@pytest.fixture
def till(site: Site) -> Till:
    return Till.of(site)


def in_books(till: Till, kind: str) -> int:
    with till.site.db.transaction("read") as db:
        return total(db, till.lease(db).organisation_id, kind).cents


def owed(till: Till, kind: str = "receivable") -> int:
    with till.site.db.transaction() as db:
        lease = till.lease(db)
        return balance(db, account(db, lease.organisation_id, AccountKey(kind, lease.id))).cents


def holds(till: Till) -> None:
    """The books hold, and each account of the lease is its unpaid charges less its unused money."""
    with proving.whole_view(till.site.db) as db:
        assert proving.verify(db, till.lease(db).organisation_id).findings == []
    with till.site.db.transaction("read") as db:
        ids = db.scalars(select(LedgerAccount.id).where(LedgerAccount.lease_id == till.lease_id))
        for account_id in ids.all():
            row = db.get_one(LedgerAccount, account_id)
            if row.kind not in ("receivable", "deposit_receivable"):
                continue
            query = """SELECT
                (SELECT coalesce(sum(open_cents), 0) FROM ledger_charge WHERE account_id = :a AND voided_by IS NULL)
                - (SELECT coalesce(sum(open_cents), 0) FROM ledger_credit WHERE account_id = :a AND voided_by IS NULL)
                - (SELECT coalesce(sum(part.open_cents), 0) FROM ledger_payment_part part
                    JOIN ledger_payment p ON p.id = part.payment_id AND p.state = 'confirmed' WHERE part.account_id = :a)"""
            there = db.scalar(text(query), {"a": account_id})
            key = AccountKey(row.kind, row.lease_id)
            assert there == balance(db, account(db, row.organisation_id, key)).cents


def test_cash_is_in_the_books_at_once_pays_the_oldest_and_has_a_receipt(till: Till) -> None:
    june, may, fee = till.charge(120_000), till.charge(120_000, MAY), till.charge(5_000, MAY, "fee")
    paid = till.payment(till.record(200_000))
    assert (paid["state"], paid["receipt_number"], paid["left"], paid["decided"]) == ("confirmed", 1, 0, START)
    assert len(paid["receipt_token"].removeprefix("r1-")) == 32
    assert till.open_of(may, june, fee) == [0, 40_000, 5_000]
    assert in_books(till, "undeposited") == 200_000
    assert owed(till) == 45_000
    assert till.payment(till.record(50_000, rail="transfer"))["left"] == 5_000
    assert till.open_of(june, fee) == [0, 0]
    assert in_books(till, "bank") == 50_000
    assert owed(till) == -5_000
    # The rest stays as credit, and the next charge uses it.
    july = till.charge(120_000, date(2026, 7, 1))
    assert till.allocate() == 1
    assert till.open_of(july) == [115_000]
    assert till.allocate() == 0
    holds(till)


def test_what_is_for_a_deposit_is_a_liability_and_no_rent(till: Till) -> None:
    deposit, rent = till.charge(100_000, MAY, "deposit"), till.charge(120_000)
    paid = till.payment(till.record(150_000))
    assert sorted(paid["parts"]) == [50_000, 100_000]
    assert till.open_of(deposit, rent) == [0, 70_000]
    assert (owed(till), owed(till, "deposit_receivable")) == (70_000, 0)
    holds(till)


def test_a_credit_pays_its_charge_first(till: Till) -> None:
    may, june = till.charge(120_000, MAY), till.charge(120_000)
    till.credit(20_000, of=june)
    assert till.allocate() == 1
    assert till.open_of(may, june) == [120_000, 100_000]
    holds(till)


def test_a_report_is_not_in_the_books_until_it_is_confirmed_once(till: Till) -> None:
    till.charge(120_000)
    reported = till.report(120_000, reference="BNK 1")
    assert till.payment(reported)["state"] == "reported"
    assert owed(till) == 120_000
    till.confirm(reported)
    till.confirm(reported)
    assert till.payment(reported)["receipt_number"] == 1
    assert owed(till) == 0
    with till.act() as db, pytest.raises(Refused, match="decided"):
        services.refuse_payment(db, db.get_one(Payment, reported), "Nothing came", by=till.by, now=START)
    with till.site.db.transaction("read") as db:
        told = db.scalars(select(Notification.category).where(Notification.category.startswith("ledger."))).all()
        actions = db.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("ledger:payment"))).all()
    assert told.count("ledger.confirmed") <= 1
    assert "ledger.reports" in told
    assert actions == ["ledger:payment:reported", "ledger:payment:confirmed"]


def test_what_came_may_be_another_amount_on_another_day(till: Till) -> None:
    reported = till.report(120_000)
    till.confirm(reported, cents=119_000, received_on=TODAY - days(2))
    paid = till.payment(reported)
    assert (paid["cents"], paid["received_on"], paid["left"]) == (119_000, TODAY - days(2), 119_000)
    with till.act() as db, pytest.raises(Refused, match="decided"):
        when = {"now": START, "today": TODAY}
        services.confirm_payment(db, db.get_one(Payment, reported), by=till.by, cents=1, received_on=TODAY, **when)


def test_a_refused_report_says_why_and_is_over(till: Till) -> None:
    reported = till.report(120_000)
    with till.act() as db, pytest.raises(Refused, match="Say why"):
        services.refuse_payment(db, db.get_one(Payment, reported), " ", by=till.by, now=START)
    with till.act() as db:
        services.refuse_payment(db, db.get_one(Payment, reported), "Nothing came", by=till.by, now=START)
    assert till.payment(reported)["reason"] == "Nothing came"
    with pytest.raises(Refused, match="decided"):
        till.confirm(reported)


def test_the_same_key_gives_the_same_payment_and_other_content_is_an_error(till: Till) -> None:
    key = long_key("payment")
    first = till.record(5_000, ref=key)
    assert till.record(5_000, ref=key) == first
    with pytest.raises(Refused, match="something else in it"):
        till.record(6_000, ref=key)
    with till.site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Payment)) == 1


def test_what_is_taken_back_pays_nothing_and_its_receipt_keeps_its_number(till: Till) -> None:
    charge = till.charge(120_000)
    first, second = till.record(120_000), till.record(70_000)
    assert till.open_of(charge) == [0]
    with till.act() as db:
        services.reverse_payment(db, db.get_one(Payment, first), "Another tenant's", by=till.by, now=START)
    paid = till.payment(first)
    assert (paid["state"], paid["receipt_number"], paid["left"]) == ("reversed", 1, 120_000)
    # The money of the second, which was credit, pays now.
    assert till.open_of(charge) == [50_000]
    assert till.payment(second)["left"] == 0
    assert till.payment(till.record(1_000))["receipt_number"] == 3
    with till.act() as db, pytest.raises(Refused, match="decided"):
        services.reverse_payment(db, db.get_one(Payment, first), "Again", by=till.by, now=START)
    holds(till)


def test_an_entry_that_anybody_takes_back_takes_payment_and_allocations_along(till: Till) -> None:
    charge = till.charge(120_000)
    paid = till.record(100_000)
    till.void(charge)
    assert till.payment(paid)["left"] == 100_000
    other = till.charge(30_000)
    assert till.allocate() == 1
    assert till.open_of(charge, other) == [120_000, 0]
    holds(till)


def test_by_hand_and_again(till: Till) -> None:
    may, june = till.charge(120_000, MAY), till.charge(120_000)
    paid = till.record(100_000)
    with till.act() as db:
        allocate_by_hand(db, db.get_one(Payment, paid), {june: 60_000}, now=START)
    assert till.open_of(may, june) == [120_000, 60_000]
    assert till.payment(paid)["left"] == 40_000
    for wanted, words in (({may: 120_001}, "unpaid"), ({may: 100_001}, "than the payment"), ({10**6: 1}, "from the list")):
        with till.act() as db, pytest.raises(Refused, match=words):
            allocate_by_hand(db, db.get_one(Payment, paid), wanted, now=START)
    with till.act() as db:
        assert reallocate(db, till.lease(db), now=START) == 1
    assert till.open_of(may, june) == [20_000, 120_000]
    with till.site.db.transaction("read") as db:
        assert [(each.charge.id, each.cents) for each in allocations_of(db, db.get_one(Payment, paid))] == [(may, 100_000)]
    holds(till)


def test_what_if_is_what_happens(till: Till) -> None:
    may, june, deposit = till.charge(120_000, MAY), till.charge(120_000), till.charge(50_000, MAY, "deposit")
    with till.site.db.transaction("read") as db:
        told = what_if(stands(db, till.lease(db), today=TODAY).payable, 200_000)
        shown = {charge.id: cents for charge, cents in told.shares}
    assert told.rest_cents == 0
    paid = till.record(200_000)
    with till.site.db.transaction("read") as db:
        happened = {each.charge.id: each.cents for each in allocations_of(db, db.get_one(Payment, paid))}
    assert shown == happened == {may: 120_000, deposit: 50_000, june: 30_000}


def cheque(till: Till, payment_id: int, act: Any, day: date = TODAY, *more: Any) -> None:
    with till.act() as db:
        when = {"now": till.site.clock.now(), "today": till.site.clock.today()}
        act(db, db.get_one(Cheque, payment_id), day, *more, by=till.by, **when)


def test_a_cheque_goes_from_the_hand_to_the_bank(till: Till) -> None:
    paid = till.record(120_000, rail="cheque", cheque_number="000123", cheque_bank="RBC")
    assert (in_books(till, "undeposited"), in_books(till, "clearing"), in_books(till, "bank")) == (120_000, 0, 0)
    with pytest.raises(Refused, match="decided"):
        cheque(till, paid, cheques.clear_cheque)
    with pytest.raises(Refused, match="not come yet"):
        cheque(till, paid, cheques.lodge_cheque, TODAY + days(1))
    cheque(till, paid, cheques.lodge_cheque)
    assert (in_books(till, "undeposited"), in_books(till, "clearing"), in_books(till, "bank")) == (0, 120_000, 0)
    cheque(till, paid, cheques.clear_cheque)
    assert (in_books(till, "undeposited"), in_books(till, "clearing"), in_books(till, "bank")) == (0, 0, 120_000)
    holds(till)


@pytest.mark.parametrize("cleared", [False, True])
def test_a_cheque_that_comes_back_voids_its_receipt(till: Till, cleared: bool) -> None:
    charge = till.charge(120_000)
    paid = till.record(120_000, rail="cheque", cheque_number="000123")
    cheque(till, paid, cheques.lodge_cheque)
    if cleared:
        cheque(till, paid, cheques.clear_cheque)
    till.site.clock.move(days=3)
    cheque(till, paid, cheques.return_cheque, TODAY + days(3), "No funds")
    row = till.payment(paid)
    assert (row["state"], row["receipt_number"], row["reason"]) == ("returned", 1, "No funds")
    assert till.open_of(charge) == [120_000]
    assert (in_books(till, "undeposited"), in_books(till, "clearing"), in_books(till, "bank")) == (0, 0, 0)
    with till.site.db.transaction() as db:
        lease = till.lease(db)
        ref = account(db, lease.organisation_id, AccountKey("receivable", lease.id))
        # It had counted until it came back.
        assert balance(db, ref, as_at=TODAY + days(2)).cents == 0
        assert balance(db, ref, as_at=TODAY + days(3)).cents == 120_000
    holds(till)


def test_a_cheque_for_a_later_day_waits_for_it(till: Till) -> None:
    charge = till.charge(120_000)
    paid = till.record(120_000, TODAY + days(4), "cheque", cheque_number="000124")
    assert till.payment(paid)["state"] == "waiting"
    assert (owed(till), till.payment(paid)["receipt_number"]) == (120_000, None)
    with pytest.raises(Refused, match="not come yet"):
        till.confirm(paid)
    till.site.clock.move(days=4)
    with till.act() as db:
        assert confirm_cheques_of_the_day(db, today=till.site.clock.today(), now=till.site.clock.now()) == 1
    assert till.payment(paid)["state"] == "confirmed"
    assert till.open_of(charge) == [0]


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        ({"on": TODAY + days(1)}, "not come yet"),
        ({"on": TODAY - days(1000)}, "two years"),
        ({"rail": "cheque"}, "number of the cheque"),
        ({"rail": "cheque", "cheque_number": "1", "on": TODAY + days(400)}, "at most a year"),
        ({"rail": "cheque", "cheque_number": "of Uncle Sim"}, "made of digits"),
        ({"cheque_number": "1"}, "Only a cheque"),
    ],
)
def test_what_a_rail_does_not_take(till: Till, paid: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        till.record(1_000, **paid)


def test_what_looks_like_one_payment_is_shown_with_the_reason(till: Till) -> None:
    first = till.report(120_000, TODAY - days(5), reference="BNK 7")
    second, third = till.record(120_000, rail="transfer"), till.report(1_000, TODAY - days(20), reference="BNK 7")
    till.report(120_000, TODAY - days(6))
    with till.site.db.transaction("read") as db:
        alike = {number: look_alike(db, [said_of(db.get_one(Payment, number))])[0] for number in (first, second, third)}
        found = {number: [(each.payment.id, each.reasons) for each in rows] for number, rows in alike.items()}
    assert found[second] == [(first, ("The same amount for this lease within five days",))]
    assert found[third] == [(first, ("The same reference",))]


def test_a_cheque_with_the_same_number_looks_like_the_same_payment(till: Till) -> None:
    first, second, _ = (
        till.report(120_000, TODAY - days(20), "cheque", cheque_number="000123"),
        till.record(121_000, rail="cheque", cheque_number="000123"),
        till.record(1_000, rail="cheque", cheque_number="000124"),
    )
    with till.site.db.transaction("read") as db:
        [[alike]] = look_alike(db, [said_of(db.get_one(Payment, second))])
        assert (alike.payment.id, alike.reasons) == (first, ("A cheque with the same number for this lease",))


REFUSED_SQL = {
    "a payment that begins later": """INSERT INTO ledger_payment
        (ref, organisation_id, lease_id, cents, currency, rail, state, received_on, reference, created, reason)
        SELECT 'x1', organisation_id, lease_id, 5, 'BSD', 'cash', 'waiting', received_on, '', created, ''
        FROM ledger_payment WHERE id = :paid""",
    "confirmed without an entry": "UPDATE ledger_payment SET state = 'confirmed' WHERE id = :reported",
    "confirmed with another's entry": """UPDATE ledger_payment SET state = 'confirmed', entry_number =
        (SELECT entry_number FROM ledger_payment WHERE id = :paid), receipt_number = 2, receipt_token = 'r1-x'
        WHERE id = :reported""",
    "another amount": "UPDATE ledger_payment SET cents = cents + 1 WHERE id = :paid",
    "another lease": "UPDATE ledger_payment SET lease_id = lease_id + 1 WHERE id = :reported",
    "another number of a receipt": "UPDATE ledger_payment SET receipt_number = 7 WHERE id = :paid",
    "back to reported": "UPDATE ledger_payment SET state = 'reported', entry_number = NULL WHERE id = :paid",
    "taken back without an entry": "UPDATE ledger_payment SET state = 'reversed', voided_by = entry_number WHERE id = :paid",
    "deleted": "DELETE FROM ledger_payment WHERE id = :reported",
    "a receipt that is left out": "UPDATE ledger_receipt_book SET last_number = last_number + 1",
    "a book that begins anew": "DELETE FROM ledger_receipt_book",
    "a part that grows": "UPDATE ledger_payment_part SET cents = cents + 1 WHERE payment_id = :paid",
    "a part that is used up": "UPDATE ledger_payment_part SET open_cents = 1 WHERE payment_id = :paid",
    "a part too much": """INSERT INTO ledger_payment_part (organisation_id, payment_id, account_id, cents, open_cents)
        SELECT organisation_id, :paid, account_id, 5, 5 FROM ledger_charge WHERE id = :deposit""",
    "a charge that is paid by nothing": "UPDATE ledger_charge SET open_cents = 0 WHERE id = :charge",
    "an allocation that changes": "UPDATE ledger_allocation SET cents = 1",
    "more than the charge": """INSERT INTO ledger_allocation
        (organisation_id, lease_id, charge_id, part_id, cents, by_hand, made)
        SELECT organisation_id, lease_id, :charge, (SELECT id FROM ledger_payment_part WHERE payment_id = :more), 100001, FALSE,
        created FROM ledger_payment WHERE id = :more""",
    "more than the payment": """INSERT INTO ledger_allocation
        (organisation_id, lease_id, charge_id, part_id, cents, by_hand, made)
        SELECT organisation_id, lease_id, :big, (SELECT id FROM ledger_payment_part WHERE payment_id = :more), 400001, FALSE,
        created FROM ledger_payment WHERE id = :more""",
    "rent for a deposit": """INSERT INTO ledger_allocation
        (organisation_id, lease_id, charge_id, part_id, cents, by_hand, made)
        SELECT organisation_id, lease_id, :deposit, (SELECT id FROM ledger_payment_part WHERE payment_id = :more), 1, FALSE,
        created FROM ledger_payment WHERE id = :more""",
}


@pytest.mark.parametrize("what", REFUSED_SQL)
def test_plain_sql_is_refused(till: Till, what: str) -> None:
    ids = {"reported": till.report(1_000), "more": till.record(400_000)}
    with till.act() as db:
        allocate_by_hand(db, db.get_one(Payment, ids["more"]), {}, now=START)
    ids["charge"], ids["paid"] = till.charge(150_000), None
    ids["paid"] = till.record(50_000)
    with till.act() as db:
        # The first money that was left paid as well: only the second is to be there.
        reallocate(db, till.lease(db), now=START)
        allocate_by_hand(db, db.get_one(Payment, ids["more"]), {}, now=START)
        allocate_by_hand(db, db.get_one(Payment, ids["paid"]), {ids["charge"]: 50_000}, now=START)
    ids["deposit"], ids["big"] = till.charge(10_000, what="deposit"), till.charge(900_000, JUNE + days(9))
    statement = text(REFUSED_SQL[what])
    wanted = {name: ids[name] for name in statement._bindparams}
    with pytest.raises((IntegrityError, DBAPIError)), till.act() as db:
        db.execute(statement, wanted)
    holds(till)


def test_replace_takes_nothing_away(till: Till) -> None:
    if till.site.db.engine.dialect.name == "postgresql":
        return
    charge, paid = till.charge(150_000), till.record(50_000)
    for table in ("ledger_payment", "ledger_payment_part", "ledger_allocation", "ledger_receipt_book"):
        with pytest.raises(IntegrityError), till.act() as db:
            db.execute(text(f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"))
    assert till.open_of(charge) == [100_000]
    assert till.payment(paid)["left"] == 0


def test_taking_an_allocation_off_gives_the_cents_back(till: Till) -> None:
    charge, paid = till.charge(150_000), till.record(50_000)
    with till.act() as db:
        db.execute(text("DELETE FROM ledger_allocation"))
    assert till.open_of(charge) == [150_000]
    assert till.payment(paid)["left"] == 50_000
    with till.site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Allocation)) == 0
        assert db.scalar(select(func.count()).select_from(LedgerEntry)) == 2
