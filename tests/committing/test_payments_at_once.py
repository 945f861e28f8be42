"""Many at once confirm, refuse or send one payment: one effect each, whichever database it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from over_http import all_at_once
from paying import TODAY, Till
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from webtest import TestApp

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.journal.models import LedgerEntry
from atlasbahamas_plugins.ledger.payments import services
from atlasbahamas_plugins.ledger.payments.models import Payment, ReceiptBook

WORKERS, SUBMITS = 8, 50


@pytest.fixture
def till(site: Site) -> Till:
    return Till.of(site)


def again_if_told(act: Callable[[], Any]) -> Callable[[], str]:
    """As a request does: once more where the database says that it came too early."""

    def tried() -> str:
        for _ in range(20):
            try:
                act()
            except Refused as refused:
                return refused.message
            except OperationalError as error:
                if not any(word in str(error) for word in ("deadlock", "locked")):
                    raise
                continue
            return "done"
        return "never"

    return tried


def refuse(till: Till, payment_id: int) -> None:
    with till.act() as db:
        services.refuse_payment(db, db.get_one(Payment, payment_id), "Nothing came", by=till.by, now=START)


def counts(till: Till) -> tuple[int, int, int]:
    """Payments, entries, and the number of the last receipt."""
    with till.site.db.transaction("read") as db:
        payments, entries = (db.scalar(select(func.count()).select_from(model)) or 0 for model in (Payment, LedgerEntry))
        assert proving.verify(db, till.lease(db).organisation_id).findings == []
        return payments, entries, db.scalar(select(func.max(ReceiptBook.last_number))) or 0


def test_of_many_who_confirm_one_payment_one_does(till: Till) -> None:
    charge, reported = till.charge(120_000), till.report(120_000)
    answers = all_at_once([again_if_told(lambda: till.confirm(reported)) for _ in range(WORKERS)])
    assert answers == ["done"] * WORKERS
    assert counts(till) == (1, 2, 1)
    assert till.open_of(charge) == [0]


def test_of_one_who_confirms_and_one_who_refuses_one_is_told(till: Till) -> None:
    reported = [till.report(1_000 + number) for number in range(5)]
    for number in reported:
        confirm, deny = again_if_told(lambda n=number: till.confirm(n)), again_if_told(lambda n=number: refuse(till, n))  # type: ignore[misc]
        answers = Counter(all_at_once([confirm, deny]))
        assert answers == {"done": 1, services.DECIDED.message: 1}
        assert till.payment(number)["state"] in ("confirmed", "refused")
    confirmed = [number for number in reported if till.payment(number)["state"] == "confirmed"]
    assert counts(till) == (5, len(confirmed), len(confirmed))
    assert sorted(till.payment(number)["receipt_number"] for number in confirmed) == list(range(1, len(confirmed) + 1))


def test_one_form_sent_many_times_at_once_is_one_payment(till: Till) -> None:
    key, charge = long_key("payment"), till.charge(120_000)
    made: list[int] = []
    answers = all_at_once([again_if_told(lambda: made.append(till.record(50_000, TODAY, ref=key))) for _ in range(SUBMITS)])
    assert answers == ["done"] * SUBMITS
    assert len(made) == SUBMITS
    assert len(set(made)) == 1
    assert counts(till) == (1, 2, 1)
    assert till.open_of(charge) == [70_000]


def test_receipts_of_many_payments_at_once_have_no_gaps(till: Till) -> None:
    till.charge(120_000)
    answers = all_at_once([again_if_told(lambda n=number: till.record(1_000 + n)) for number in range(WORKERS)])  # type: ignore[misc]
    assert answers == ["done"] * WORKERS
    with till.site.db.transaction("read") as db:
        numbers = db.scalars(select(Payment.receipt_number).order_by(Payment.receipt_number)).all()
    assert numbers == list(range(1, WORKERS + 1))
    assert counts(till) == (WORKERS, WORKERS + 1, WORKERS)


def test_one_form_sent_fifty_times_by_http_gives_fifty_times_the_same_page(till: Till) -> None:
    till.charge(120_000)
    with till.site.db.transaction("read") as db:
        lease = till.lease(db)
        path = f"/portfolio/{db.get_one(Organisation, lease.organisation_id).ref}/leases/{lease.ref}/ledger/payments/record"
    browser = till.site.browser("philip")
    fields = list(browser.get(path).forms["form"].submit_fields())
    cookies = dict(browser.cookies)

    def send() -> tuple[int, str]:
        mine = TestApp(till.site.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        for name, value in cookies.items():
            mine.set_cookie(name, value)
        answer = mine.post(path, fields, expect_errors=True)
        return answer.status_int, answer.headers.get("Location", "")

    answers = all_at_once([send] * SUBMITS)
    assert len(set(answers)) == 1
    [(status, location)] = set(answers)  # type: ignore[misc]
    assert status == 303
    assert "/payments/payment-" in location
    assert counts(till) == (1, 2, 1)
