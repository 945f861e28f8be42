"""Two years in the books of the demo organisations: they hold, also when they are loaded late on a last of the month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.notifications.models import Notification
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.leaving.models import DeductionAnswer
from atlasbahamas_plugins.ledger.bills.models import Bill, BillFile
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.demo import load_demo
from atlasbahamas_plugins.ledger.deposits.models import Disposition
from atlasbahamas_plugins.ledger.journal.models import LedgerEntry
from atlasbahamas_plugins.ledger.journal.proving import organisations_with_books, verify
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentProof
from atlasbahamas_plugins.ledger.plans.models import Plan
from atlasbahamas_plugins.ledger.plans.services import met_by
from atlasbahamas_plugins.ledger.sharing.models import Sharing

LATE = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
"""In Nassau it is still June."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("lived")
    site = sites.start(sites.copy_sqlite(sites.sqlite_template(), folder / "site.sqlite"), folder)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        load_demo(db, store=site.store, now=LATE)
    site.clock.moment = LATE
    yield site
    site.close()


def test_the_books_of_the_demo_hold(lived: Site) -> None:
    with lived.db.transaction("read") as db:
        found = [verify(db, number) for number, _ in organisations_with_books(db)]
        assert len(found) == 3 and not [finding for each in found for finding in each.findings]
        assert db.scalar(select(func.max(LedgerEntry.effective))) <= lived.clock.today()  # type: ignore[operator]
        assert db.scalar(select(func.max(Payment.created))) <= LATE  # type: ignore[operator]


def test_each_story_is_in_them(lived: Site) -> None:
    with lived.db.transaction("read") as db:
        states = dict(db.execute(select(Payment.state, func.count()).group_by(Payment.state)).all())
        rails = set(db.scalars(select(Payment.rail).distinct()))
        waits = select(Payment.id).join(PaymentProof, PaymentProof.payment_id == Payment.id).where(Payment.state == "reported")
        assert states["confirmed"] > 200
        assert (states["returned"], states["refused"], states["waiting"], states["reported"]) == (1, 1, 1, 1)
        assert len(rails) == 7 and len(db.scalars(waits).all()) == 1
        kinds = set(db.scalars(select(Charge.what).where(Charge.voided_by.is_(None)).distinct()))
        assert kinds >= {"rent", "late_fee", "deposit", "fee"}
        assert sorted(db.scalars(select(DeductionAnswer.agrees))) == [False, True]
        [plan] = db.scalars(select(Plan)).all()
        assert plan.state == "agreed" and sum(met.is_paid for met in met_by(plan)) == 1
        assert [row.kind for row in db.scalars(select(Sharing))] == ["percent"]
        assert len(db.scalars(select(Disposition)).all()) == 1


def test_bills_are_in_them_in_every_state(lived: Site) -> None:
    with lived.db.transaction("read") as db:
        bills = db.scalars(select(Bill)).all()
        seen = {(bill.payer, bill.is_paid) for bill in bills} | {("owed", bill.is_paid) for bill in bills if bill.is_passed_on}
        assert seen >= {(payer, paid) for payer in ("tenant", "rebilled", "owed") for paid in (True, False)} | {
            ("landlord", True)
        }
        kinds = set(db.scalars(select(BillFile.what).distinct()))
        assert kinds == {"bill", "proof"}
        assert max(bill.ends for bill in bills) < lived.clock.today()


def test_nobody_is_written_to_about_what_was_long_ago(lived: Site) -> None:
    with lived.db.transaction("read") as db:
        old = select(Notification.id).where(Notification.read.is_(None), Notification.created < datetime(2026, 5, 30, tzinfo=UTC))
        assert db.scalars(old).all() == []
        mails = select(OutboxEntry).where(OutboxEntry.name.like("%mail%"))
        assert [row.payload for row in db.scalars(mails)] == []
