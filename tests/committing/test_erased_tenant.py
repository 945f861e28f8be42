"""A tenant with two years of rent is erased: the books hold, and no row has their name."""

from __future__ import annotations

from dumping import dump
from paying import Till
from sqlalchemy import select

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.services import Paid, confirm_payment, refuse_payment, report_payment

MONTHS = 24
NAME = "Andre Sturrup"


def live_for_two_years(site: Site, till: Till) -> None:
    """Each month the rent is charged, reported with their name on it, and confirmed or refused."""
    with site.db.transaction("read") as db:
        tenant = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
    for month in range(MONTHS):
        site.clock.move(days=30)
        now, today = site.clock.now(), site.clock.today()
        with till.act() as db:
            lease = till.lease(db)
            run_rent(db, lease.organisation_id, today, now=now, today=today)
            paid = Paid(340_000, today, "transfer", reference=f"{NAME}, rent {month}")
            payment = report_payment(db, site.store, lease, paid, by=tenant, roles=("owner",), now=now, today=today)
            if month % 8 == 7:
                refuse_payment(db, payment, f"Nothing from {NAME} has come", by=till.by, now=now)
            else:
                confirm_payment(db, payment, by=till.by, now=now, today=today)


def test_books_hold_and_no_name_is_left(site: Site) -> None:
    till = Till.of_tenant(site, "andre")
    live_for_two_years(site, till)
    before = dump(site)
    assert NAME in before
    form = site.browser("andre").get("/account/erase").forms["form"]
    form["password"] = DEMO_PASSWORD
    form.submit(status=303)
    after = dump(site)
    for word in (NAME, "andre@example.com", "12425550109"):
        assert [line[:200] for line in after.splitlines() if word.casefold() in line.casefold()] == [], word
    with site.db.transaction("read") as db:
        organisation_id = till.lease(db).organisation_id
        proved = proving.verify(db, organisation_id)
        assert proved.findings == []
        paid = db.scalars(select(Payment.state).where(Payment.lease_id == till.lease_id)).all()
    assert (len(paid), paid.count("refused")) == (MONTHS, MONTHS // 8)
