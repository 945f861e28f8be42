"""Steps of a life of the ledger (ledger_life.py) that are about leases, runs, and days that pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from ledger_calendar import Book
from ledger_life import AMOUNTS, BACK, CHOICE, NUMBERS, WHY, Life, where_there_are
from ledger_things import Fee, Payment
from rent_calendar import Agreed
from sqlalchemy.orm import Session

from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.models import Lease, RentTerm
from atlasbahamas_plugins.leasing.services import turn_leases
from atlasbahamas_plugins.leasing.writing.services import LateFee, LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges import models
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.cheques import services as cheques
from atlasbahamas_plugins.ledger.lateness.services import run_late_fees
from atlasbahamas_plugins.ledger.plans import services as plans
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property
from atlasbahamas_plugins.portfolio.services import UnitDetails, add_unit

MOST_LEASES = 3

FEES = st.one_of(
    st.builds(Fee, st.just("flat"), st.integers(1, 20_000), st.just(0), st.none() | st.integers(1, 15_000)),
    st.builds(Fee, st.just("percent"), st.just(0), st.integers(1, 2_000), st.none() | st.integers(1, 15_000)),
    st.builds(Fee, st.just("larger"), st.integers(1, 20_000), st.integers(1, 2_000), st.none() | st.integers(1, 15_000)),
    st.just(Fee("none", 0, 0, None)),
)
PERIODS = st.just("monthly") | st.sampled_from(["weekly", "fortnightly", "four_weekly", "quarterly", "yearly"])


class LeaseRules(Life):
    """Leases are recorded, end, go on, get new rents and are called off; runs come on any days, and are taken back."""

    @precondition(lambda self: len(self.books) < MOST_LEASES)
    @rule(
        offset=st.integers(-60, 20) | st.integers(-250, 60),
        days=st.none() | st.integers(0, 300),
        period=PERIODS,
        timing=st.sampled_from(["advance", "arrears"]),
        due_day=st.integers(1, 31),
        cents=AMOUNTS.map(lambda cents: cents + 100),
        fee=FEES,
        grace_days=st.integers(0, 10),
        deposit=st.just(0) | AMOUNTS,
        people=st.integers(1, 3),
    )
    def record(
        self,
        offset: int,
        days: int | None,
        period: str,
        timing: str,
        due_day: int,
        cents: int,
        fee: Fee,
        grace_days: int,
        deposit: int,
        people: int,
    ) -> None:
        starts = self.today + timedelta(days=offset)
        last = None if days is None else starts + timedelta(days=days)
        kind = "month_to_month" if days is None else "fixed"
        terms = Terms(starts, kind, last, days is None, cents, period, timing, due_day, grace_days, LateFee(*fee))
        parties = [PartyLine(None, ContactDetails(f"Tenant {at}"), "tenant" if at else "primary") for at in range(people)]
        details = LeaseDetails(terms, parties, {"security": deposit} if deposit else {})

        def do(db: Session) -> tuple[int, list[int]]:
            unit = add_unit(db, db.get_one(Property, self.home), UnitDetails(f"Unit {next(NUMBERS)}", 1, 1, 1), now=START)
            db.flush()
            lease = record_lease(db, unit, "oral", details, **self.when())
            return lease.id, [party.id for party in lease.tenants]

        lease_id, self.tenants[lease_id] = self.act(do)
        agreed = Agreed(starts, last, period, timing, due_day, [(starts, cents)])
        self.books[lease_id] = Book(self.site.clock, agreed, fee, grace_days, deposit, min(starts, self.today))
        self.terms_end[lease_id] = last
        self.touched.add(lease_id)

    @where_there_are("binding")
    @rule(which=CHOICE, offset=st.integers(-60, 120), stay=st.booleans(), back=st.none() | BACK)
    def end(self, which: int, offset: int, stay: bool, back: int | None) -> None:
        """The tenants leave on a day, or left; or they stay after all. Perhaps a run of some day puts right what that changes."""
        lease_id, book = self.choose(which)
        day = self.today + timedelta(days=offset)
        if self.does(lambda db: ending.end_lease(db, db.get_one(Lease, lease_id), day, "", today=self.today)):
            book.terms.last_day = day
        if stay and self.does(lambda db: ending.keep_lease(db, db.get_one(Lease, lease_id))):
            book.terms.last_day = self.terms_end[lease_id]
        if back is not None:
            self.run_up_to(self.today - timedelta(days=back))

    @where_there_are("binding")
    @rule(which=CHOICE, after=st.integers(1, 120), cents=AMOUNTS)
    def new_rent(self, which: int, after: int, cents: int) -> None:
        lease_id, book = self.choose(which)
        day = book.terms.rents[-1][0] + timedelta(days=after)
        self.act(lambda db: db.add(RentTerm(lease_id=lease_id, starts=day, cents=cents)))
        book.terms.rents.append((day, cents))

    @precondition(lambda self: sum(book.binds for book in self.books.values()) > 1)
    @rule(which=CHOICE)
    def call_off(self, which: int) -> None:
        """As long as another lease is left."""
        lease_id, book = self.choose(which)
        if self.does(lambda db: ending.cancel_lease(db, db.get_one(Lease, lease_id), "It never was.")):
            book.binds = False

    @where_there_are("binding")
    @rule(back=st.just(0) | BACK, at_once=st.sampled_from([1, 5000]), twice=st.booleans())
    def run_the_rent(self, back: int, at_once: int, twice: bool) -> None:
        day = self.today - timedelta(days=back)
        self.run_up_to(day, at_once)
        if twice:
            self.posts_nothing(lambda: self.run_up_to(day, at_once))

    def run_up_to(self, day: date, at_once: int = 5000) -> None:
        """A whole rent run, in parts."""
        after: int | None = 0
        batch_id: int | None = None
        while after is not None:

            def part(db: Session, after: int = after, batch_id: int | None = batch_id) -> tuple[int | None, int | None]:
                batch = db.get(models.Batch, batch_id) if batch_id else None
                ran = run_rent(db, self.here, day, after=after, batch=batch, at_once=at_once, **self.when())
                return ran.batch.id if ran.batch else None, ran.last

            batch_id, after = self.act(part)
        number = len(self.runs)
        did = [book.run(day, number) for book in self.books.values()]
        assert (batch_id is not None) == any(did)
        if batch_id is not None:
            self.runs.append(batch_id)
        self.touched.update(self.books)

    def posts_nothing(self, again: Callable[[], Any]) -> None:
        before = self.entries()
        again()
        assert self.entries() == before

    @precondition(lambda self: any(self.runs))
    @rule(which=st.integers(0, 2))
    def take_a_run_back(self, which: int) -> None:
        number = max(0, len(self.runs) - 1 - which)
        batch_id, self.runs[number] = self.runs[number], 0
        if batch_id:
            self.act(lambda db: reverse_batch(db, db.get_one(models.Batch, batch_id), WHY, **self.then()))
            for book in self.books.values():
                book.reverse_run(number)
            self.touched.update(self.books)

    @where_there_are("binding")
    @rule(back=st.just(0) | BACK, twice=st.booleans())
    def run_late_fees(self, back: int, twice: bool) -> None:
        day = self.today - timedelta(days=back)
        self.late_fees_of(day)
        if twice:
            self.posts_nothing(lambda: self.late_fees_of(day))

    def late_fees_of(self, day: date) -> None:
        self.act(lambda db: run_late_fees(db, self.here, day=day, now=self.site.clock.now()))
        for book in self.books.values():
            book.run_late_fees(day)
        self.touched.update(self.books)

    @rule(missed=st.integers(0, 10) | st.integers(0, 35), nights=st.integers(0, 2))
    def nights_pass(self, missed: int, nights: int) -> None:
        """Some in which no job runs, and then some in which all do."""
        self.site.clock.move(days=missed)
        for _ in range(nights):
            self.site.clock.move(days=1)
            self.a_night()

    def wait_for_rent(self, book: Book) -> None:
        """Until the next rent of a lease is due, and charged in that night: it is not late yet."""
        there = len(book.by_rule(self.today))
        days = (days for days in range(1, 40) if len(book.by_rule(self.today + timedelta(days=days))) > there)
        self.site.clock.move(days=next(days, 1))
        self.a_night()

    def a_night(self) -> None:
        """What the jobs do, in their order."""
        self.act(lambda db: turn_leases(db, after=self.others[0], **self.when()))
        self.act(lambda db: cheques.confirm_cheques_of_the_day(db, **self.when()))
        waiting = [(each.day, each.id, lease_id, each) for lease_id, each in self.payments_in("waiting")]
        for day, _, lease_id, payment in sorted(waiting, key=lambda each: each[:2]):
            if day <= self.today:
                self.counts(lease_id, payment)
        self.run_up_to(self.today)
        self.look_at_all_plans()
        self.late_fees_of(self.today)

    def look_at_all_plans(self) -> None:
        self.act(lambda db: plans.look_at_plans(db, tell=("owner",), after=self.others[1], **self.when()))
        for lease_id, plan in self.plans_in("agreed"):
            self.books[lease_id].look_at(plan)
            self.touched.add(lease_id)

    def counts(self, lease_id: int, payment: Payment) -> None:
        """A payment counts from now on; its receipt is the next one of the organisation."""
        self.receipts += 1
        payment.receipt = self.receipts
        payment.cheque = "received" if payment.rail == "cheque" else ""
        self.books[lease_id].confirm(payment)
        self.touched.add(lease_id)
