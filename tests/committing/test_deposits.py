"""Deposits: the last rent, what the final statement does to the books, paying back, and what plain SQL is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from paying import Till
from renting import new_lease, organisation_of, run
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.ending.services import cancel_lease, end_lease
from atlasbahamas_plugins.leasing.leaving.services import (
    DeductionDetails,
    add_deduction,
    number_of,
    send_statement,
    statement_content,
)
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.writing.services import Agreed, LeaseDetails, PartyLine, Terms, bind, write_leases
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import owed_by, take_back
from atlasbahamas_plugins.ledger.deposits import services
from atlasbahamas_plugins.ledger.deposits.services import DepositBooks, PaidBack
from atlasbahamas_plugins.ledger.deposits.standing import standing_of
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments import services as payments
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import ADJUSTMENT, AccountKey, Entry, Source, Transfer, accounts, post, total
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails

MARCH, MAY, JUNE, END = date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 30)
DEPOSITS = {"security": 100_000, "last": 120_000}


def lease_with(site: Site, deposits: Mapping[str, int] = DEPOSITS, *, paid: int | None = None) -> Till:
    """A lease since May whose rents and deposits were charged, and as many cents paid, or all but the rent of June."""
    lease_id = new_lease(site, MAY, deposits=deposits)
    run(site, organisation_of(site, lease_id), MAY)
    till = Till(site, lease_id, Till.of(site).by)
    till.record(sum(deposits.values()) + 120_000 if paid is None else paid, MAY)
    run(site, organisation_of(site, lease_id), JUNE)
    return till


def leave(till: Till, *deductions: tuple[str, int, int], last_day: date = END) -> None:
    """Give notice, write the deductions (kind, cents, wear), and send the statement to who keeps the books."""
    with till.act() as db:
        lease, now = till.lease(db), till.site.clock.now()
        if lease.state == "active":
            end_lease(db, lease, last_day, "They leave", today=till.site.clock.today())
        for kind, cents, wear in deductions:
            add_deduction(db, lease, DeductionDetails(kind, f"A {kind}", "It is so", cents, wear), now=now)
        books = [DepositBooks()]
        seen = number_of(statement_content(db, lease, books))
        send_statement(db, lease, seen=seen, person_id=till.by, now=now, keepers=books)


def stands(till: Till) -> tuple[int, int, int, int]:
    """What is held, to be paid back, owed of rent and fees, owed of deposits."""
    with till.site.db.transaction("read") as db:
        lease = till.lease(db)
        there, owed = standing_of(db, lease), owed_by(db, lease)
        return there.held_cents, there.payable_cents, owed.rent_cents, owed.deposit_cents


def act(till: Till, service: Any, *args: Any, **more: Any) -> Any:
    with till.act() as db:
        return service(db, till.lease(db), *args, by=till.by, now=till.site.clock.now(), **more)


def undo_disposition(db: Session, lease: Lease, **more: Any) -> None:
    row = services.disposition_of(db, lease)
    assert row is not None
    services.take_disposition_back(db, lease, row, "Wrong", **more)


def undo_refund(db: Session, lease: Lease, **more: Any) -> None:
    services.take_refund_back(db, lease, services.refunds_of(db, lease)[0], "It came back", **more)


def back(till: Till, cents: int, **more: Any) -> None:
    paid = PaidBack(cents, till.site.clock.today(), "transfer", "RBC 7", **more)
    act(till, services.pay_back, paid, today=till.site.clock.today())


def holds(till: Till) -> None:
    with proving.whole_view(till.site.db) as db:
        assert proving.verify(db, till.lease(db).organisation_id).findings == []


def test_the_statement_is_posted_paid_back_and_taken_back(site: Site) -> None:
    till = lease_with(site)
    assert stands(till) == (220_000, 0, 120_000, 0)
    leave(till, ("repair", 30_000, 5_000), ("rent", 120_000, 0))
    assert stands(till) == (0, 75_000, 0, 0)
    with site.db.transaction("read") as db:
        charge = db.scalars(select(Charge).where(Charge.what == "deduction")).one()
        assert (charge.cents, charge.open_cents, charge.explanation["wear_cents"]) == (25_000, 0, 5_000)
        assert total(db, till.lease(db).organisation_id, "other_income").cents == 25_000
    with pytest.raises(Refused, match="more than"):
        back(till, 75_001)
    back(till, 50_000, ref="refund-a1")
    back(till, 50_000, ref="refund-a1")
    assert stands(till) == (0, 25_000, 0, 0)
    with pytest.raises(Refused, match="paid back to the tenants"):
        act(till, undo_disposition)
    act(till, undo_refund)
    act(till, undo_disposition)
    assert stands(till) == (220_000, 0, 120_000, 0)
    act(till, services.dispose)
    assert stands(till) == (0, 75_000, 0, 0)
    with pytest.raises(Refused, match="already"):
        act(till, services.dispose)
    holds(till)


def test_what_the_deposits_do_not_cover_stays_owed_and_what_nobody_paid_is_let_go(site: Site) -> None:
    till = lease_with(site, {"security": 100_000}, paid=40_000)
    assert stands(till) == (40_000, 0, 240_000, 60_000)
    with site.db.transaction("read") as db:
        assert DepositBooks().missing(db, till.lease(db)) == [("Not paid", 60_000)]
    leave(till, ("cleaning", 50_000, 0), ("keys", 5_000, 0))
    with site.db.transaction("read") as db:
        cleaning, keys = db.scalars(select(Charge).where(Charge.what == "deduction").order_by(Charge.id))
        assert (cleaning.open_cents, keys.open_cents) == (10_000, 5_000)
        content = json.loads(db.scalar(text("SELECT content FROM leasing_statement WHERE lease_id = :id"), {"id": till.lease_id}))
        assert (content["held_cents"], content["owed_cents"], content["back_cents"]) == (100_000, 15_000, 0)
    assert stands(till) == (0, 0, 255_000, 0)
    holds(till)


def test_the_last_rent_pays_for_the_last_period_by_itself_and_the_statement_knows(site: Site) -> None:
    till = lease_with(site)
    with till.act() as db:
        end_lease(db, till.lease(db), END, "They leave", today=JUNE)
    site.clock.move(days=1)
    site.drain_jobs()
    assert stands(till) == (100_000, 0, 0, 0)
    with till.act() as db:
        lease = till.lease(db)
        credit = db.scalars(select(Credit).where(Credit.what == "last_rent")).one()
        take_back(db, lease, credit, "They paid it", by=till.by, now=site.clock.now())
    site.clock.move(days=1)
    site.drain_jobs()
    assert stands(till) == (220_000, 0, 120_000, 0)
    act(till, services.use_last_rent, seen=120_000)
    with pytest.raises(Refused, match="no last rent"):
        act(till, services.use_last_rent)
    leave(till)
    assert stands(till) == (0, 100_000, 0, 0)
    holds(till)


def continued(till: Till, starts: date, deposits: Mapping[str, int]) -> int:
    """The lease goes on with other terms, agreed on paper; gives the id of what goes on."""
    with till.act() as db:
        former, now = till.lease(db), till.site.clock.now()
        agreed = Terms(starts, "month_to_month", None, True, 120_000)
        details = LeaseDetails(agreed, [PartyLine(None, ContactDetails("Rosalie Rent"), "primary")], dict(deposits))
        [following] = write_leases(db, [Agreed(former.unit, details, continues=former)], "on_paper", now=now)
        bind(db, following, today=till.site.clock.today())
        return following.id


def test_what_a_lease_before_holds_is_disposed_of_with_the_one_that_goes_on(site: Site) -> None:
    till = lease_with(site)
    following = continued(till, JUNE, {"security": 130_000, "last": 120_000})
    run(site, organisation_of(site, following), JUNE)
    till.lease_id = following
    assert stands(till)[0] == 220_000
    till.record(30_000)
    leave(till, ("repair", 10_000, 0))
    assert stands(till)[:2] == (0, 240_000)
    holds(till)


def test_a_statement_about_deposits_that_came_before_the_books_is_believed(site: Site) -> None:
    lease_id = new_lease(site, MAY, deposits=DEPOSITS)
    till = Till(site, lease_id, Till.of(site).by)
    leave(till, ("repair", 20_000, 0))
    assert stands(till) == (0, 200_000, 240_000, 0)
    with site.db.transaction("read") as db:
        assert total(db, till.lease(db).organisation_id, "opening_balances").cents == -220_000
    holds(till)


def test_a_payment_that_comes_back_after_all_is_owed_again(site: Site) -> None:
    till = lease_with(site, {"security": 100_000}, paid=120_000)
    paid = till.record(100_000)
    leave(till, ("repair", 100_000, 0))
    with till.act() as db:
        payments.reverse_payment(db, db.get_one(Payment, paid), "It was another's", by=till.by, now=site.clock.now())
    held, payable, rent, deposit = stands(till)
    assert (held, payable, rent + deposit) == (0, 0, 220_000)
    holds(till)


def test_neither_a_run_nor_a_lease_is_taken_away_under_what_was_settled(site: Site) -> None:
    till = lease_with(site)
    leave(till)
    with site.db.transaction("read") as db:
        mine = select(Charge.batch_id).where(Charge.what == "deposit", Charge.lease_id == till.lease_id)
        batch_id = db.scalar(mine.limit(1))
    with pytest.raises(Refused, match="deposit that was used"), till.act() as db:
        reverse_batch(db, db.get_one(Batch, batch_id), "Wrong", by=till.by, now=site.clock.now())
    with pytest.raises(Refused, match="final statement was sent"), till.act() as db:
        cancel_lease(db, till.lease(db), "Never was")
    with pytest.raises((IntegrityError, DBAPIError)), till.act() as db:
        db.execute(text("UPDATE leasing_lease SET state = 'cancelled' WHERE id = :id"), {"id": till.lease_id})


REFUSED_SQL = {
    "another amount": "UPDATE ledger_disposition SET held_cents = 1, used_cents = 1, back_cents = 0",
    "taken back without an entry": "UPDATE ledger_disposition SET voided_by = entry_number, reason = 'x'",
    "deleted": "DELETE FROM ledger_refund",
    "more paid back": "UPDATE ledger_refund SET cents = cents + 1",
    "a second one": """INSERT INTO ledger_disposition (ref, organisation_id, lease_id, statement_id, day, held_cents, used_cents,
        back_cents, entry_number, reason, made) SELECT 'd-2', organisation_id, lease_id, statement_id, day, 0, 0, 0, entry_number,
        '', made FROM ledger_disposition""",
    "of no entry": """INSERT INTO ledger_refund (ref, organisation_id, lease_id, cents, paid_on, rail, reference, entry_number,
        reason, made) SELECT 'r-2', organisation_id, lease_id, cents, paid_on, rail, reference, entry_number, '', made
        FROM ledger_refund""",
}


@pytest.fixture
def settled(site: Site) -> Till:
    till = lease_with(site)
    leave(till, ("repair", 30_000, 5_000))
    back(till, 10_000)
    return till


@pytest.mark.parametrize("what", REFUSED_SQL)
def test_plain_sql_is_refused(settled: Till, what: str) -> None:
    with pytest.raises((IntegrityError, DBAPIError)), settled.act() as db:
        db.execute(text(REFUSED_SQL[what]))


def moved(till: Till, kind: str, cents: int) -> None:
    """Take cents from an account of the lease to the bank, by an entry that anybody could post."""
    with till.act() as db:
        lease = till.lease(db)
        keys = [AccountKey(kind, lease.id), AccountKey("bank")]
        refs = accounts(db, lease.organisation_id, keys)
        entry = Entry(ADJUSTMENT, JUNE, [Transfer(refs[keys[0]], refs[keys[1]], cents)], Source("test", "t"))
        post(db, lease.organisation_id, [entry], now=till.site.clock.now())


def test_no_entry_leaves_less_than_nothing_held_or_uses_what_nobody_paid(site: Site) -> None:
    till = lease_with(site, {"security": 100_000}, paid=40_000)
    with pytest.raises(IntegrityError):
        moved(till, "deposit_held", 40_001)
    with pytest.raises(IntegrityError):
        moved(till, "refund_payable", 1)
    moved(till, "deposit_held", 40_000)
    assert stands(till)[0] == 0
    holds(till)
