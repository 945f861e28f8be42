"""Shares among roommates on both databases: switching with a reallocation, who paid, and what plain SQL is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from paying import TODAY, Till
from renting import unit_of
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import Source, reverse, total
from atlasbahamas_plugins.ledger.sharing import services
from atlasbahamas_plugins.ledger.sharing.models import Payer, Sharing
from atlasbahamas_plugins.ledger.sharing.services import ACCOUNT, Agreed
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def till(site: Site) -> Till:
    """A lease of two, of which jerome is the second."""
    with Till(site, 0, 0).act() as db:
        people = [
            PartyLine(None, ContactDetails("Anya"), "primary"),
            PartyLine(None, ContactDetails("Bo"), "tenant"),
            PartyLine(None, ContactDetails("Gran"), "guarantor"),
        ]
        details = LeaseDetails(Terms(MAY, "month_to_month", None, True, 100_000), people)
        lease = record_lease(db, unit_of(db), "oral", details, now=START, today=TODAY)
        lease.parties[1].contact.person_id = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
        return Till(site, lease.id, db.scalars(select(Person.id).where(Person.user_name == "keva")).one())


def share(till: Till, starts: date, *weights: int, kind: str = "percent", anew: bool = False, ref: str = "") -> None:
    with till.act() as db:
        lease = till.lease(db)
        parts = dict(zip([party.id for party in lease.tenants], weights, strict=False))
        agreed = Agreed(starts, kind, "joint", parts, "Agreed at the table", anew, ref or services.new_ref())
        services.share(db, lease, agreed, by=till.by, now=START, today=TODAY)


def owe(till: Till) -> list[int]:
    with till.site.db.transaction("read") as db:
        lease = till.lease(db)
        found = services.shared(db, lease, today=TODAY)
        assert found is not None
        cents = [found.parts[party.id].cents for party in lease.tenants]
        assert sum(cents) == owed_by(db, lease).cents
        return cents


def test_shares_are_switched_and_what_was_owed_is_moved_by_an_entry(site: Site, till: Till) -> None:
    till.charge(100_001, MAY)
    share(till, MAY, 6_000, 4_000)
    assert owe(till) == [60_001, 40_000]
    till.record(10_000, MAY)
    assert owe(till) == [54_001, 36_000]
    share(till, JUNE, 50_000, 50_000, kind="amount")
    assert owe(till) == [54_001, 36_000]
    till.charge(100_000, JUNE)
    assert owe(till) == [104_001, 86_000]
    share(till, JUNE + timedelta(days=1), 5_000, 5_000, anew=True, ref="sharing-a1")
    share(till, JUNE + timedelta(days=1), 5_000, 5_000, anew=True, ref="sharing-a1")
    assert owe(till) == [95_001, 95_000]
    with site.db.transaction("read") as db:
        assert total(db, till.lease(db).organisation_id, ACCOUNT).cents == 0
        number = db.scalars(select(Sharing.entry_number).where(Sharing.ref == "sharing-a1")).one()
    with till.act() as db:
        reverse(db, till.lease(db).organisation_id, [number], source=Source("test", "t"), now=START)
    assert owe(till) == [104_001, 86_000]
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, till.lease(db).organisation_id).findings == []


def test_who_reports_pays_their_own_part_first_and_staff_say_whose_the_others_are(site: Site, till: Till) -> None:
    till.charge(100_000, MAY)
    share(till, MAY, 5_000, 5_000)
    with site.db.transaction("read") as db:
        jerome = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
    keva, till.by = till.by, jerome
    reported = till.report(30_000)
    till.by = keva
    till.confirm(reported)
    assert owe(till) == [50_000, 20_000]
    cash = till.record(10_000)
    assert owe(till) == [45_000, 15_000]
    for at, expected in ((0, [40_000, 20_000]), (1, [50_000, 10_000]), (None, [45_000, 15_000])):
        with till.act() as db:
            lease = till.lease(db)
            party = lease.tenants[at] if at is not None else None
            services.say_who_paid(db, lease, db.get_one(Payment, cash), party)
        assert owe(till) == expected
    with site.db.transaction("read") as db:
        assert db.scalars(select(Payer.payment_id)).all() == [reported]


def test_what_is_no_share_is_refused(till: Till) -> None:
    for weights, kind, words in (
        ((5_000, 4_999), "percent", "100 %"),
        ((50_000, 49_999), "amount", "add up to the rent"),
        ((10_000,), "percent", "each tenant"),
    ):
        with pytest.raises(Refused, match=words):
            share(till, MAY, *weights, kind=kind)
    share(till, JUNE, 5_000, 5_000)
    with pytest.raises(Refused, match="later day"):
        share(till, MAY, 5_000, 5_000)


REFUSED_SQL = {
    "a share more": "INSERT INTO ledger_share SELECT lease_id, starts, party_id + 1000, 5 FROM ledger_share LIMIT 1",
    "another weight": "UPDATE ledger_share SET weight = weight + 1",
    "a share less": "DELETE FROM ledger_share",
    "another liability": "UPDATE ledger_sharing SET liability = 'several'",
    "one that does not add up": """INSERT INTO ledger_sharing (ref, organisation_id, lease_id, starts, kind, liability, total,
        reason, made) SELECT 'sh-9', organisation_id, lease_id, :day, kind, liability, total, reason, made FROM ledger_sharing""",
    "a payer of another lease": """INSERT INTO ledger_payer SELECT ledger_payment.id, leasing_party.id FROM ledger_payment,
        leasing_party WHERE leasing_party.lease_id <> ledger_payment.lease_id LIMIT 1""",
    "shares of nothing": "INSERT INTO ledger_share SELECT lease_id, :day, party_id, weight FROM ledger_share",
}


@pytest.mark.parametrize("what", REFUSED_SQL)
def test_plain_sql_is_refused(till: Till, what: str) -> None:
    share(till, JUNE, 5_000, 5_000)
    till.record(500)
    values: dict[str, Any] = {"day": JUNE + timedelta(days=9)} if ":day" in REFUSED_SQL[what] else {}
    with pytest.raises((IntegrityError, DBAPIError)), till.act() as db:
        db.execute(text(REFUSED_SQL[what]), values)
