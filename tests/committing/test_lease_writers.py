"""Many at once want the same days of one unit: one gets them, the others are told, whichever database it is."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.errors import Refused
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.writing.services import Agreed, LeaseDetails, PartyLine, Terms, bind, write_leases
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Unit

WRITERS = 6


def test_of_many_leases_of_the_same_days_one_counts(site: Site) -> None:
    """The drafts are there; who binds them takes no lock but that of the days, so the database alone decides."""
    today, now = site.clock.today(), site.clock.now()
    drafts = []
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        unit = db.scalars(select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label == "1A")).one()
        for number in range(WRITERS):
            starts = today + timedelta(days=number)
            terms = Terms(starts, "fixed", starts + timedelta(days=30), False, 100_000 + number)
            details = LeaseDetails(terms, [PartyLine(None, ContactDetails(f"Writer {number}"), "primary")])
            drafts.append(write_leases(db, [Agreed(unit, details)], "oral", now=now)[0].id)
        unit_id = unit.id
    ready, answers = threading.Barrier(WRITERS), []

    def once(number: int) -> str:
        try:
            with site.db.transaction() as db:
                db.info[ACTOR] = COMMAND
                bind(db, db.get_one(Lease, drafts[number]), today=today)
        except Refused as refused:
            return f"refused at {refused.field}"
        except OperationalError as error:  # PostgreSQL may call it a deadlock; a request is then tried again
            return "again" if "deadlock" in str(error) else str(error)
        return "bound"

    def write(number: int) -> None:
        ready.wait(30)
        answer = "again"
        while answer == "again":
            answer = once(number)
        answers.append(answer)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == ["bound"] + ["refused at starts"] * (WRITERS - 1)
    with site.db.transaction("read") as db:
        there = db.scalars(select(Lease.id).where(Lease.unit_id == unit_id, Lease.state.in_(BINDING))).all()
    assert len(there) == 1
