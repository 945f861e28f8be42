"""Tenants are told before rent is due and when it is late: each once, with what is to be paid and where."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from billing import lease_of
from renting import run
from sqlalchemy import select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.mail.models import Mail
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment, refuse_payment, report_payment


@pytest.fixture
def home(site: Site) -> Lease:
    """Andre's lease with an account each for Andre and the guarantor, on the first of June: charged, and rent of May paid."""
    with site.db.transaction("read") as db:
        lease = lease_of(db, "Andre")
        db.expunge_all()
    run(site, lease.organisation_id)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        guarantor = lease_of(db, "Andre").guarantors[0].contact
        guarantor.person_id = db.scalars(select(Person.id).where(Person.user_name == "paula")).one()
    # Rent that is paid so late brings fees, which are paid too.
    for _ in range(2):
        act(site, lambda db: pay(db, site, owed(db)))
    return lease


def act(site: Site, do: Any) -> Any:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        return do(db)


def owed(db: Any) -> int:
    charges = db.scalars(select(Charge).where(Charge.lease_id == lease_of(db, "Andre").id, Charge.voided_by.is_(None)))
    return sum(each.open_cents for each in charges)


def pay(db: Any, site: Site, cents: int) -> None:
    keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    paid = Paid(cents, site.clock.today(), "cash")
    record_payment(db, site.store, lease_of(db, "Andre"), paid, by=keva, now=site.clock.now(), today=site.clock.today())


def told(site: Site, category: str) -> list[tuple[str, str]]:
    """(who, subject) of what people were told of the home."""
    return [(who, row["subject"]) for who, row in notices(site, category)]


def notices(site: Site, category: str) -> list[tuple[str, dict[str, Any]]]:
    with site.db.transaction("read") as db:
        query = select(Person.user_name, Notification).join(Person, Person.id == Notification.person_id)
        here = Notification.path.contains(lease_of(db, "Andre").ref)
        rows = db.execute(query.where(Notification.category == category, here).order_by(Notification.id)).all()
        return [(str(who), {**row.content, "subject": row.subject, "path": row.path}) for who, row in rows]


def morning(site: Site, day: date) -> None:
    """A day has come: what is done at night, and what is said in the morning. The days before it were missed."""
    for hour in (6, 15):
        site.clock.moment = datetime.combine(day, time(hour), UTC)
        site.drain_jobs()


def test_rent_is_announced_once_with_what_is_to_be_paid(site: Site, home: Lease) -> None:
    morning(site, date(2026, 6, 27))
    assert told(site, "ledger.due") == []
    morning(site, date(2026, 6, 28))
    assert told(site, "ledger.due") == [("andre", "B$3,400 to pay by 1 July 2026: No 1, Sandyport Mews")]
    for day in (29, 30):
        morning(site, date(2026, 6, day))
    [(_, content)] = notices(site, "ledger.due")
    assert content["path"] == f"/home/leases/{home.ref}/ledger/payments/"
    assert (content["amount"], content["due"], content["reference"]) == ("B$3,400", "1 July 2026", lease_reference(home.id))
    with site.db.transaction("read") as db:
        assert set(db.scalars(select(Mail.template).where(Mail.category == "ledger.due"))) == {"ledger/mail/rent_due.jinja2"}


def test_what_was_paid_ahead_is_not_asked_for(site: Site, home: Lease) -> None:
    act(site, lambda db: pay(db, site, 100_000))
    morning(site, date(2026, 6, 30))
    [(_, content)] = notices(site, "ledger.due")
    assert (content["amount"], content["rent"]) == ("B$2,400", "B$3,400")
    act(site, lambda db: pay(db, site, 1_000_000))
    for day in (date(2026, 7, 7), date(2026, 7, 29), date(2026, 8, 7)):
        morning(site, day)
    assert len(told(site, "ledger.due")) == 1
    assert told(site, "ledger.late") == []


def test_late_rent_is_said_once_with_its_fee_also_to_the_guarantor(site: Site, home: Lease) -> None:
    morning(site, date(2026, 7, 6))
    assert told(site, "ledger.late") == []
    morning(site, date(2026, 7, 7))
    subject = "B$3,400 of the rent from 1 July 2026 is late: No 1, Sandyport Mews"
    assert told(site, "ledger.late") == [("andre", subject), ("paula", subject)]
    content = notices(site, "ledger.late")[0][1]
    assert (content["fee"], content["total"]) == ("B$170", "B$3,570")
    morning(site, date(2026, 7, 8))
    assert len(told(site, "ledger.late")) == 2


def test_a_report_that_waits_keeps_it_quiet_and_old_arrears_are_no_news(site: Site, home: Lease) -> None:
    def report(db: Any) -> int:
        by = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
        more = {"by": by, "now": site.clock.now(), "today": site.clock.today(), "roles": ()}
        return report_payment(db, site.store, lease_of(db, "Andre"), Paid(340_000, site.clock.today(), "transfer"), **more).id

    morning(site, date(2026, 7, 5))
    payment = act(site, report)
    morning(site, date(2026, 7, 7))
    assert told(site, "ledger.late") == []
    # Weeks later nobody is told of it any more, whatever became of the report.
    site.clock.move(days=20)
    act(site, lambda db: refuse_payment(db, db.get_one(Payment, payment), "Nothing came", by=1, now=site.clock.now()))
    morning(site, date(2026, 7, 28))
    assert told(site, "ledger.late") == []
    morning(site, date(2026, 8, 7))
    assert [subject for _, subject in told(site, "ledger.late")] == [
        "B$3,400 of the rent from 1 August 2026 is late: No 1, Sandyport Mews"
    ] * 2
