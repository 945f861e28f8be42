"""Steps of a life of the ledger (ledger_life.py) that are about payment plans, and about who of several tenants owes what."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from ledger_life import CHOICE, WHY, where_there_are
from ledger_things import Plan
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from steps_of_money import MoneyRules

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments import models as payment_models
from atlasbahamas_plugins.ledger.plans import models as plan_models
from atlasbahamas_plugins.ledger.plans import services as plans
from atlasbahamas_plugins.ledger.plans.schedule import Due, instalments
from atlasbahamas_plugins.ledger.sharing import services as sharing


class PlanRules(MoneyRules):
    """Payment plans: proposed, agreed, let go, and looked at."""

    @where_there_are("arrears")
    @rule(
        which=CHOICE,
        count=st.integers(1, 4),
        first=st.integers(0, 20),
        every=st.sampled_from(["week", "two_weeks", "month"]),
        grace_days=st.integers(0, 5),
        some=st.integers(1, 6),
        agrees=st.booleans() | st.just(True),
        keeps=st.lists(st.integers(-3, 6), max_size=3),
        waits=st.booleans(),
    )
    def propose(
        self,
        which: int,
        count: int,
        first: int,
        every: str,
        grace_days: int,
        some: int,
        agrees: bool,
        keeps: list[int],
        waits: bool,
    ) -> None:
        """A plan for what was due last, as equal as cents allow; often agreed at once, and kept to for a while.

        What was due a few days ago is not late yet, and the plan holds its fee. One that there is already is let go before.
        """
        lease_id, book = self.choose(which)
        if waits:
            self.wait_for_rent(book)
        if old := book.open_plan():
            self._let_go(lease_id, old)
        covered = [(charge, book.unpaid(charge)) for charge in book.arrears()[-some:]]
        total = sum(cents for _, cents in covered)
        if not 0 < count <= total:
            return
        dues = instalments(total, count, self.today + timedelta(days=first), every)
        assert sum(due.cents for due in dues) == total
        assert max(due.cents for due in dues) - min(due.cents for due in dues) <= 1

        def do(db: Session) -> None:
            ids = [self.row_of(db, lease_id, charge).id for charge, _ in covered]
            wanted = plans.Proposal(ids, [Due(*due) for due in dues], grace_days)
            plans.propose_plan(db, db.get_one(Lease, lease_id), wanted, by=self.by, **self.when())

        self.act(do)
        book.plans.append(Plan(covered, [tuple(due) for due in dues], grace_days))
        if agrees:
            self._agree(lease_id, book.plans[-1])
            for late in keeps:
                self._keep_to(lease_id, book.plans[-1], late)

    def _row(self, db: Session, lease_id: int) -> plan_models.Plan:
        newest = select(func.max(plan_models.Plan.id)).where(plan_models.Plan.lease_id == lease_id)
        return db.get_one(plan_models.Plan, db.scalars(newest).one())

    @precondition(lambda self: self.plans_in("proposed"))
    @rule(which=CHOICE)
    def agree(self, which: int) -> None:
        lease_id, _, plan = self.chosen(which, self.plans_in("proposed"))
        self._agree(lease_id, plan)

    def _agree(self, lease_id: int, plan: Plan) -> None:
        def do(db: Session) -> None:
            row = self._row(db, lease_id)
            plans.agree_to_plan(db, row, row.lease.tenants[0], way="phone", written_by=self.by, **self.when())

        can_be = all(charge.counts for charge, _ in plan.covers)
        assert self.does(do) == can_be
        if can_be:
            plan.state, plan.agreed_on = "agreed", self.today

    @where_there_are("plans")
    @rule(which=CHOICE)
    def let_go(self, which: int) -> None:
        lease_id, _, plan = self.chosen(which, self.plans_in("proposed", "agreed"))
        self._let_go(lease_id, plan)

    def _let_go(self, lease_id: int, plan: Plan) -> None:
        self.act(lambda db: plans.end_plan(db, self._row(db, lease_id), WHY, **self.when()))
        self.books[lease_id].close(plan, "ended")

    @where_there_are("plans")
    @rule(twice=st.booleans())
    def look_at_plans(self, twice: bool) -> None:
        self.look_at_all_plans()
        if twice:
            self.posts_nothing(self.look_at_all_plans)

    @precondition(lambda self: self.plans_in("agreed"))
    @rule(which=CHOICE, late=st.integers(-3, 6))
    def keep_to_a_plan(self, which: int, late: int) -> None:
        """What is missing of an instalment comes some days before or after its day, and the plan is looked at in that night."""
        lease_id, _, plan = self.chosen(which, self.plans_in("agreed"))
        self._keep_to(lease_id, plan, late)

    def _keep_to(self, lease_id: int, plan: Plan, late: int) -> None:
        book = self.books[lease_id]
        paid = sum(cents - min(cents, book.unpaid(charge)) for charge, cents in plan.covers)
        due = 0
        for day, cents in plan.instalments:
            due += cents
            if due > paid:
                self.site.clock.move(days=max(0, (day - self.today).days + late))
                if book.binds:
                    self.comes(lease_id, due - paid, self.today, "cash")
                break
        self.a_night()


class ShareRules(PlanRules):
    """Who of several tenants owes what."""

    @where_there_are("binding")
    @rule(
        which=CHOICE,
        cuts=st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
        after=st.integers(-40, 20),
        anew=st.booleans(),
    )
    def share(self, which: int, cuts: list[int], after: int, anew: bool) -> None:
        lease_id, book = self.choose(which)
        parties = self.tenants[lease_id]
        if len(parties) < 2:
            return
        marks = [0, *sorted(cuts[: len(parties) - 1]), 10_000]
        weights = {party: marks[at + 1] - marks[at] for at, party in enumerate(parties)}
        starts = self.today + timedelta(days=after)
        if book.shares:
            starts = max(starts, book.shares[-1][0] + timedelta(days=1))
        agreed = sharing.Agreed(starts, "percent", "joint", weights, "Agreed at the table", anew, sharing.new_ref())
        self.act(lambda db: sharing.share(db, db.get_one(Lease, lease_id), agreed, by=self.by, **self.when()))
        book.share(starts, weights, anew=anew)

    @where_there_are("confirmed")
    @rule(which=CHOICE, who=st.none() | st.integers(0, 2))
    def say_who_paid(self, which: int, who: int | None) -> None:
        lease_id, _, payment = self.chosen(which, self.payments_in("confirmed"))
        parties = self.tenants[lease_id]
        at = None if who is None else who % len(parties)

        def do(db: Session) -> None:
            lease = db.get_one(Lease, lease_id)
            party = None if at is None else lease.tenants[at]
            sharing.say_who_paid(db, lease, db.get_one(payment_models.Payment, payment.id), party)

        self.act(do)
        payment.payer = None if at is None else parties[at]
