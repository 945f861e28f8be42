"""Two people at one listing at the same moment: one is first, the other is told, and nothing is half done."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import false, select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.listings.review import services
from atlasbahamas_plugins.listings.review.services import Decision
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingVersion
from atlasbahamas_plugins.portfolio.models import Unit

NOBODY = select(Unit.id).where(false())


class Pair:
    """Two transactions: the first has done its part and waits to commit while the second is at it."""

    def __init__(self, site: Site) -> None:
        self.site, self.first_is_in, self.outcomes = site, threading.Event(), {}

    def run(self, first: Any, second: Any) -> dict[str, str]:
        """How both ended: `done`, or the words of the refusal."""
        threads = [threading.Thread(target=self._first, args=(first,)), threading.Thread(target=self._second, args=(second,))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return self.outcomes

    def _first(self, act: Any) -> None:
        try:
            with self.site.db.transaction() as db:
                db.info[ACTOR] = COMMAND
                act(db)
                self.first_is_in.set()
                threading.Event().wait(0.5)  # long enough for the second to come up against the lock
            self.outcomes["first"] = "done"
        finally:
            self.first_is_in.set()

    def _second(self, act: Any) -> None:
        self.first_is_in.wait(20)
        try:
            with self.site.db.transaction() as db:
                db.info[ACTOR] = COMMAND
                act(db)
            self.outcomes["second"] = "done"
        except Refused as refused:
            self.outcomes["second"] = refused.message


@pytest.fixture
def waits(site: Site) -> tuple[int, int, int]:
    """Id of a version that waits, what its listing's number is, and somebody who decides."""
    with site.db.transaction("read") as db:
        version = db.scalars(
            select(ListingVersion).where(ListingVersion.state == "submitted").order_by(ListingVersion.id)
        ).first()
        assert version is not None
        paula = db.scalars(select(Person.id).where(Person.user_name == "paula")).one()
        return version.id, version.listing.version, paula


def decide(waits: tuple[int, int, int], kind: str) -> Any:
    version_id, seen, paula = waits
    decision = Decision(kind, "" if kind == services.APPROVE else "Because.", tuple(CHECKLIST))

    def act(db: Any) -> None:
        version = db.get_one(ListingVersion, version_id)
        services.decide(db, version, decision, seen=seen, roles=("owner",), reviewing=(), let=NOBODY, person_id=paula, now=START)

    return act


def take_back(waits: tuple[int, int, int]) -> Any:
    return lambda db: services.take_back(db, db.get_one(ListingVersion, waits[0]).listing)


def state(site: Site, waits: tuple[int, int, int]) -> str:
    with site.db.transaction("read") as db:
        return db.get_one(ListingVersion, waits[0]).state


def test_two_reviewers_decide_at_once(site: Site, waits: tuple[int, int, int]) -> None:
    ended = Pair(site).run(decide(waits, services.APPROVE), decide(waits, services.REJECT))
    assert ended == {"first": "done", "second": services.DECIDED}
    assert state(site, waits) == "approved"


def test_a_lister_takes_back_while_a_reviewer_decides(site: Site, waits: tuple[int, int, int]) -> None:
    ended = Pair(site).run(take_back(waits), decide(waits, services.APPROVE))
    assert ended == {"first": "done", "second": services.TAKEN_BACK}
    assert state(site, waits) == "draft"


def test_a_reviewer_decides_while_a_lister_takes_back(site: Site, waits: tuple[int, int, int]) -> None:
    ended = Pair(site).run(decide(waits, services.ASK), take_back(waits))
    assert ended["first"] == "done"
    assert "not in review any more" in ended["second"]
    assert state(site, waits) == "changes_requested"
