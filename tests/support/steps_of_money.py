"""Steps of a life of the ledger (ledger_life.py) that are about money: by hand, paid, reported, returned, taken back, chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from ledger_calendar import Book
from ledger_life import AMOUNTS, BACK, CHOICE, MONEY, NEAR, WHY, where_there_are
from ledger_things import Charge, Money, Payment
from sqlalchemy import select
from sqlalchemy.orm import Session
from steps_of_leases import LeaseRules

from atlasbahamas.testing.site import START
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand, reallocate, what_if
from atlasbahamas_plugins.ledger.charges import models, services
from atlasbahamas_plugins.ledger.cheques import services as cheques
from atlasbahamas_plugins.ledger.explaining.standing import stands
from atlasbahamas_plugins.ledger.payments import models as payment_models
from atlasbahamas_plugins.ledger.payments import services as payments


class MoneyRules(LeaseRules):
    """Charges and credits by hand; payments that are recorded, reported, decided, returned, taken back; what they pay."""

    @where_there_are("binding")
    @rule(which=CHOICE, cents=AMOUNTS, offset=st.integers(-60, 30), what=st.sampled_from(["fee", "other", "correction"]))
    def charge_by_hand(self, which: int, cents: int, offset: int, what: str) -> None:
        lease_id, book = self.choose(which)
        day, ref = self.today + timedelta(days=offset), long_key("charge")
        words = services.ByHand(what, cents, day, WHY, ref)
        self.act(lambda db: services.add_charge(db, db.get_one(Lease, lease_id), words, by=self.by, **self.when()))
        book.charge(Charge(what, ref, day, day, day, cents))
        book.use_what_is_left()

    @where_there_are("binding")
    @rule(which=CHOICE, cents=AMOUNTS, back=BACK, near=NEAR, what=st.sampled_from(["credit", "write_off", "correction"]))
    def credit(self, which: int, cents: int, back: int, near: int | None, what: str) -> None:
        lease_id, book = self.choose(which)
        self._credit(lease_id, what, cents, self.a_day(book, back, near), None)

    @where_there_are("charges")
    @rule(which=CHOICE, cents=st.integers(1, 10**6), back=BACK, fees=st.booleans())
    def forgive(self, which: int, cents: int, back: int, fees: bool) -> None:
        """A credit for a charge, of some of it or of all; of late fees often."""
        charges = (self.all_of(lambda book: book.owed(["late_fee"])) if fees else []) or self.all_of(Book.owed)
        lease_id, book, charge = self.chosen(which, charges)
        left = charge.cents - sum(credit.cents for credit in book.credits() if credit.charge is charge)
        if left and book.binds:
            self._credit(lease_id, "credit", min(cents, left), self.today - timedelta(days=back), charge)

    def _credit(self, lease_id: int, what: str, cents: int, day: date, charge: Charge | None) -> None:
        ref = long_key("credit")
        words = services.ByHand(what, cents, day, WHY, ref)

        def do(db: Session) -> None:
            row = self.row_of(db, lease_id, charge) if charge else None
            services.give_credit(db, db.get_one(Lease, lease_id), words, by=self.by, charge=row, **self.when())

        self.act(do)
        self.books[lease_id].credit(Money(ref, charge.account if charge else "receivable", day, cents, what, charge))

    @where_there_are("by hand")
    @rule(which=CHOICE)
    def take_a_charge_back(self, which: int) -> None:
        lease_id, book, charge = self.chosen(which, self.by_hand())
        self._take_back(lease_id, lambda db: self.row_of(db, lease_id, charge))
        book.take_back(charge)

    @where_there_are("credits")
    @rule(which=CHOICE)
    def take_a_credit_back(self, which: int) -> None:
        lease_id, book, credit = self.chosen(which, self.all_of(Book.credits))
        row = select(models.Credit).where(models.Credit.ref == credit.ref)
        self._take_back(lease_id, lambda db: db.scalars(row).one())
        book.take_back(credit)

    def _take_back(self, lease_id: int, row: Callable[[Session], Any]) -> None:
        self.act(lambda db: services.take_back(db, db.get_one(Lease, lease_id), row(db), WHY, **self.then()))

    @where_there_are("binding")
    @rule(
        which=CHOICE,
        cents=MONEY,
        back=BACK,
        near=NEAR,
        rail=st.sampled_from(["cash", "transfer", "counter", "suncash", "kanoo"]),
    )
    def pay(self, which: int, cents: int, back: int, near: int | None, rail: str) -> None:
        """What it would pay is told before, and at least that is paid."""
        lease_id, book = self.choose(which)
        till = self.till(lease_id)
        with self.site.db.transaction("read") as db:
            open_charges = stands(db, till.lease(db), today=self.today).payable
            told = {row.id: share for row, share in what_if(open_charges, cents).shares}
            before = {row.id: row.open_cents for row in open_charges}
        self.comes(lease_id, cents, self.a_day(book, back, near), rail)
        with self.site.db.transaction("read") as db:
            # A late fee that was none after all is paid by nothing.
            rows = [row for number in told if (row := db.get_one(models.Charge, number)).voided_by is None]
            assert all(before[row.id] - row.open_cents >= told[row.id] for row in rows)

    @where_there_are("binding")
    @rule(which=CHOICE, cents=MONEY, offset=st.integers(-30, 5) | st.integers(1, 30))
    def pay_by_cheque(self, which: int, cents: int, offset: int) -> None:
        lease_id, _ = self.choose(which)
        self.comes(lease_id, cents, self.today + timedelta(days=offset), "cheque", cheque_number="1")

    def comes(self, lease_id: int, cents: int, day: date, rail: str, **more: Any) -> None:
        self.site.clock.move(seconds=1)
        number = self.till(lease_id).record(cents, day, rail, **more)
        payment = self._write(lease_id, number, cents, day, rail, "waiting")
        if rail != "cheque" or day <= self.today:
            self.counts(lease_id, payment)

    def _write(self, lease_id: int, number: int, cents: int, day: date, rail: str, state: str) -> Payment:
        payment = Payment(number, self.till(lease_id).payment(number)["ref"], cents, day, rail, state)
        self.books[lease_id].payments.append(payment)
        return payment

    @where_there_are("binding")
    @rule(
        which=CHOICE,
        cents=MONEY,
        back=BACK,
        near=NEAR,
        rail=st.sampled_from(["transfer", "suncash", "cheque"]),
        ahead=st.integers(0, 4),
        waits=st.booleans(),
        later=st.integers(0, 12),
    )
    def report(self, which: int, cents: int, back: int, near: int | None, rail: str, ahead: int, waits: bool, later: int) -> None:
        """Nobody decides about it for some days, and then comes a night: it holds fees and plans."""
        lease_id, book = self.choose(which)
        if waits:
            self.wait_for_rent(book)
        day = self.a_day(book, back, near)
        if rail == "cheque":
            day = max(day, self.today - timedelta(days=30)) + timedelta(days=ahead)
        self.site.clock.move(seconds=1)
        number = self.till(lease_id).report(cents, day, rail, cheque_number="2" if rail == "cheque" else "")
        self._write(lease_id, number, cents, day, rail, "reported")
        if later:
            self.site.clock.move(days=later)
            self.a_night()

    @where_there_are("reported")
    @rule(which=CHOICE, cents=st.none() | AMOUNTS, twice=st.booleans())
    def confirm(self, which: int, cents: int | None, twice: bool) -> None:
        lease_id, _, payment = self.chosen(which, self.payments_in("reported"))
        self.site.clock.move(seconds=1)
        self.till(lease_id).confirm(payment.id, cents=cents)
        payment.cents = cents or payment.cents
        payment.state = "waiting"
        if payment.rail != "cheque" or payment.day <= self.today:
            self.counts(lease_id, payment)
            if twice:
                self.posts_nothing(lambda: self.till(lease_id).confirm(payment.id))

    @where_there_are("undecided")
    @rule(which=CHOICE)
    def refuse(self, which: int) -> None:
        _, book, payment = self.chosen(which, self.payments_in("reported", "waiting"))
        self._decide(payments.refuse_payment, payment)
        book.stop(payment, "refused")

    @where_there_are("confirmed")
    @rule(which=CHOICE)
    def take_a_payment_back(self, which: int) -> None:
        _, book, payment = self.chosen(which, self.payments_in("confirmed"))
        self._decide(payments.reverse_payment, payment)
        book.stop(payment, "reversed")

    def _decide(self, how: Callable[..., Any], payment: Payment) -> None:
        self.act(lambda db: how(db, db.get_one(payment_models.Payment, payment.id), WHY, **self.then()))

    @where_there_are("cheques")
    @rule(which=CHOICE, back=st.integers(0, 3))
    def bring_a_cheque_on(self, which: int, back: int) -> None:
        self._move_a_cheque(which, back, ("received", "lodged"))

    @where_there_are("cheques")
    @rule(which=CHOICE, back=st.integers(0, 3))
    def return_a_cheque(self, which: int, back: int) -> None:
        """It counted until the day on which it came back; one that is in hand has to be brought to the bank before."""
        if not self.cheques("lodged", "cleared"):
            self._move_a_cheque(which, back, ("received",))
        if found := self.cheques("lodged", "cleared"):
            _, book, payment = self.chosen(which, found)
            day = max(payment.moved_on or payment.day, self.today - timedelta(days=back))
            row, who = payment_models.Cheque, {"by": self.by}
            self.act(lambda db: cheques.return_cheque(db, db.get_one(row, payment.id), day, WHY, **who, **self.when()))
            book.stop(payment, "returned", since=day)

    def _move_a_cheque(self, which: int, back: int, stages: Sequence[str]) -> None:
        if not (found := self.cheques(*stages)):
            return
        _, _, payment = self.chosen(which, found)
        move, after = {
            "received": (cheques.lodge_cheque, "lodged"),
            "lodged": (cheques.clear_cheque, "cleared"),
        }[payment.cheque]
        day = max(payment.moved_on or payment.day, self.today - timedelta(days=back))
        self.act(lambda db: move(db, db.get_one(payment_models.Cheque, payment.id), day, by=self.by, **self.when()))
        payment.cheque, payment.moved_on = after, day

    @where_there_are("confirmed")
    @rule(which=CHOICE, cents=st.lists(AMOUNTS, max_size=3), skip=st.integers(0, 3))
    def choose_by_hand(self, which: int, cents: list[int], skip: int) -> None:
        """What a payment pays: as much as is unpaid of each, or a cent more than there is, which is refused."""
        lease_id, book, payment = self.chosen(which, self.payments_in("confirmed"))
        wanted = dict(zip(book.owed()[skip:], cents, strict=False))

        def do(db: Session) -> None:
            rows = {self.row_of(db, lease_id, charge).id: cents for charge, cents in wanted.items()}
            allocate_by_hand(db, db.get_one(payment_models.Payment, payment.id), rows, now=START)

        assert self.does(do) == book.choose(payment, wanted)

    @where_there_are("confirmed")
    @rule(which=CHOICE, anew=st.booleans())
    def oldest_first_again(self, which: int, anew: bool) -> None:
        """All is allocated anew, or what is left; then nothing is left that could pay something."""
        lease_id, book, _ = self.chosen(which, self.payments_in("confirmed"))
        if anew:
            self.act(lambda db: reallocate(db, db.get_one(Lease, lease_id), now=START))
            book.choose_anew()
        else:
            self.till(lease_id).allocate()
            book.use_what_is_left()
        assert self.till(lease_id).allocate() == 0
