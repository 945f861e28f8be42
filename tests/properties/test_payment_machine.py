"""Whatever is charged, paid, reported, refused, taken back and allocated, in any order: cents are never lost, nor paid twice.

A machine of random steps on one lease, beside a sum in plain Python that knows no allocation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from paying import Till, charge
from sqlalchemy import select, text

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand, charges_for, reallocate, what_if
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.services import ByHand, give_credit, owed_by
from atlasbahamas_plugins.ledger.cheques.services import clear_cheque, lodge_cheque, return_cheque
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
            self.owed = 0
            self.charges: dict[int, int] = {}
            self.confirmed: dict[int, int] = {}
            self.reported: list[int] = []
            self.cheques: list[int] = []

        @rule(cents=AMOUNTS, day=DAYS, what=st.sampled_from(["rent", "deposit", "other"]))
        def charge(self, cents: int, day: date, what: str) -> None:
            with self.till.act() as db:
                self.charges[charge(db, self.till.lease(db), cents, day, what).id] = cents
            self.owed += cents

        @rule(which=CHOICE)
        def take_a_charge_back(self, which: int) -> None:
            if self.charges:
                number = sorted(self.charges)[which % len(self.charges)]
                self.till.void(number)
                self.owed -= self.charges.pop(number)

        @rule(cents=AMOUNTS, day=DAYS)
        def credit(self, cents: int, day: date) -> None:
            with self.till.act() as db:
                words = ByHand("credit", cents, day, "Goodwill", long_key("credit"))
                give_credit(db, self.till.lease(db), words, by=self.till.by, now=START, today=TODAY)
            self.owed -= cents

        @rule(cents=AMOUNTS, day=DAYS, rail=st.sampled_from(["cash", "transfer", "suncash"]))
        def pay(self, cents: int, day: date, rail: str) -> None:
            with site.db.transaction("read") as db:
                told = {row.id: share for row, share in what_if(db, self.till.lease(db), cents).shares}
                before = {row.id: row.open_cents for row in db.scalars(select(Charge).where(Charge.id.in_(told)))}
            self._confirmed(self.till.record(cents, day, rail), cents)
            paid = {number: before[number] - left for number, left in zip(told, self.till.open_of(*told), strict=True)}
            assert all(paid[number] >= cents for number, cents in told.items())

        @rule(cents=AMOUNTS, day=DAYS)
        def pay_by_cheque(self, cents: int, day: date) -> None:
            number = self.till.record(cents, day, "cheque", cheque_number="1")
            self._confirmed(number, cents)
            self.cheques.append(number)

        @rule(which=CHOICE, act=st.sampled_from([lodge_cheque, clear_cheque]))
        def bring_a_cheque_on(self, which: int, act: Any) -> None:
            if self.cheques:
                with suppress(Refused), self.till.act() as db:
                    found = db.get_one(Cheque, self.cheques[which % len(self.cheques)])
                    act(db, found, TODAY, by=self.till.by, now=START, today=TODAY)

        @rule(which=CHOICE)
        def return_a_cheque(self, which: int) -> None:
            if not self.cheques:
                return
            number = self.cheques[which % len(self.cheques)]
            try:
                with self.till.act() as db:
                    found = db.get_one(Cheque, number)
                    return_cheque(db, found, TODAY, "No funds", by=self.till.by, now=START, today=TODAY)
            except Refused:
                return
            self.owed += self.confirmed.pop(number)

        @rule(cents=AMOUNTS, day=DAYS)
        def report(self, cents: int, day: date) -> None:
            self.reported.append(self.till.report(cents, day))

        @rule(which=CHOICE, cents=AMOUNTS, twice=st.booleans())
        def confirm(self, which: int, cents: int, twice: bool) -> None:
            if self.reported:
                number = self.reported.pop(which % len(self.reported))
                self.till.confirm(number, cents=cents)
                if twice:
                    self.till.confirm(number)
                self._confirmed(number, cents)

        @rule(which=CHOICE)
        def refuse(self, which: int) -> None:
            if self.reported:
                number = self.reported.pop(which % len(self.reported))
                with self.till.act() as db:
                    services.refuse_payment(db, db.get_one(Payment, number), "Nothing came", by=self.till.by, now=START)

        @rule(which=CHOICE)
        def take_a_payment_back(self, which: int) -> None:
            if self.confirmed:
                number = sorted(self.confirmed)[which % len(self.confirmed)]
                with self.till.act() as db:
                    services.reverse_payment(db, db.get_one(Payment, number), "Another's", by=self.till.by, now=START)
                self.owed += self.confirmed.pop(number)

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
                assert owed_by(db, self.till.lease(db)).cents == self.owed
                for _, unpaid, unused, balance in db.execute(text(OPEN), {"lease": self.till.lease_id}):
                    assert unpaid - unused == balance
                assert db.scalar(text(LEFT), {"lease": self.till.lease_id}) == 0

        def teardown(self) -> None:
            if hasattr(self, "till"):
                with proving.whole_view(site.db) as db:
                    assert proving.verify(db, self.till.lease(db).organisation_id).findings == []

        def _confirmed(self, number: int, cents: int) -> None:
            self.confirmed[number] = cents
            self.owed -= cents
            assert self.till.payment(number)["receipt_number"] == next(receipts)

        def _nothing_is_left_that_could_pay(self) -> None:
            with site.db.transaction("read") as db:
                for _, unpaid, unused, _ in db.execute(text(OPEN), {"lease": self.till.lease_id}):
                    assert not (unpaid and unused)

    return Money


def test_cents_are_never_lost_nor_paid_twice(world: tuple[Site, int]) -> None:
    site, number = world
    machine: Callable[[], RuleBasedStateMachine] = machine_of(site)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=number,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            # A life is short already, and what it did to the books stays there.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
