"""Whatever happens to a shared lease: what its tenants owe adds up to what it owes by the journal, cent by cent.

A machine of random steps on one lease with three tenants, who share it anew now and then.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lives import live
from paying import Till, charge
from sqlalchemy import select

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments import services as payments
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import total
from atlasbahamas_plugins.ledger.sharing.services import ACCOUNT, Agreed, new_ref, say_who_paid, share, shared
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property
from atlasbahamas_plugins.portfolio.services import UnitDetails, add_unit

EXAMPLES = {"sqlite": 5, "postgresql": 2}
STEPS = 15
TODAY = START.date()
NUMBERS = itertools.count(1)
AMOUNTS = st.integers(1, 200_000)
DAYS = st.integers(-60, 0).map(lambda days: TODAY + timedelta(days=days))
CHOICE = st.integers(0, 10**6)


def machine_of(site: Site) -> type[RuleBasedStateMachine]:
    """The machine, on this site."""

    class Roommates(RuleBasedStateMachine):
        """A lease of three, what is charged and paid, and how it is shared from when on."""

        @initialize()
        def begin(self) -> None:
            with Till(site, 0, 0).act() as db:
                above = db.scalars(select(Property).where(Property.name == "Cable Beach Court")).one()
                details = UnitDetails(f"Shared {next(NUMBERS)}", 1, 1, 1, 0, None, False, False)
                unit = add_unit(db, above, details, now=START)
                terms = Terms(TODAY - timedelta(days=90), "month_to_month", None, True, 100_000)
                roles = ("primary", "tenant", "tenant")
                people = [PartyLine(None, ContactDetails(f"Roommate {at}"), role) for at, role in enumerate(roles)]
                lease = record_lease(db, unit, "oral", LeaseDetails(terms, people), now=START, today=TODAY)
                self.till = Till(site, lease.id, db.scalars(select(Person.id).where(Person.user_name == "keva")).one())
                self.parties = [party.id for party in lease.tenants]
            self.charges: list[int] = []
            self.paid: list[int] = []
            self.starts = TODAY - timedelta(days=61)
            self._share([3333, 3333, 3334], False)

        def _share(self, weights: list[int], anew: bool) -> None:
            agreed = Agreed(
                self.starts,
                "percent",
                "joint",
                dict(zip(self.parties, weights, strict=True)),
                "Agreed at the table",
                anew,
                new_ref(),
            )
            with self.till.act() as db:
                share(db, self.till.lease(db), agreed, by=self.till.by, now=START, today=TODAY)

        @rule(first=st.integers(0, 10_000), second=st.integers(0, 10_000), anew=st.booleans(), days=st.integers(1, 20))
        def share_otherwise(self, first: int, second: int, anew: bool, days: int) -> None:
            low, high = sorted((first, second))
            self.starts += timedelta(days=days)
            self._share([low, high - low, 10_000 - high], anew)

        @rule(cents=AMOUNTS, day=DAYS, what=st.sampled_from(["rent", "deposit"]))
        def charge(self, cents: int, day: date, what: str) -> None:
            with self.till.act() as db:
                self.charges.append(charge(db, self.till.lease(db), cents, day, what).id)

        @rule(which=CHOICE)
        def take_a_charge_back(self, which: int) -> None:
            if self.charges:
                self.till.void(self.charges.pop(which % len(self.charges)))

        @rule(cents=AMOUNTS)
        def credit(self, cents: int) -> None:
            self.till.credit(cents)

        @rule(cents=AMOUNTS, day=DAYS)
        def pay(self, cents: int, day: date) -> None:
            self.paid.append(self.till.record(cents, day))

        @rule(which=CHOICE, who=st.integers(0, 3))
        def say_who(self, which: int, who: int) -> None:
            if self.paid:
                with suppress(Refused), self.till.act() as db:
                    lease, payment = self.till.lease(db), db.get_one(Payment, self.paid[which % len(self.paid)])
                    say_who_paid(db, lease, payment, lease.tenants[who] if who < 3 else None)

        @rule(which=CHOICE)
        def take_a_payment_back(self, which: int) -> None:
            if self.paid:
                number = self.paid.pop(which % len(self.paid))
                with self.till.act() as db:
                    payments.reverse_payment(db, db.get_one(Payment, number), "Another's", by=self.till.by, now=START)

        @invariant()
        def they_add_up(self) -> None:
            if not hasattr(self, "starts"):
                return
            with site.db.transaction("read") as db:
                lease = self.till.lease(db)
                found = shared(db, lease, today=TODAY)
                assert found is not None
                assert sum(part.cents for part in found.parts.values()) == found.balance_cents == owed_by(db, lease).cents
                assert total(db, lease.organisation_id, ACCOUNT).cents == 0

        def teardown(self) -> None:
            if hasattr(self, "till"):
                with proving.whole_view(site.db) as db:
                    assert proving.verify(db, self.till.lease(db).organisation_id).findings == []

    return Roommates


def test_what_roommates_owe_adds_up_to_the_lease(world: tuple[Site, int]) -> None:
    site, lives = world
    live(machine_of(site), lives, STEPS)
