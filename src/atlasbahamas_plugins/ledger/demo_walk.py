"""A clock that walks through the days of the demo data, and what the site does by itself in each night of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import CLOCK
from atlasbahamas.files.store import Store
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.services import turn_leases
from atlasbahamas_plugins.ledger.charges import run as rent
from atlasbahamas_plugins.ledger.cheques.services import confirm_cheques_of_the_day
from atlasbahamas_plugins.ledger.lateness import services as lateness

Act = Callable[[], object]
ONE_DAY = timedelta(days=1)
OPENS = time(9, 0)
RENT_IS_DUE, RENT_IS_LATE = 1, 7
"""The days of a month whose nights are never left out; what was missed, a later night makes up."""


@dataclass
class Walk:
    """Goes from day to day up to `today` and lets acts happen, each some minutes after the one before; no later than `now`."""

    db: Session
    store: Store
    today: date
    end: datetime
    moment: datetime
    day: date
    _acts: dict[date, list[Act]] = field(default_factory=dict)

    @classmethod
    def to(cls, db: Session, store: Store, now: datetime) -> Walk:
        """A walk up to a moment."""
        today = now.astimezone(NASSAU).date()
        return cls(db, store, today, now, now, today)

    def now(self) -> datetime:
        """The moment."""
        return self.moment

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.today - timedelta(days=days)

    def on(self, day: date, act: Act) -> None:
        """Let something happen on a day. What is still to come does not happen."""
        self._acts.setdefault(day, []).append(act)

    def clock(self) -> dict[str, Any]:
        """What services take."""
        return {"now": self.moment, "today": self.day}

    def go(self, since: date) -> None:
        """Walk. What is recorded meanwhile has the time of the walk."""
        outer = self.db.info.get(CLOCK)
        self.db.info[CLOCK] = self
        self.day = since
        while self.day <= self.today:
            acts = self._acts.get(self.day, [])
            if acts or self.day.day in (RENT_IS_DUE, RENT_IS_LATE) or self.day in (since, self.today):
                self._begin()
                self._night()
                # An act may add others on the same day.
                for act in acts:
                    self.moment = min(self.moment + timedelta(minutes=7), self.end)
                    act()
            self.day += ONE_DAY
        self.day = self.today
        self.db.info.pop(CLOCK)
        if outer is not None:
            self.db.info[CLOCK] = outer

    def _begin(self) -> None:
        opens = datetime.combine(self.day, OPENS, NASSAU).astimezone(self.end.tzinfo)
        self.moment = min(opens, self.end - timedelta(hours=2))

    def _night(self) -> None:
        """What the jobs of a night do."""
        db, more = self.db, self.clock()
        turn_leases(db, **more)
        confirm_cheques_of_the_day(db, **more)
        for organisation_id in rent.organisations_to_run(db, self.day):
            rent.run_rent(db, organisation_id, self.day, **more)
        if self.day.day != RENT_IS_LATE and self.day != self.today:
            return
        for organisation_id in lateness.organisations_to_run(db, self.day):
            lateness.run_late_fees(db, organisation_id, day=self.day, now=self.moment)
