"""Whatever happens to leases and their money, in any order and repeated: the ledger is what a book says that is kept by hand.

A machine of random steps for all of the ledger: leases, rents and runs of any day; charges and credits; payments, returns and
reversals; late fees, payment plans and shares. After each step the leases that it touched are compared with their books
(ledger_calendar.py), charge by charge and cent by cent. In the end the night's runs come once more and post nothing the second
time, all leases are compared, and the books prove themselves.

Source: domain.md 3.4. What is done in a step is in ledger_life.py and those that it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from random import Random
from typing import Any

from figure_sums import assert_sums_hold
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from ledger_calendar import Book, control_accounts
from ledger_things import Fee
from lives import live
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from steps_of_plans import ShareRules

from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.explaining.services import Explanation, explain
from atlasbahamas_plugins.ledger.explaining.standing import stands
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, ControlTotal, LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart
from atlasbahamas_plugins.ledger.plans.models import Plan
from atlasbahamas_plugins.ledger.sharing.services import shared

EXAMPLES = {"sqlite": 6, "postgresql": 5}
STEPS = 30

TOO_MUCH = """SELECT count(*) FROM (
    SELECT charge.id FROM ledger_allocation AS used JOIN ledger_charge AS charge ON charge.id = used.charge_id
        WHERE charge.lease_id = :lease GROUP BY charge.id, charge.cents HAVING sum(used.cents) > charge.cents
    UNION ALL SELECT payment.id FROM ledger_allocation AS used JOIN ledger_payment_part AS part ON part.id = used.part_id
        JOIN ledger_payment AS payment ON payment.id = part.payment_id
        WHERE payment.lease_id = :lease GROUP BY payment.id, payment.cents HAVING sum(used.cents) > payment.cents
    UNION ALL SELECT credit.id FROM ledger_allocation AS used JOIN ledger_credit AS credit ON credit.id = used.credit_id
        WHERE credit.lease_id = :lease GROUP BY credit.id, credit.cents HAVING sum(used.cents) > credit.cents) AS found"""


class Ledger(ShareRules, RuleBasedStateMachine):
    """The leases of an organisation, and the book of each."""

    @initialize(cents=st.integers(50_000, 150_000), hundredths=st.integers(1, 1_000), grace_days=st.integers(0, 7))
    def begin(self, cents: int, hundredths: int, grace_days: int) -> None:
        """With the lease of three who owe since two months, which the runs of a night have seen."""
        self.begin_a_life()
        fee = Fee("percent", 0, hundredths, None)
        self.record(-60, None, "monthly", "advance", 1, cents, fee, grace_days, 100_000, 3)
        self.a_night()

    @invariant()
    def the_ledger_is_as_the_books(self) -> None:
        touched, self.touched = self.touched, set()
        with self.site.db.transaction("read") as db:
            for lease_id in touched:
                self.compare(db, lease_id, self.books[lease_id])
            self.compare_control_accounts(db)

    def compare(self, db: Session, lease_id: int, book: Book) -> None:
        lease = db.get_one(Lease, lease_id)
        compare_charges(db, lease_id, book)
        compare_money(db, lease_id, book)
        assert db.scalar(text(TOO_MUCH), {"lease": lease_id}) == 0
        assert owed_by(db, lease).cents == book.balance()
        plans = select(Plan.state, Plan.cents, Plan.closed_on).where(Plan.lease_id == lease_id).order_by(Plan.id)
        kept = [(plan.state, sum(cents for _, cents in plan.instalments), plan.closed_on) for plan in book.plans]
        assert [tuple(row) for row in db.execute(plans)] == kept
        self.compare_explanations(db, lease, book)
        self.compare_shares(db, lease, book)

    def compare_explanations(self, db: Session, lease: Lease, book: Book) -> None:
        """As at any day, as it was known at any moment; and as it stands today."""
        now = explain(db, lease)
        looks: list[tuple[Explanation, date | None, datetime | None]] = [(now, None, None)]
        if book.moves:
            dice = Random(len(book.moves))
            day, known = dice.choices(book.moves, k=2)
            as_at, known_at = dice.choice([(day.day, None), (None, known.at), (day.day, known.at)])
            looks.append((explain(db, lease, as_at=as_at, known_at=known_at, most=dice.choice([None, 3])), as_at, known_at))
        for found, as_at, known_at in looks:
            assert found.cents == found.cents_before + sum(line.cents for line in found.lines) == book.balance(as_at, known_at)
            assert sum(found.of(account) for account in found.accounts) == found.cents
        for each in stands(db, lease, today=self.today).by_kind:
            rows = [*each.overdue, *each.due, *each.unused, *each.others]
            assert (sum(row.cents for row in rows), each.others) == (each.cents, [])
            assert each.cents == now.of(each.account)

    def compare_shares(self, db: Session, lease: Lease, book: Book) -> None:
        found = shared(db, lease, today=self.today)
        assert (found is not None) == bool(book.shares)
        if found is not None:
            assert sum(part.cents for part in found.parts.values()) == found.balance_cents == book.balance()
            assert {party: part.cents for party, part in found.parts.items()} == book.parts(book.shares)

    def compare_control_accounts(self, db: Session) -> None:
        """Those of each kind add up to the control account, and that is what the books come to."""
        difference = AccountBalance.debit_cents - AccountBalance.credit_cents
        accounts = select(LedgerAccount.kind, func.sum(difference)).join(
            LedgerAccount, LedgerAccount.id == AccountBalance.account_id
        )
        accounts = accounts.where(LedgerAccount.organisation_id == self.here).group_by(LedgerAccount.kind)
        controls = select(ControlTotal.kind, ControlTotal.debit_cents - ControlTotal.credit_cents)
        controls = controls.where(ControlTotal.organisation_id == self.here)
        for query in (accounts, controls):
            found = {kind: int(cents) for kind, cents in db.execute(query) if cents}
            assert found == control_accounts(self.books.values())

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        self.a_night()
        self.posts_nothing(self.a_night)
        with proving.whole_view(self.site.db) as db:
            for lease_id, book in self.books.items():
                self.compare(db, lease_id, book)
            assert proving.verify(db, self.here).findings == []
            assert_sums_hold(db, self.here)


def compare_charges(db: Session, lease_id: int, book: Book) -> None:
    """The charges that count, each with what is unpaid and why it is as much as it is."""
    rows = db.scalars(select(Charge).where(Charge.lease_id == lease_id, Charge.voided_by.is_(None)).order_by(Charge.id))
    found = [(*_of(row), row.open_cents, _why(row.explanation)) for row in rows]
    kept = [
        (each.rule, each.starts, each.ends, each.due_on, each.cents, book.unpaid(each), each.parts or each.on_cents)
        for each in book.owed()
    ]
    assert found == kept
    for row in db.scalars(select(Charge).where(Charge.lease_id == lease_id, Charge.what == "rent")):
        assert sum(segment["cents"] for segment in row.explanation["segments"]) == row.cents


def _of(row: Charge) -> tuple[str, date, date, date, int]:
    return row.rule, row.period_starts, row.period_ends, row.due_on, row.cents


def _why(explanation: dict[str, Any]) -> Any:
    """The rents within a period, or the cents that a late fee is on."""
    day = date.fromisoformat
    segments = tuple((day(each["first"]), day(each["last"]), each["rent_cents"]) for each in explanation.get("segments", ()))
    return segments or explanation.get("unpaid_cents")


def compare_money(db: Session, lease_id: int, book: Book) -> None:
    """The payments with their receipts, what is left of them and of credits, and where each cent went."""
    payments = select(Payment.ref, Payment.state, Payment.cents, Payment.receipt_number)
    payments = payments.where(Payment.lease_id == lease_id).order_by(Payment.id)
    kept = [(each.ref, each.state, each.cents, each.receipt) for each in book.payments]
    assert [tuple(row) for row in db.execute(payments)] == kept
    parts = select(Payment.ref, LedgerAccount.kind, PaymentPart.cents, PaymentPart.open_cents)
    parts = parts.join(Payment, Payment.id == PaymentPart.payment_id).join(
        LedgerAccount, LedgerAccount.id == PaymentPart.account_id
    )
    credits = select(Credit.ref, LedgerAccount.kind, Credit.cents, Credit.open_cents)
    credits = credits.join(LedgerAccount, LedgerAccount.id == Credit.account_id)
    there = [
        *db.execute(parts.where(Payment.lease_id == lease_id, Payment.state == "confirmed")),
        *db.execute(credits.where(Credit.lease_id == lease_id, Credit.voided_by.is_(None))),
    ]
    assert _sorted(there) == _sorted((each.ref, each.account, each.cents, book.left(each)) for each in book.money if each.counts)
    uses: Counter[tuple[Any, ...]] = Counter()
    query = select(Charge.rule, Charge.period_starts, func.coalesce(Payment.ref, Credit.ref), Allocation.cents)
    query = query.join(Charge, Charge.id == Allocation.charge_id).outerjoin(Credit, Credit.id == Allocation.credit_id)
    query = query.outerjoin(PaymentPart, PaymentPart.id == Allocation.part_id)
    query = query.outerjoin(Payment, Payment.id == PaymentPart.payment_id).where(Allocation.lease_id == lease_id)
    for *key, cents in db.execute(query):
        uses[tuple(key)] += cents
    for use in book.uses:
        uses[use.charge.rule, use.charge.starts, use.money.ref] -= use.cents
    assert not any(uses.values())


def _sorted(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in rows)


def machine_of(site: Site) -> type[RuleBasedStateMachine]:
    """The machine, on this site."""
    return type("Ledger", (Ledger,), {"site": site})


def test_the_ledger_is_what_a_book_kept_by_hand_says(world: tuple[Site, int]) -> None:
    site, lives = world
    live(machine_of(site), lives, STEPS)
