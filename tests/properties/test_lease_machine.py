"""Whatever is done with leases, in whatever order: no two of a unit share a day, none is lost, and no stranger ends one.

A machine of random steps: recording, renewing and amending, notices, moving out, cancelling, handing the property over, names
that change, and days that pass. Two landlords take part; each step is one of theirs. After each step leases are found by the
words that they have then.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lease_words import kept_words, wanted_words
from lives import live
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing import services
from atlasbahamas_plugins.leasing.agreements.services import send_lease, take_back
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.handover.services import LeasesGoOn
from atlasbahamas_plugins.leasing.leaving.services import vacate
from atlasbahamas_plugins.leasing.models import BINDING, RUNNING, Lease
from atlasbahamas_plugins.leasing.renewals.services import write_following
from atlasbahamas_plugins.leasing.signing.services import Signing, sign_at_home, sign_for_landlord
from atlasbahamas_plugins.leasing.writing import services as writing
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.handover.services import accept_handover, offer_property
from atlasbahamas_plugins.portfolio.models import Property, Settlement, Unit
from atlasbahamas_plugins.portfolio.services import PropertyDetails, UnitDetails, add_property, add_unit

EXAMPLES = {"sqlite": 6, "postgresql": 3}
STEPS = 25
ONE_DAY = timedelta(days=1)
NUMBERS = itertools.count(1)
TYPED = Signing("Somebody", "", "192.0.2.1", "a browser")


def machine_of(site: Site) -> type[RuleBasedStateMachine]:
    """The machine, on this site."""

    class Leases(RuleBasedStateMachine):
        """A property with two units, and two landlords who may have it in turn."""

        @initialize()
        def begin(self) -> None:
            self.today = START.date()
            with self.acting() as db:
                owners = db.scalars(select(Organisation).order_by(Organisation.id).limit(2)).all()
                self.landlords = [owner.id for owner in owners]
                self.person_id = db.scalars(select(Person.id).order_by(Person.id).limit(1)).one()
                place = db.scalars(select(Settlement.id).limit(1)).one()
                details = PropertyDetails(f"Machine {next(NUMBERS)}", "house", place, "By the sea")
                above = add_property(db, owners[0], details, now=self.now)
                db.flush()
                self.property_id = above.id
                units = [add_unit(db, above, UnitDetails(label, 1, 1, 100_000), now=self.now) for label in ("A", "B")]
                db.flush()
                self.unit_ids = [unit.id for unit in units]
                for unit, (days, rolls) in zip(units, ((None, True), (300, False)), strict=True):
                    agreed = self.details(self.today - timedelta(days=100), days, rolls)
                    writing.record_lease(db, unit, "on_paper", agreed, now=self.now, today=self.today)

        @property
        def now(self) -> datetime:
            """Noon in Nassau of the machine's day."""
            return datetime.combine(self.today, time(17), tzinfo=UTC)

        def acting(self) -> Any:
            return _acting(site)

        def leases(self, db: Session) -> list[Lease]:
            return list(db.scalars(select(Lease).where(Lease.unit_id.in_(self.unit_ids)).order_by(Lease.id)))

        def try_to(self, act: Callable[[Session], Any]) -> None:
            """Do something in a transaction of its own; a refusal changes nothing. What is another landlord's stays as it was."""
            with suppress(Refused), self.acting() as db:
                mine = db.get_one(Property, self.property_id).organisation_id
                before = _of_others(self.leases(db), mine)
                act(db)
                db.flush()
                assert _of_others(self.leases(db), mine) == before

        def one(self, db: Session, pick: int, *states: str) -> Lease:
            """One of the leases of whoever has the property, in one of some states. Raises Refused where there is none."""
            mine = db.get_one(Property, self.property_id).organisation_id
            found = [lease for lease in self.leases(db) if lease.organisation_id == mine and lease.state in states]
            if not found:
                raise Refused("There is none.")
            return found[pick % len(found)]

        def details(self, starts: date, days: int | None, rolls: bool) -> LeaseDetails:
            last_day = None if days is None else starts + timedelta(days=days)
            kind = "month_to_month" if days is None else "fixed"
            terms = Terms(starts, kind, last_day, rolls or days is None, 100_000)
            return LeaseDetails(terms, [PartyLine(None, ContactDetails("Somebody"), "primary")])

        @rule(unit=st.integers(0, 1), offset=st.integers(-400, 90), days=st.none() | st.integers(0, 400), rolls=st.booleans())
        def record(self, unit: int, offset: int, days: int | None, rolls: bool) -> None:
            def act(db: Session) -> None:
                where = db.get_one(Unit, self.unit_ids[unit])
                agreed = self.details(self.today + timedelta(days=offset), days, rolls)
                writing.record_lease(db, where, "on_paper", agreed, now=self.now, today=self.today)

            self.try_to(act)

        @rule(pick=st.integers(0, 9), offset=st.integers(-30, 200), days=st.none() | st.integers(0, 400), signed=st.booleans())
        def renew(self, pick: int, offset: int, days: int | None, signed: bool) -> None:
            """A renewal or an amendment, which may be signed at once."""

            def act(db: Session) -> None:
                former = self.one(db, pick, "signed", "active")
                starts = self.today + timedelta(days=offset)
                if former.last_day is not None:
                    starts = min(starts, former.last_day + ONE_DAY)
                lease = write_following(db, former, self.details(starts, days, days is None or days % 2 == 0), now=self.now)
                if signed:
                    send_lease(db, site.store, lease, seen=lease.version, now=self.now, today=self.today)
                    self.sign_all(db, lease)

            self.try_to(act)

        def sign_all(self, db: Session, lease: Lease) -> None:
            when: dict[str, Any] = {"person_id": self.person_id, "now": self.now, "today": self.today}
            for party in services.whole_lease(db, lease).parties:
                sign_at_home(db, lease, party, TYPED, **when)
            sign_for_landlord(db, lease, TYPED, **when)

        @rule(unit=st.integers(0, 1), offset=st.integers(0, 90), days=st.integers(0, 400))
        def draft(self, unit: int, offset: int, days: int) -> None:
            def act(db: Session) -> None:
                where = db.get_one(Unit, self.unit_ids[unit])
                writing.write_draft(db, where, self.details(self.today + timedelta(days=offset), days, False), now=self.now)

            self.try_to(act)

        @rule(pick=st.integers(0, 9))
        def send(self, pick: int) -> None:
            def act(db: Session) -> None:
                lease = self.one(db, pick, "draft")
                send_lease(db, site.store, lease, seen=lease.version, now=self.now, today=self.today)

            self.try_to(act)

        @rule(pick=st.integers(0, 9))
        def sign(self, pick: int) -> None:
            self.try_to(lambda db: self.sign_all(db, self.one(db, pick, "sent")))

        @rule(pick=st.integers(0, 9))
        def take_back(self, pick: int) -> None:
            self.try_to(lambda db: take_back(db, self.one(db, pick, "sent")))

        @rule(pick=st.integers(0, 9), offset=st.integers(-60, 120))
        def give_notice(self, pick: int, offset: int) -> None:
            day = self.today + timedelta(days=offset)
            self.try_to(lambda db: ending.end_lease(db, self.one(db, pick, "active", "notice"), day, "", today=self.today))

        @rule(pick=st.integers(0, 9))
        def stay(self, pick: int) -> None:
            self.try_to(lambda db: ending.keep_lease(db, self.one(db, pick, "notice")))

        @rule(pick=st.integers(0, 9))
        def move_out(self, pick: int) -> None:
            def act(db: Session) -> None:
                lease = self.one(db, pick, "notice", "ended")
                vacate(db, lease, self.today, person_id=self.person_id, now=self.now, today=self.today)

            self.try_to(act)

        @rule(pick=st.integers(0, 9))
        def cancel(self, pick: int) -> None:
            self.try_to(
                lambda db: ending.cancel_lease(db, self.one(db, pick, "draft", "sent", "signed", "active"), "It never was.")
            )

        @rule()
        def hand_over(self) -> None:
            """The property goes to the other landlord today. What the giver's leases were stays; their tenants go along."""
            with suppress(Refused), self.acting() as db:
                above = db.get_one(Property, self.property_id)
                giver = above.organisation_id
                taker = db.get_one(Organisation, next(each for each in self.landlords if each != giver))
                when: dict[str, Any] = {"person_id": self.person_id, "now": self.now, "today": self.today}
                living = {lease.unit_id for lease in self.leases(db) if _has_day(lease, self.today)}
                offered = offer_property(db, above, taker.ref, self.today, **when)
                accept_handover(db, offered, taker.id, [LeasesGoOn()], **when)
                db.expire_all()
                there = [lease for lease in self.leases(db) if _has_day(lease, self.today)]
                assert {lease.unit_id for lease in there} == living, "who lived there lives there"
                assert {lease.organisation_id for lease in there} <= {taker.id}, "and now by a lease of the new owner"

        @rule(
            pick=st.integers(0, 9),
            kind=st.sampled_from((Contact, Unit, Property)),
            name=st.text("aAé-' 2", min_size=1, max_size=9),
        )
        def rename(self, pick: int, kind: Any, name: str) -> None:
            """A tenant, a unit or the property is called something else."""
            with self.acting() as db:
                leases = self.leases(db)
                lease = leases[pick % len(leases)]
                unit = lease.unit
                row = {Contact: lease.parties[0].contact, Unit: unit, Property: unit.property}[kind]
                setattr(row, "label" if kind is Unit else "name", f"{name} {row.id}")

        @rule(pick=st.integers(0, 9))
        def rewrite(self, pick: int) -> None:
            """A draft is written anew, with somebody else in it."""

            def act(db: Session) -> None:
                lease = self.one(db, pick, "draft")
                writing.edit_draft(db, lease, self.details(lease.starts, 30, False), now=self.now)

            self.try_to(act)

        @rule(days=st.integers(1, 120))
        def time_passes(self, days: int) -> None:
            self.today += timedelta(days=days)
            with self.acting() as db:
                services.turn_leases(db, today=self.today, now=self.now)

        @invariant()
        def words_say_what_the_rows_say(self) -> None:
            with site.db.transaction("read") as db:
                assert kept_words(db) == wanted_words(db)

        @invariant()
        def no_day_is_shared_or_lost(self) -> None:
            with site.db.transaction("read") as db:
                leases = self.leases(db)
                counting = [lease for lease in leases if lease.state in BINDING]
                for one, other in itertools.combinations(counting, 2):
                    assert one.unit_id != other.unit_id or not _overlap(one, other), (_told(one), _told(other))
                by_id = {lease.id: lease for lease in leases}
                for lease in counting:
                    former = by_id.get(lease.continues_id or lease.taken_over_id or 0)
                    if former is not None and former.state in BINDING:
                        assert former.last_day == lease.starts - ONE_DAY, (_told(former), _told(lease))
                    elif former is not None:
                        assert former.state == "cancelled" and former.starts == lease.starts, (_told(former), _told(lease))
                    assert lease.state != "ended" or (lease.last_day or date.max) < self.today or lease.agreed, _told(lease)
                    if lease.state in ("signed", "active"):
                        following = services.following_of(db, lease)
                        goes_on = following is not None and following.state in BINDING
                        until = following.starts - ONE_DAY if goes_on else services.last_day_of_terms(lease)
                        assert lease.last_day == until, (_told(lease), following and _told(following))

    return Leases


@contextmanager
def _acting(site: Site) -> Iterator[Session]:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        yield db


def _of_others(leases: list[Lease], mine: int) -> list[tuple[Any, ...]]:
    return [_told(lease) for lease in leases if lease.organisation_id != mine]


def _told(lease: Lease) -> tuple[Any, ...]:
    return (lease.id, lease.organisation_id, lease.unit_id, lease.state, lease.starts, lease.last_day, lease.continues_id)


def _has_day(lease: Lease, day: date) -> bool:
    return lease.state in RUNNING and lease.starts <= day <= (lease.last_day or date.max)


def _overlap(one: Lease, other: Lease) -> bool:
    return one.starts <= (other.last_day or date.max) and other.starts <= (one.last_day or date.max)


def test_no_overlap_no_lost_day_and_no_stranger(world: tuple[Site, int]) -> None:
    site, lives = world
    live(machine_of(site), lives, STEPS)
