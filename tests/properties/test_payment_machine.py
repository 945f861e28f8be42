"""Whatever is charged, paid, reported, refused, taken back and allocated, in any order: cents are never lost, nor paid twice.

A machine of random steps on one lease, beside a sum in plain Python that knows no allocation; the explanation of the lease has to
come to that sum on any day, and to what it was on that day as far as it was known at any step.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from figure_sums import assert_sums_hold
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lives import live
from paying import Till
from sqlalchemy import select, text

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand, charges_for, reallocate, what_if
from atlasbahamas_plugins.ledger.charges.services import ByHand, give_credit, owed_by
from atlasbahamas_plugins.ledger.cheques.services import clear_cheque, lodge_cheque, return_cheque
from atlasbahamas_plugins.ledger.explaining.services import explain
from atlasbahamas_plugins.ledger.explaining.standing import stands
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments import services
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property
from atlasbahamas_plugins.portfolio.services import UnitDetails, add_unit

EXAMPLES = {"sqlite": 6, "postgresql": 3}
STEPS = 25
TODAY = START.date()
NUMBERS = itertools.count(1)
AMOUNTS = st.integers(1, 200_000)
DAYS = st.integers(-60, 0).map(lambda days: TODAY + timedelta(days=days))
CHOICE = st.integers(0, 10**6)

OPEN = """SELECT account.id,
    coalesce((SELECT sum(open_cents) FROM ledger_charge WHERE account_id = account.id AND voided_by IS NULL), 0),
    coalesce((SELECT sum(open_cents) FROM ledger_credit WHERE account_id = account.id AND voided_by IS NULL), 0)
    + coalesce((SELECT sum(part.open_cents) FROM ledger_payment_part AS part JOIN ledger_payment AS payment
        ON payment.id = part.payment_id AND payment.state = 'confirmed' WHERE part.account_id = account.id), 0),
    coalesce((SELECT debit_cents - credit_cents FROM ledger_balance WHERE account_id = account.id), 0)
    FROM ledger_account AS account
    WHERE account.lease_id = :lease AND account.kind IN ('receivable', 'deposit_receivable')"""
LEFT = """SELECT count(*) FROM ledger_charge WHERE lease_id = :lease AND open_cents <> cents
    - coalesce((SELECT sum(cents) FROM ledger_allocation WHERE charge_id = ledger_charge.id), 0)"""


class Move(NamedTuple):
    """What is owed changes by so many cents from a day on, as it is known from a moment on."""

    at: datetime
    day: date
    cents: int


def owed_on(moves: list[Move], as_at: date | None, known_at: datetime | None) -> int:
    """What is owed at the end of a day, as it was known at a moment, by plain addition."""
    return sum(move.cents for move in moves if (as_at is None or move.day <= as_at) and (known_at is None or move.at <= known_at))


def machine_of(site: Site) -> type[RuleBasedStateMachine]:
    """The machine, on this site."""
    receipts = itertools.count(1)

    class Money(RuleBasedStateMachine):
        """A lease and what is owed, paid and credited on it; `owed` is the sum of all that counts."""

        @initialize()
        def begin(self) -> None:
            with Till(site, 0, 0).act() as db:
                above = db.scalars(select(Property).where(Property.name == "Cable Beach Court")).one()
                details = UnitDetails(f"Money {next(NUMBERS)}", 1, 1, 1, 0, None, False, False)
                unit = add_unit(db, above, details, now=START)
                terms = Terms(TODAY - timedelta(days=90), "month_to_month", None, True, 100_000)
                party = PartyLine(None, ContactDetails("Monica Money"), "primary")
                lease = record_lease(db, unit, "oral", LeaseDetails(terms, [party]), now=START, today=TODAY)
                self.till = Till(site, lease.id, db.scalars(select(Person.id).where(Person.user_name == "keva")).one())
            self.moves: list[Move] = []
            self.charges: dict[int, tuple[int, date]] = {}
            self.confirmed: dict[int, tuple[int, date]] = {}
            self.reported: list[tuple[int, date]] = []
            self.cheques: list[int] = []

        def move(self, cents: int, day: date) -> None:
            """What is owed changes from a day on; a moment passes, so that what was known before is told from this."""
            self.moves.append(Move(site.clock.now(), day, cents))
            site.clock.move(seconds=1)

        @rule(cents=AMOUNTS, day=DAYS, what=st.sampled_from(["rent", "deposit", "other"]))
        def charge(self, cents: int, day: date, what: str) -> None:
            self.charges[self.till.charge(cents, day, what)] = (cents, day)
            self.move(cents, day)

        @rule(which=CHOICE)
        def take_a_charge_back(self, which: int) -> None:
            if self.charges:
                number = sorted(self.charges)[which % len(self.charges)]
                self.till.void(number)
                cents, day = self.charges.pop(number)
                self.move(-cents, day)

        @rule(cents=AMOUNTS, day=DAYS)
        def credit(self, cents: int, day: date) -> None:
            with self.till.act() as db:
                words = ByHand("credit", cents, day, "Goodwill", long_key("credit"))
                give_credit(db, self.till.lease(db), words, by=self.till.by, now=site.clock.now(), today=TODAY)
            self.move(-cents, day)

        @rule(cents=AMOUNTS, day=DAYS, rail=st.sampled_from(["cash", "transfer", "suncash"]))
        def pay(self, cents: int, day: date, rail: str) -> None:
            with site.db.transaction("read") as db:
                charges = stands(db, self.till.lease(db), today=TODAY).payable
                told = {row.id: share for row, share in what_if(charges, cents).shares}
                before = {row.id: row.open_cents for row in charges}
            self._confirmed(self.till.record(cents, day, rail), cents, day)
            paid = {number: before[number] - left for number, left in zip(told, self.till.open_of(*told), strict=True)}
            assert all(paid[number] >= cents for number, cents in told.items())

        @rule(cents=AMOUNTS, day=DAYS)
        def pay_by_cheque(self, cents: int, day: date) -> None:
            number = self.till.record(cents, day, "cheque", cheque_number="1")
            self._confirmed(number, cents, day)
            self.cheques.append(number)

        @rule(which=CHOICE, act=st.sampled_from([lodge_cheque, clear_cheque]))
        def bring_a_cheque_on(self, which: int, act: Any) -> None:
            if self.cheques:
                with suppress(Refused), self.till.act() as db:
                    found = db.get_one(Cheque, self.cheques[which % len(self.cheques)])
                    act(db, found, TODAY, by=self.till.by, now=site.clock.now(), today=TODAY)

        @rule(which=CHOICE)
        def return_a_cheque(self, which: int) -> None:
            if not self.cheques:
                return
            number = self.cheques[which % len(self.cheques)]
            try:
                with self.till.act() as db:
                    found = db.get_one(Cheque, number)
                    return_cheque(db, found, TODAY, "No funds", by=self.till.by, now=site.clock.now(), today=TODAY)
            except Refused:
                return
            # It counted until the day on which it came back.
            self.move(self.confirmed.pop(number)[0], TODAY)

        @rule(cents=AMOUNTS, day=DAYS)
        def report(self, cents: int, day: date) -> None:
            self.reported.append((self.till.report(cents, day), day))

        @rule(which=CHOICE, cents=AMOUNTS, twice=st.booleans())
        def confirm(self, which: int, cents: int, twice: bool) -> None:
            if self.reported:
                number, day = self.reported.pop(which % len(self.reported))
                self.till.confirm(number, cents=cents)
                if twice:
                    self.till.confirm(number)
                self._confirmed(number, cents, day)

        @rule(which=CHOICE)
        def refuse(self, which: int) -> None:
            if self.reported:
                number, _ = self.reported.pop(which % len(self.reported))
                with self.till.act() as db:
                    now = site.clock.now()
                    services.refuse_payment(db, db.get_one(Payment, number), "Nothing came", by=self.till.by, now=now)

        @rule(which=CHOICE)
        def take_a_payment_back(self, which: int) -> None:
            if self.confirmed:
                number = sorted(self.confirmed)[which % len(self.confirmed)]
                with self.till.act() as db:
                    now = site.clock.now()
                    services.reverse_payment(db, db.get_one(Payment, number), "Another's", by=self.till.by, now=now)
                self.move(*self.confirmed.pop(number))

        @rule(which=CHOICE, cents=st.lists(AMOUNTS, max_size=5))
        def choose_by_hand(self, which: int, cents: list[int]) -> None:
            if self.confirmed:
                number = sorted(self.confirmed)[which % len(self.confirmed)]
                with suppress(Refused), self.till.act() as db:
                    payment = db.get_one(Payment, number)
                    offered = [row.id for row, _, _ in charges_for(db, payment)]
                    allocate_by_hand(db, payment, dict(zip(offered, cents, strict=False)), now=START)

        @rule()
        def oldest_first_again(self) -> None:
            with self.till.act() as db:
                reallocate(db, self.till.lease(db), now=START)
            self._nothing_is_left_that_could_pay()

        @rule()
        def use_what_is_left(self) -> None:
            self.till.allocate()
            assert self.till.allocate() == 0
            self._nothing_is_left_that_could_pay()

        @invariant()
        def it_adds_up(self) -> None:
            if not hasattr(self, "till"):
                return
            with site.db.transaction("read") as db:
                assert owed_by(db, self.till.lease(db)).cents == sum(move.cents for move in self.moves)
                for _, unpaid, unused, balance in db.execute(text(OPEN), {"lease": self.till.lease_id}):
                    assert unpaid - unused == balance
                assert db.scalar(text(LEFT), {"lease": self.till.lease_id}) == 0

        @invariant()
        def the_explanation_comes_to_the_balance_as_at_any_day_and_as_known(self) -> None:
            if not getattr(self, "moves", None):
                return
            day, known = Random(len(self.moves)).choices(self.moves, k=2)
            with site.db.transaction("read") as db:
                lease = self.till.lease(db)
                for as_at, known_at, most in (
                    (None, None, None),
                    (day.day, None, 3),
                    (None, known.at, 3),
                    (day.day, known.at, None),
                ):
                    owed, found = (
                        owed_on(self.moves, as_at, known_at),
                        explain(db, lease, as_at=as_at, known_at=known_at, most=most),
                    )
                    assert found.cents == found.cents_before + sum(line.cents for line in found.lines) == owed
                    assert sum(found.of(account) for account in found.accounts) == owed
                now = explain(db, lease)
                for each in stands(db, lease, today=TODAY).by_kind:
                    rows = [*each.overdue, *each.due, *each.unused, *each.others]
                    assert (sum(row.cents for row in rows), each.others) == (each.cents, [])
                    assert each.cents == now.of(each.account)

        def teardown(self) -> None:
            if hasattr(self, "till"):
                with proving.whole_view(site.db) as db:
                    assert proving.verify(db, self.till.lease(db).organisation_id).findings == []
                    assert_sums_hold(db, self.till.lease(db).organisation_id)

        def _confirmed(self, number: int, cents: int, day: date) -> None:
            self.confirmed[number] = (cents, day)
            self.move(-cents, day)
            assert self.till.payment(number)["receipt_number"] == next(receipts)

        def _nothing_is_left_that_could_pay(self) -> None:
            with site.db.transaction("read") as db:
                for _, unpaid, unused, _ in db.execute(text(OPEN), {"lease": self.till.lease_id}):
                    assert not (unpaid and unused)

    return Money


def test_cents_are_never_lost_nor_paid_twice(world: tuple[Site, int]) -> None:
    site, lives = world
    live(machine_of(site), lives, STEPS)
