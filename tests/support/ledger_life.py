"""A random life of the leases of an organisation, and the books that are kept of it by hand: what all of its steps need.

The steps are in steps_of_leases.py, steps_of_money.py and steps_of_plans.py, by what they are about. Each does one thing on the
site and the same in the books (ledger_calendar.py). What can be chosen is chosen from the books.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition
from ledger_calendar import Book
from ledger_things import Charge, Payment, Plan
from paying import Till
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.people.services import create_organisation
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges import models
from atlasbahamas_plugins.ledger.journal.models import Journal
from atlasbahamas_plugins.ledger.plans import models as plan_models
from atlasbahamas_plugins.portfolio.models import Settlement
from atlasbahamas_plugins.portfolio.services import PropertyDetails, add_property

NUMBERS = itertools.count(1)
CHOICE = st.integers(0, 10**6)
AMOUNTS = st.integers(1, 1_000) | st.integers(1, 200_000)
MONEY = AMOUNTS | st.integers(1, 400_000)
BACK = st.integers(0, 20) | st.integers(0, 90)
NEAR = st.none() | st.integers(-1, 1)
WHY = "For the test"

T = TypeVar("T")


def pick(which: int, things: Sequence[T]) -> T:
    return things[which % len(things)]


class Life:
    """An organisation of its own with the leases of one property, and the book of each. It begins on the day of the demo data."""

    site: Site

    def begin_a_life(self) -> None:
        self.site.clock.moment = START
        self.books: dict[int, Book] = {}
        self.tenants: dict[int, list[int]] = {}
        self.terms_end: dict[int, date | None] = {}
        self.runs: list[int] = []
        self.receipts = 0
        self.touched: set[int] = set()
        with Till(self.site, 0, 0).act() as db:
            self.by = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
            number = next(NUMBERS)
            owner = create_organisation(db, f"Life {number}", self.by, now=START)
            place = db.scalars(select(Settlement.id).limit(1)).one()
            self.here = owner.id
            # The jobs of all organisations go on after those: what is left of other lives is nobody's here.
            self.others = [db.scalar(select(func.max(row.id))) or 0 for row in (Lease, plan_models.Plan)]
            self.home = add_property(db, owner, PropertyDetails(f"Home {number}", "house", place, "By the sea"), now=START).id

    @property
    def today(self) -> date:
        return self.site.clock.today()

    def when(self) -> dict[str, Any]:
        """What services take that ask for the day; `then`: those that do not, and want to know who."""
        return {"now": self.site.clock.now(), "today": self.today}

    def then(self) -> dict[str, Any]:
        return {"now": self.site.clock.now(), "by": self.by}

    def act(self, do: Callable[[Session], T]) -> T:
        """Do something on the site; a second passes first, so that what was known before is told from this."""
        self.site.clock.move(seconds=1)
        with Till(self.site, 0, 0).act() as db:
            return do(db)

    def does(self, do: Callable[[Session], Any]) -> bool:
        """The same where it may be refused, and then changes nothing; gives whether it was done."""
        try:
            self.act(do)
        except Refused:
            return False
        return True

    def choose(self, which: int) -> tuple[int, Book]:
        """A lease that binds, with its book; and look at it after this step."""
        lease_id = pick(which, [lease_id for lease_id, book in self.books.items() if book.binds])
        self.touched.add(lease_id)
        return lease_id, self.books[lease_id]

    def a_day(self, book: Book, back: int, near: int | None) -> date:
        """Some days ago; or about the day on which some rent was late, where one day more or less matters."""
        late = [since for rent in book.owed(["rent"]) if near is not None and (since := book.late_since(rent)) is not None]
        days = [since + timedelta(days=near or 0) for since in late if since + timedelta(days=1) <= self.today]
        return pick(-1 - back, days) if days else self.today - timedelta(days=back)

    def till(self, lease_id: int) -> Till:
        return Till(self.site, lease_id, self.by)

    def all_of(self, found: Callable[[Book], Iterable[T]]) -> list[tuple[int, T]]:
        """Things of all leases, with the leases' ids."""
        return [(lease_id, each) for lease_id, book in self.books.items() for each in found(book)]

    def payments_in(self, *states: str) -> list[tuple[int, Payment]]:
        return self.all_of(lambda book: [each for each in book.payments if each.state in states])

    def plans_in(self, *states: str) -> list[tuple[int, Plan]]:
        return self.all_of(lambda book: [each for each in book.plans if each.state in states])

    def chosen(self, which: int, things: Sequence[tuple[int, T]]) -> tuple[int, Book, T]:
        """One of those, with its lease and its book."""
        lease_id, thing = pick(which, things)
        self.touched.add(lease_id)
        return lease_id, self.books[lease_id], thing

    def row_of(self, db: Session, lease_id: int, charge: Charge) -> models.Charge:
        """The row of a charge that counts: of one lease there is one by a rule for the days since one."""
        row = models.Charge
        mine = (row.lease_id == lease_id, row.rule == charge.rule, row.period_starts == charge.starts, row.voided_by.is_(None))
        return db.scalars(select(row).where(*mine)).one()

    def entries(self) -> int:
        """How many entries the journal has."""
        with self.site.db.transaction("read") as db:
            return db.scalar(select(Journal.number).where(Journal.organisation_id == self.here)) or 0

    def some(self, name: str) -> bool:
        """Whether there is one to choose from."""
        found = {
            "binding": lambda: [book for book in self.books.values() if book.binds],
            "by hand": lambda: self.by_hand(),
            "charges": lambda: self.all_of(Book.owed),
            "credits": lambda: self.all_of(Book.credits),
            "confirmed": lambda: self.payments_in("confirmed"),
            "reported": lambda: self.payments_in("reported"),
            "undecided": lambda: self.payments_in("reported", "waiting"),
            "cheques": lambda: self.cheques("received", "lodged", "cleared"),
            "arrears": lambda: [book for book in self.books.values() if book.binds and book.arrears()],
            "plans": lambda: self.plans_in("proposed", "agreed"),
        }
        return bool(getattr(self, "books", None)) and bool(found[name]())

    def by_hand(self) -> list[tuple[int, Charge]]:
        return self.all_of(lambda book: book.owed(("fee", "other", "correction")))

    def cheques(self, *stages: str) -> list[tuple[int, Payment]]:
        return [(lease_id, each) for lease_id, each in self.payments_in("confirmed") if each.cheque in stages]


def where_there_are(name: str) -> Any:
    """A rule for lives that have such things."""
    return precondition(lambda life: life.some(name))
