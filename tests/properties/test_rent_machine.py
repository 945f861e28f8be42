"""Whatever happens to leases, and on whichever days the rent run comes: what is charged in the end is what a calendar says.

A machine of random steps: leases of every period are recorded, end, go on, get new rents, are cancelled; runs come in any order
of days and twice, and are taken back; fees and credits are written by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from figure_sums import assert_sums_hold
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from lives import live
from rent_calendar import expected
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing import services
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.models import BINDING, PERIODS, TIMINGS, Lease, RentTerm
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.schedule import RentTerms
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge, give_credit, owed_by
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Settlement
from atlasbahamas_plugins.portfolio.services import PropertyDetails, UnitDetails, add_property, add_unit

EXAMPLES = {"sqlite": 6, "postgresql": 3}
STEPS = 25
NUMBERS = itertools.count(1)


@contextmanager
def _acting(site: Site) -> Iterator[Session]:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        yield db


def machine_of(site: Site) -> type[RuleBasedStateMachine]:
    """The machine, on this site."""

    class Rents(RuleBasedStateMachine):
        """A property, and the leases of its units, one for each."""

        @initialize()
        def begin(self) -> None:
            self.today = START.date()
            self.ids: list[int] = []
            with _acting(site) as db:
                owner = db.scalars(select(Organisation).order_by(Organisation.id)).first()
                assert owner is not None
                self.here = owner.id
                self.person_id = db.scalars(select(Person.id).order_by(Person.id).limit(1)).one()
                place = db.scalars(select(Settlement.id).limit(1)).one()
                details = PropertyDetails(f"Rents {next(NUMBERS)}", "house", place, "By the sea")
                self.property_id = add_property(db, owner, details, now=self.now).id

        @property
        def now(self) -> datetime:
            """Noon in Nassau of the machine's day."""
            return datetime.combine(self.today, time(17), tzinfo=UTC)

        def try_to(self, act: Callable[[Session], Any]) -> None:
            """Do something in a transaction of its own; a refusal changes nothing."""
            with suppress(Refused), _acting(site) as db:
                act(db)

        def one(self, db: Session, pick: int) -> Lease:
            if not self.ids:
                raise Refused("There is none.")
            return db.get_one(Lease, self.ids[pick % len(self.ids)])

        @rule(
            offset=st.integers(-300, 60),
            days=st.none() | st.integers(0, 300),
            period=st.sampled_from(sorted(PERIODS)),
            timing=st.sampled_from(sorted(TIMINGS)),
            due_day=st.integers(1, 31),
            cents=st.integers(100, 500_000),
        )
        def record(self, offset: int, days: int | None, period: str, timing: str, due_day: int, cents: int) -> None:
            starts = self.today + timedelta(days=offset)
            last = None if days is None else starts + timedelta(days=days)
            kind = "month_to_month" if days is None else "fixed"
            terms = Terms(starts, kind, last, days is None, cents, period, timing, due_day)
            with _acting(site) as db:
                above = db.get_one(Property, self.property_id)
                unit = add_unit(db, above, UnitDetails(f"Unit {next(NUMBERS)}", 1, 1, 100_000), now=self.now)
                db.flush()
                details = LeaseDetails(terms, [PartyLine(None, ContactDetails("Somebody"), "primary")], {"security": cents})
                self.ids.append(record_lease(db, unit, "oral", details, now=self.now, today=self.today).id)

        @rule(pick=st.integers(0, 9), offset=st.integers(-60, 120))
        def end(self, pick: int, offset: int) -> None:
            day = self.today + timedelta(days=offset)
            self.try_to(lambda db: ending.end_lease(db, self.one(db, pick), day, "", today=self.today))

        @rule(pick=st.integers(0, 9))
        def stay(self, pick: int) -> None:
            self.try_to(lambda db: ending.keep_lease(db, self.one(db, pick)))

        @rule(pick=st.integers(0, 9), after=st.integers(1, 200), cents=st.integers(100, 500_000))
        def new_rent(self, pick: int, after: int, cents: int) -> None:
            def act(db: Session) -> None:
                lease = self.one(db, pick)
                if lease.state in BINDING:
                    last = db.scalars(select(func.max(RentTerm.starts)).where(RentTerm.lease_id == lease.id)).one()
                    db.add(RentTerm(lease_id=lease.id, starts=last + timedelta(days=after), cents=cents))

            self.try_to(act)

        @rule(pick=st.integers(0, 9))
        def cancel(self, pick: int) -> None:
            self.try_to(lambda db: ending.cancel_lease(db, self.one(db, pick), "It never was."))

        @rule(pick=st.integers(0, 9), cents=st.integers(1, 10_000))
        def by_hand(self, pick: int, cents: int) -> None:
            def act(db: Session) -> None:
                lease, more = self.one(db, pick), {"by": self.person_id, "now": self.now, "today": self.today}
                add_charge(db, lease, ByHand("fee", cents, self.today, "A key", long_key("charge")), **more)
                give_credit(db, lease, ByHand("credit", cents + 1, self.today, "Noise", long_key("credit")), **more)

            self.try_to(act)

        @rule(back=st.integers(0, 400), at_once=st.sampled_from([1, 5000]), times=st.integers(1, 2))
        def run(self, back: int, at_once: int, times: int) -> None:
            for _ in range(times):
                self.run_up_to(self.today - timedelta(days=back), at_once)

        def run_up_to(self, day: date, at_once: int = 5000) -> bool:
            """A whole run, in parts; gives whether there was anything to do."""
            after: int | None = 0
            batch_id = None
            while after is not None:
                with _acting(site) as db:
                    batch = db.get(Batch, batch_id) if batch_id else None
                    more: dict[str, Any] = {"now": self.now, "today": self.today, "batch": batch, "at_once": at_once}
                    ran = run_rent(db, self.here, day, after=after, **more)
                    batch_id, after = ran.batch.id if ran.batch else None, ran.last
            return batch_id is not None

        @rule()
        def take_back_the_last(self) -> None:
            def act(db: Session) -> None:
                batch = db.scalars(select(Batch).where(Batch.organisation_id == self.here).order_by(Batch.id.desc())).first()
                if batch is not None:
                    reverse_batch(db, batch, "Not this", by=self.person_id, now=self.now)

            self.try_to(act)

        @rule(days=st.integers(1, 60))
        def time_passes(self, days: int) -> None:
            self.today += timedelta(days=days)
            with _acting(site) as db:
                services.turn_leases(db, today=self.today, now=self.now)

        def teardown(self) -> None:
            if not hasattr(self, "here"):
                return
            self.run_up_to(self.today)
            assert not self.run_up_to(self.today)
            with site.db.transaction("read") as db:
                for lease_id in self.ids:
                    self.compare(db, db.get_one(Lease, lease_id))
            with proving.whole_view(site.db) as db:
                assert proving.verify(db, self.here).findings == []
                assert_sums_hold(db, self.here)

        def compare(self, db: Session, lease: Lease) -> None:
            """One lease against the calendar, and its balance against its charges."""
            charges = db.scalars(select(Charge).where(Charge.lease_id == lease.id, Charge.voided_by.is_(None))).all()
            found = sorted((row.period_starts, row.period_ends, row.due_on, row.cents) for row in charges if row.what == "rent")
            rents = [(term.starts, term.cents) for term in lease.rents]
            terms = RentTerms(lease.starts, lease.last_day, lease.period, lease.timing, lease.due_day, rents)
            binds = lease.state in BINDING
            assert found == (expected(terms, self.today) if binds else [])
            assert sorted(row.rule for row in charges if row.what == "deposit") == (["deposit:security"] if binds else [])
            credits = select(func.coalesce(func.sum(Credit.cents), 0)).where(
                Credit.lease_id == lease.id, Credit.voided_by.is_(None)
            )
            assert owed_by(db, lease).cents == sum(row.cents for row in charges) - int(db.scalars(credits).one())

    return Rents


def test_in_the_end_it_is_what_a_calendar_says(world: tuple[Site, int]) -> None:
    site, lives = world
    live(machine_of(site), lives, STEPS)
