"""What leases owe, kept by hand: an oracle for the ledger that shares no code with it and never looks at its tables.

A book is told what happens, one thing after the other, and goes by days on a calendar and by lists in their order. The rules are
those of domain.md 3.4, written out once more, and these, which it leaves open:

- Money is used whenever something happens to it: what is for a certain charge first, then what came first; it pays the oldest due
  first and fees after rent, on its own account, where what came for a deposit is no rent.
- A late fee is looked at when its day comes, and again whenever something is paid, credited, refused, taken back, or a plan is
  over. It is right as long as it is no less than what is owed while reports wait, and no more than what is owed without them; one
  that is not is taken back, and what is owed then is charged. One that somebody forgave stays.
- What came of a later day stays when an earlier day is looked at once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from ledger_things import BY_RULE, DEPOSIT, FEES, RENT, Charge, Clock, Fee, Late, Money, Move, Payment, Plan, Use, split
from rent_calendar import ONE_DAY, Agreed, expected, rents_within


class Book:
    """One lease: its terms, and what was charged, paid, agreed and shared on it."""

    def __init__(self, clock: Clock, terms: Agreed, fee: Fee, grace_days: int, deposit_cents: int, agreed_on: date) -> None:
        self.clock, self.terms, self.fee, self.grace_days = clock, terms, fee, grace_days
        self.deposit_cents, self.agreed_on = deposit_cents, agreed_on
        self.binds = True
        self.charges: list[Charge] = []
        self.money: list[Money] = []
        self.uses: list[Use] = []
        self.payments: list[Payment] = []
        self.plans: list[Plan] = []
        self.shares: list[tuple[date, dict[int, int]]] = []
        self.moved: dict[int, int] = {}
        self.moves: list[Move] = []

    # What stands.

    def owed(self, what: Iterable[str] = ()) -> list[Charge]:
        """The charges that count, of some kinds or of all, in the order in which they were charged."""
        return [each for each in self.charges if each.counts and (not what or each.what in what)]

    def paid_of(self, charge: Charge) -> int:
        return sum(use.cents for use in self.uses if use.charge is charge)

    def unpaid(self, charge: Charge) -> int:
        return charge.cents - self.paid_of(charge) if charge.counts else 0

    def left(self, money: Money) -> int:
        return money.cents - sum(use.cents for use in self.uses if use.money is money) if money.counts else 0

    def credits(self) -> list[Money]:
        return [each for each in self.money if each.counts and each.what]

    def to_pay(self) -> list[Charge]:
        """What is unpaid, in the order in which money pays it."""
        unpaid = [each for each in self.owed() if self.unpaid(each)]
        return sorted(unpaid, key=lambda each: (each.what in FEES, each.due_on, self.charges.index(each)))

    def balance(self, as_at: date | None = None, known_at: datetime | None = None) -> int:
        """What is owed at the end of a day, as it was known at a moment, by plain addition."""
        return sum(
            move.cents
            for move in self.moves
            if (as_at is None or move.day <= as_at) and (known_at is None or move.at <= known_at)
        )

    def covered(self, cents: int) -> Iterator[tuple[Charge, int]]:
        """What some cents would pay."""
        for charge in self.to_pay():
            taken = min(cents, self.unpaid(charge))
            cents -= taken
            if taken:
                yield charge, taken

    # Charges, credits and runs.

    def charge(self, new: Charge) -> None:
        self.charges.append(new)
        self._move(new.due_on, new.cents)

    def credit(self, new: Money) -> None:
        self.money.append(new)
        self._move(new.counts_on, -new.cents)
        self.settle(self.clock.today())

    def take_back(self, thing: Charge | Money) -> None:
        """Somebody takes a charge or a credit back."""
        self._strike(thing)
        self.settle(self.clock.today())

    def _strike(self, thing: Charge | Money, since: date | None = None) -> None:
        """It never counted, or it does no more since a day; what it was used for is free."""
        thing.counts = False
        self.uses = [use for use in self.uses if thing not in (use.charge, use.money)]
        day, sign = (thing.due_on, -1) if isinstance(thing, Charge) else (thing.counts_on, 1)
        self._move(since or day, sign * thing.cents)

    def _move(self, day: date, cents: int) -> None:
        self.moves.append(Move(self.clock.now(), day, cents))

    def by_rule(self, until: date) -> list[Charge]:
        """What the lease owes by itself until a day: its deposit when it was agreed, and its rent."""
        if not self.binds:
            return []
        day = self.agreed_on
        found = []
        if self.deposit_cents and day <= until:
            found.append(Charge("deposit", "deposit:security", day, day, day, self.deposit_cents))
        for first, last, due_on, cents in expected(self.terms, until):
            found.append(Charge("rent", "rent", first, last, due_on, cents, rents_within(self.terms, first, last)))
        return found

    def run(self, day: date, run: object) -> bool:
        """The rent run up to a day: all that is owed by itself is charged once, whatever does not fit is taken back.

        Of a lease that is called off everything is. Gives whether there was something to do.
        """
        there = self.owed(BY_RULE if self.binds else ())
        wanted = {each.said: each for each in self.by_rule(max([day, *(each.due_on for each in there)]))}
        wrong = [each for each in there if each.said not in wanted]
        new = [each for said, each in wanted.items() if said not in {each.said for each in there}]
        gone = [] if self.binds else self.credits()
        for each in [*wrong, *gone]:
            self._strike(each)
        for charge in new:
            charge.run = run
            self.charge(charge)
        if wrong or new:
            self.use_what_is_left()
        if wrong:
            self.settle(day)
        return bool(wrong or new or gone)

    def reverse_run(self, run: object) -> None:
        """A run is taken back as one; no late fee stays of rent that is owed no more."""
        mine = [each for each in self.charges if each.run is run]
        for each in mine:
            if each.counts:
                self._strike(each)
        if mine:
            self.use_what_is_left()
        if mine and self.owed(["late_fee"]):
            self.settle(self.clock.today())

    # Payments.

    def confirm(self, payment: Payment) -> None:
        """It counts from the day on which it came, in parts by the accounts of what it pays; what pays nothing is for rent."""
        cents = {RENT: 0, DEPOSIT: 0}
        for charge, taken in self.covered(payment.cents):
            cents[charge.account] += taken
        cents[RENT] += payment.cents - sum(cents.values())
        payment.parts = [Money(payment.ref, account, payment.day, part) for account, part in cents.items() if part]
        payment.state = "confirmed"
        self.money += payment.parts
        self._move(payment.day, -payment.cents)
        self.settle(self.clock.today())

    def stop(self, payment: Payment, state: str, since: date | None = None) -> None:
        """A payment was never there, or is no more since a day; a report is refused."""
        for part in payment.parts:
            self._strike(part, since)
        payment.state = state
        self.settle(self.clock.today())

    def use_what_is_left(self) -> None:
        """Each money for what is unpaid on its account."""
        order = sorted(
            (each for each in self.money if self.left(each)),
            key=lambda each: (each.charge is None, each.counts_on, bool(each.what), self.money.index(each)),
        )
        for money in order:
            fitting = [each for each in self.to_pay() if each.account == money.account]
            for charge in sorted(fitting, key=lambda each: each is not money.charge):
                cents = min(self.left(money), self.unpaid(charge))
                if cents:
                    self.uses.append(Use(charge, money, cents))

    def choose(self, payment: Payment, wanted: Mapping[Charge, int]) -> bool:
        """Somebody says what a payment pays, and nothing else; gives whether that can be."""
        parts = {part.account: part for part in payment.parts}
        before = self.uses
        self.uses = [use for use in before if use.money not in payment.parts]
        for charge, cents in wanted.items():
            part = parts.get(charge.account)
            if part is None or cents > min(self.unpaid(charge), self.left(part)):
                self.uses = before
                return False
            self.uses.append(Use(charge, part, cents))
        return True

    def choose_anew(self) -> None:
        self.uses = []
        self.use_what_is_left()

    # Late fees.

    def late_since(self, rent: Charge) -> date | None:
        """The day after the days of grace. A plan that was agreed before holds it: for ever while it is agreed, to its end
        where it was broken or let go, and what kept to it was paid by then.
        """
        since = rent.due_on + ONE_DAY
        for _ in range(self.grace_days):
            since += ONE_DAY
        for plan in self.plans:
            if plan.agreed_on is None or plan.agreed_on >= since or all(each is not rent for each, _ in plan.covers):
                continue
            if plan.closed_on is None:
                return None
            since = max(since, plan.closed_on + (ONE_DAY if plan.state == "kept" else timedelta(0)))
        return since

    def late(self, until: date) -> list[Late]:
        found = []
        for rent in sorted(self.owed(["rent"]), key=lambda each: each.due_on):
            since = self.late_since(rent)
            if since is None or since > until:
                continue
            in_time = sum(use.cents for use in self.uses if use.charge is rent and use.money.counts_on < since)
            reported = sum(each.cents for each in self.payments if each.state == "reported" and each.day < since)
            would = sum(taken for charge, taken in self.covered(reported) if charge is rent)
            found.append(Late(rent, since, rent.cents - in_time, rent.cents - in_time - would))
        return found

    def is_forgiven(self, fee: Charge) -> bool:
        return any(credit.charge is fee for credit in self.credits())

    def settle(self, day: date) -> None:
        """The late fees, as they are owed on a day."""
        self.use_what_is_left()
        until = max([day, *(fee.due_on for fee in self.owed(["late_fee"]))])
        while wrong := [fee for fee in self.owed(["late_fee"]) if not self._is_right(fee, until)]:
            for fee in wrong:
                self._strike(fee)
            self.use_what_is_left()
        there = {fee.starts for fee in self.owed(["late_fee"])}
        for each in self.late(until):
            cents = self.fee.of(each.unpaid_if_true)
            if cents and each.rent.starts not in there:
                days = each.rent.starts, each.rent.ends, each.since
                self.charge(Charge("late_fee", "late_fee", *days, cents, on_cents=each.unpaid_if_true))
        self.use_what_is_left()

    def _is_right(self, fee: Charge, until: date) -> bool:
        if self.is_forgiven(fee):
            return True
        mine = [each for each in self.late(until) if each.rent.starts == fee.starts]
        return any(self.fee.of(each.unpaid_if_true) <= fee.cents <= self.fee.of(each.unpaid) for each in mine)

    def run_late_fees(self, day: date) -> None:
        """The run of a day looks at a lease that binds and has rent unpaid since before, of which no fee was charged."""
        there = {fee.starts for fee in self.owed(["late_fee"])}
        unpaid = [each for each in self.owed(["rent"]) if self.unpaid(each) and each.due_on < day and each.starts not in there]
        if unpaid and self.binds and self.fee.kind != "none":
            self.settle(day)

    # Plans.

    def arrears(self) -> list[Charge]:
        return sorted(
            (each for each in self.owed() if self.unpaid(each) and each.due_on <= self.clock.today()),
            key=lambda each: each.due_on,
        )

    def open_plan(self) -> Plan | None:
        return next((plan for plan in self.plans if plan.state in ("proposed", "agreed")), None)

    def look_at(self, plan: Plan) -> None:
        """Kept when all is paid; broken when what was due until some day, and its grace, was not paid and is not reported."""
        today = self.clock.today()
        paid = sum(cents - min(cents, self.unpaid(charge)) for charge, cents in plan.covers)
        if paid >= sum(cents for _, cents in plan.instalments):
            self.close(plan, "kept")
            return
        due = 0
        for day, cents in plan.instalments:
            due += cents
            until = day + timedelta(days=plan.grace_days)
            reported = sum(each.cents for each in self.payments if each.state == "reported" and each.day <= until)
            if until < today and due - paid > reported:
                self.close(plan, "broken")
                return

    def close(self, plan: Plan, state: str) -> None:
        was_agreed = plan.state == "agreed"
        plan.state, plan.closed_on = state, self.clock.today()
        if was_agreed:
            self.settle(self.clock.today())

    # Shares.

    def weights_on(self, day: date, shares: Sequence[tuple[date, dict[int, int]]]) -> dict[int, int]:
        return next((weights for since, weights in reversed(shares) if since <= day), shares[0][1])

    def parts(self, shares: Sequence[tuple[date, dict[int, int]]]) -> dict[int, int]:
        """What each tenant owes: what is due by the shares of its day, less what they paid, and what was moved to them."""
        found = {party: 0 for _, weights in shares for party in weights}
        moves = [(charge.due_on, charge.cents, None) for charge in self.owed()]
        moves += [(credit.counts_on, -credit.cents, None) for credit in self.credits()]
        moves += [(each.day, -each.cents, each.payer) for each in self.payments if each.state == "confirmed"]
        for day, cents, payer in moves:
            of = {payer: 1} if payer is not None else self.weights_on(day, shares)
            for party, part in split(cents, of).items():
                found[party] += part
        return {party: cents + self.moved.get(party, 0) for party, cents in found.items()}

    def share(self, starts: date, weights: dict[int, int], *, anew: bool) -> None:
        """Shared by these weights from a day on; `anew`: what is owed until then, too."""
        before, self.shares = self.shares, [*self.shares, (starts, weights)]
        if before and anew:
            owe = self.parts(self.shares)
            wanted = split(sum(owe.values()), weights)
            self.moved = {party: self.moved.get(party, 0) + wanted[party] - cents for party, cents in owe.items()}


HELD_ON = {"cash": "undeposited", "transfer": "bank", "counter": "bank", "suncash": "clearing", "kanoo": "clearing"}
CHEQUE_ON = {"received": "undeposited", "lodged": "clearing", "cleared": "bank"}
EARNED_ON = {
    "rent": "rent_income",
    "late_fee": "fee_income",
    "fee": "fee_income",
    "other": "other_income",
    "correction": "opening_balances",
    "deposit": "deposit_held",
}
BORNE_ON = {"credit": "credit_given", "write_off": "write_off", "correction": "opening_balances"}


def control_accounts(books: Iterable[Book]) -> dict[str, int]:
    """What is on each kind of account of all leases together, debits above zero; those on which nothing is are left out."""
    found: dict[str, int] = {}

    def add(debit: str, credit: str, cents: int) -> None:
        found[debit] = found.get(debit, 0) + cents
        found[credit] = found.get(credit, 0) - cents

    for book in books:
        for charge in book.owed():
            add(charge.account, EARNED_ON[charge.what], charge.cents)
        for credit in book.credits():
            add(BORNE_ON[credit.what], credit.account, credit.cents)
        for payment in book.payments:
            if payment.state == "confirmed":
                for part in payment.parts:
                    add(CHEQUE_ON[payment.cheque] if payment.cheque else HELD_ON[payment.rail], part.account, part.cents)
    return {kind: cents for kind, cents in found.items() if cents}
