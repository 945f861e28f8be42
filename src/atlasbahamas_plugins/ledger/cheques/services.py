"""What becomes of a cheque: brought to the bank, cleared, or returned. Raises Refused where a rule says no.

From the hand to the way (`clearing`) to the bank: each step is an entry, on the local day on which it happened.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.ledger.payments.guards import CHEQUE_SOURCE
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.ledger.payments.services import DECIDED, confirm_payment, take_back
from atlasbahamas_plugins.ledger.payments.telling import REFUSED, tell_tenants
from atlasbahamas_plugins.ledger.reasons import TENANTS_READ_IT, said_why
from atlasbahamas_plugins.ledger.services import (
    AccountKey,
    Entry,
    EntryKind,
    Source,
    Transfer,
    accounts,
    check_not_locked,
    open_journal,
    post,
)

BANKED = EntryKind("banked", "Cheque brought to the bank")
CLEARED = EntryKind("cleared", "Cheque cleared")


def lodge_cheque(db: Session, cheque: Cheque, day: date, *, by: int, now: datetime, today: date) -> None:
    """It was brought to the bank on a day. Raises Refused."""
    payment = _begin(db, cheque, "received")
    _check_day(db, payment, day, payment.received_on, today)
    entry = _move(db, payment, BANKED, "clearing", "undeposited", day, by=by, now=now)
    cheque.state, cheque.lodged_on, cheque.lodge_entry = "lodged", day, entry
    _end(db, "lodged", payment, day)


def clear_cheque(db: Session, cheque: Cheque, day: date, *, by: int, now: datetime, today: date) -> None:
    """The bank has the money since a day. Raises Refused."""
    payment = _begin(db, cheque, "lodged")
    assert cheque.lodged_on is not None
    _check_day(db, payment, day, cheque.lodged_on, today)
    entry = _move(db, payment, CLEARED, "bank", "clearing", day, by=by, now=now)
    cheque.state, cheque.cleared_on, cheque.clear_entry = "cleared", day, entry
    _end(db, "cleared", payment, day)


def return_cheque(db: Session, cheque: Cheque, day: date, reason: str, *, by: int, now: datetime, today: date) -> None:
    """The bank gave it back on a day: from then on it pays nothing, and its receipt is void. Raises Refused."""
    payment = _begin(db, cheque, "lodged", "cleared")
    said_why(reason, TENANTS_READ_IT)
    before = cheque.cleared_on or cheque.lodged_on
    assert before is not None
    _check_day(db, payment, day, before, today)
    cheque.state = "returned"
    db.flush()
    take_back(db, payment, reason.strip(), by=by, now=now, effective=day)
    _end(db, "returned", payment, day, note=reason.strip())
    tell_tenants(db, payment, REFUSED, "Returned by the bank", now=now)


def _begin(db: Session, cheque: Cheque, *states: str) -> Payment:
    open_journal(db, cheque.organisation_id)
    db.refresh(cheque)
    payment = db.get_one(Payment, cheque.payment_id)
    db.refresh(payment)
    if cheque.state not in states or payment.state != "confirmed":
        raise DECIDED
    return payment


def _check_day(db: Session, payment: Payment, day: date, earliest: date, today: date) -> None:
    if day > today:
        raise Refused("This day has not come yet.", "day")
    if day < earliest:
        raise Refused(f"That cannot be before {local_date(earliest)}.", "day")
    check_not_locked(db, payment.organisation_id, day, "day")


def _move(db: Session, payment: Payment, kind: EntryKind, to: str, away: str, day: date, *, by: int, now: datetime) -> int:
    keys = [AccountKey(to), AccountKey(away)]
    found = accounts(db, payment.organisation_id, keys)
    transfer = Transfer(found[keys[0]], found[keys[1]], payment.cents)
    [number] = post(
        db, payment.organisation_id, [Entry(kind, day, [transfer], Source(CHEQUE_SOURCE, payment.ref), by=by)], now=now
    )
    return number


def _end(db: Session, verb: str, payment: Payment, day: date, **more: Any) -> None:
    db.flush()
    about = ("payment", payment.ref)
    record(db, f"ledger:cheque:{verb}", about=about, organisation_id=payment.organisation_id, after={"day": day}, **more)


def confirm_cheques_of_the_day(db: Session, *, today: date, now: datetime, most: int = 200) -> int:
    """Confirm the cheques whose day has come; gives how many."""
    due = select(Payment).where(is_one_of(Payment.state, "waiting"), Payment.received_on <= today)
    found = db.scalars(due.order_by(Payment.organisation_id, Payment.received_on, Payment.id).limit(most)).all()
    for payment in found:
        confirm_payment(db, payment, by=None, now=now, today=today)
    return len(found)
