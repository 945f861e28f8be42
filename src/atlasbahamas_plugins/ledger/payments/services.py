"""Payments: reported, recorded, confirmed, refused, taken back. Raises Refused where a rule says no.

Whoever moves a payment locks the journal's head first, so that of two who do it at once the second sees what the first did. The
receipt's counter comes after it, always in this order.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.services import leases_in
from atlasbahamas_plugins.ledger.allocation.policy import allocate
from atlasbahamas_plugins.ledger.allocation.services import allocate_first, payable_charges
from atlasbahamas_plugins.ledger.bills.models import BillPayment
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount
from atlasbahamas_plugins.ledger.lateness.services import settle_today
from atlasbahamas_plugins.ledger.payments.guards import SOURCE
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment, PaymentPart, PaymentProof, ReceiptBook
from atlasbahamas_plugins.ledger.payments.rails import CHEQUE, RAILS, ByGateway, Given
from atlasbahamas_plugins.ledger.payments.telling import CONFIRMED, REFUSED, tell_staff, tell_tenants
from atlasbahamas_plugins.ledger.reasons import TENANTS_READ_IT, said_why
from atlasbahamas_plugins.ledger.services import (
    PAYMENT,
    AccountKey,
    AccountRef,
    Entry,
    Source,
    Transfer,
    accounts,
    first_open_day,
    open_journal,
    post,
    reverse,
)

OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")
DECIDED = Refused("Somebody decided about this payment meanwhile. Look at it again.")
LONGEST_AGO = timedelta(days=366 * 2)
"""How long ago money can have come that is written down today."""


@dataclass(frozen=True)
class Paid:
    """Money that came, or is said to have come: cents, the local day from which it counts, and how.

    `ref` is the key of the form. `proofs` are photos or documents. `charge_id`: it is for a bill that was passed on, and pays no
    rent.
    """

    cents: int
    received_on: date
    rail: str
    ref: str = field(default_factory=lambda: long_key("payment"))
    currency: str = "BSD"
    reference: str = ""
    cheque_number: str = ""
    cheque_bank: str = ""
    proofs: Sequence[Upload | File] = field(default_factory=tuple)
    charge_id: int | None = None

    def given(self) -> Given:
        """What a rail looks at."""
        return Given(self.received_on, self.reference, self.cheque_number, self.cheque_bank)


def of_property(organisation_id: int, property_id: int) -> Select[Any]:
    """SELECT of the payments for an organisation's leases of a property's units."""
    found = leases_in(organisation_id, property_id)
    return select(Payment).join(found, found.c.id == Payment.lease_id)


def report_payment(
    db: Session, store: Store, lease: Lease, paid: Paid, *, by: int, roles: Sequence[str], now: datetime, today: date
) -> Payment:
    """A tenant says that they paid. Nothing is in the books before somebody confirms it; members in these `roles` are told.

    The same `ref` again gives the same payment. Raises Refused.
    """
    open_journal(db, lease.organisation_id)
    if (there := _there(db, lease, paid)) is not None:
        return there
    payment = _write(db, lease, paid, reported_by=by, now=now, today=today)
    _keep_proofs(db, store, payment, paid.proofs, by=by, now=now)
    _record(db, "reported", payment, after=_told(payment))
    tell_staff(db, payment, roles=roles, now=now)
    return payment


def record_payment(db: Session, store: Store, lease: Lease, paid: Paid, *, by: int, now: datetime, today: date) -> Payment:
    """Write down money that is there. It is confirmed at once, with its receipt; a cheque for a later day waits for that day.

    The same `ref` again gives the same payment. Raises Refused.
    """
    open_journal(db, lease.organisation_id)
    if (there := _there(db, lease, paid)) is not None:
        return there
    payment = _write(db, lease, paid, recorded_by=by, now=now, today=today)
    _keep_proofs(db, store, payment, paid.proofs, by=by, now=now)
    if RAILS[paid.rail].waits(paid.received_on, today=today):
        payment.state = "waiting"
        db.flush()
        _record(db, "recorded", payment, after=_told(payment))
    else:
        _confirm(db, payment, by=by, now=now)
        _record(db, "recorded", payment, after=_told(payment))
        tell_tenants(db, payment, CONFIRMED, "Received", now=now)
    return payment


def receive_payment(db: Session, lease: Lease, paid: Paid, *, now: datetime, today: date) -> Payment:
    """Money that a gateway says that it took: confirmed at once, with its receipt. Whoever calls sees to it that it comes once.

    Raises Refused.
    """
    open_journal(db, lease.organisation_id)
    payment = _write(db, lease, paid, now=now, today=today)
    _confirm(db, payment, by=None, now=now)
    _record(db, "received", payment, after=_told(payment))
    tell_tenants(db, payment, CONFIRMED, "Received", now=now)
    return payment


def confirm_payment(
    db: Session,
    payment: Payment,
    *,
    by: int | None,
    now: datetime,
    today: date,
    cents: int | None = None,
    received_on: date | None = None,
) -> Payment:
    """The money is there: it counts from now on, pays what is owed, and has a receipt. Who comes second changes nothing.

    `cents` and `received_on`, where what came is not quite what was reported. Raises Refused.
    """
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    if payment.state == "confirmed" and (cents, received_on) in ((None, None), (payment.cents, payment.received_on)):
        return payment
    if payment.state not in ("reported", "waiting"):
        raise DECIDED
    before = {"state": payment.state, "cents": payment.cents, "received_on": payment.received_on}
    if payment.state == "reported":
        _correct(db, payment, cents or payment.cents, received_on or payment.received_on, today)
    if RAILS[payment.rail].waits(payment.received_on, today=today):
        if payment.state == "waiting":
            raise Refused("The day on this cheque has not come yet.", "received_on")
        payment.state, payment.decided_by_id = "waiting", by
        db.flush()
        _record(db, "taken", payment, before=before, after=_told(payment))
        return payment
    _confirm(db, payment, by=by, now=now)
    _record(db, "confirmed", payment, before=before, after=_told(payment))
    tell_tenants(db, payment, CONFIRMED, "Confirmed", now=now)
    return payment


def confirm_payments(db: Session, payments: Sequence[Payment], *, by: int, now: datetime, today: date) -> None:
    """The same for several as they were reported, all or none."""
    for payment in sorted(payments, key=lambda each: (each.organisation_id, each.received_on, each.id)):
        confirm_payment(db, payment, by=by, now=now, today=today)


def refuse_payment(db: Session, payment: Payment, reason: str, *, by: int, now: datetime) -> None:
    """There is no such money, or the cheque is handed back before its day. The tenants are told why. Raises Refused."""
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    if payment.state not in ("reported", "waiting"):
        raise DECIDED
    before = {"state": payment.state}
    payment.reason = said_why(reason, TENANTS_READ_IT)
    payment.state, payment.decided_by_id, payment.decided = "refused", by, now
    db.flush()
    _settle(db, payment, now)
    _record(db, "refused", payment, before=before, after={"state": payment.state}, note=payment.reason)
    tell_tenants(db, payment, REFUSED, "Not confirmed", now=now)


def reverse_payment(db: Session, payment: Payment, reason: str, *, by: int, now: datetime) -> None:
    """Take a confirmed payment back: it was never there. Its receipt is void and keeps its number. Raises Refused.

    What a gateway took was there, so it is given back instead (gateways/services.py).
    """
    if isinstance(RAILS.get(payment.rail), ByGateway):
        raise Refused("This money was taken by a gateway. Give it back instead, and the gateway does.")
    take_back(db, payment, said_why(reason, TENANTS_READ_IT), by=by, now=now, effective=None)
    _record(db, "reversed", payment, before={"state": "confirmed"}, after={"state": payment.state}, note=reason)
    tell_tenants(db, payment, REFUSED, "Taken back", now=now)


def take_back(db: Session, payment: Payment, reason: str, *, by: int | None, now: datetime, effective: date | None) -> None:
    """Take the entries of a confirmed payment out of the books, and let other money pay what it paid; the database does the rest.

    `effective` is the local day on which it stopped to count, None for never having counted. Raises Refused.
    """
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    if payment.state != "confirmed":
        raise DECIDED
    payment.reason = reason
    db.flush()
    assert payment.entry_number is not None
    cheque = db.get(Cheque, payment.id)
    # The last first: money comes back the way that it went.
    moved = [] if cheque is None else [number for number in (cheque.clear_entry, cheque.lodge_entry) if number is not None]
    reverse(
        db,
        payment.organisation_id,
        [*moved, payment.entry_number],
        source=Source(SOURCE, payment.ref),
        now=now,
        effective=effective,
        memo=reason,
        by=by,
    )
    db.refresh(payment)
    _settle(db, payment, now)


def _there(db: Session, lease: Lease, paid: Paid) -> Payment | None:
    """The payment that came with this form before. Raises Refused where it was another one."""
    there = db.scalar(select(Payment).where(Payment.ref == paid.ref).execution_options(populate_existing=True))
    if there is None:
        return None
    was = (there.lease_id, there.cents, there.received_on, there.rail, there.currency, there.reference)
    if was != (lease.id, paid.cents, paid.received_on, paid.rail, paid.currency, paid.reference):
        raise OTHERS_KEY
    return there


def _write(
    db: Session,
    lease: Lease,
    paid: Paid,
    *,
    now: datetime,
    today: date,
    reported_by: int | None = None,
    recorded_by: int | None = None,
) -> Payment:
    if lease.state not in BINDING:
        raise Refused("This lease binds nobody, so nothing is paid for it.")
    RAILS[paid.rail].check(paid.given(), today=today)
    _check_day(paid.received_on, today)
    payment = Payment(
        ref=paid.ref,
        organisation_id=lease.organisation_id,
        lease_id=lease.id,
        cents=paid.cents,
        currency=paid.currency,
        rail=paid.rail,
        state="reported",
        received_on=paid.received_on,
        reference=paid.reference,
        created=now,
        reported_by_id=reported_by,
        recorded_by_id=recorded_by,
        reason="",
    )
    db.add(payment)
    db.flush()
    if paid.rail == CHEQUE:
        number, bank = paid.cheque_number, paid.cheque_bank
        db.add(Cheque(payment_id=payment.id, organisation_id=lease.organisation_id, number=number, bank=bank, state="received"))
    if paid.charge_id is not None:
        db.add(BillPayment(payment_id=payment.id, charge_id=paid.charge_id))
    db.flush()
    return payment


def _keep_proofs(db: Session, store: Store, payment: Payment, proofs: Sequence[Upload | File], *, by: int, now: datetime) -> None:
    for upload in proofs:
        file = keep_upload(db, store, upload, person_id=by, now=now)
        renditions_wanted(db, file, now=now)
        db.add(PaymentProof(ref=long_key("proof"), payment_id=payment.id, file_id=file.id))
    db.flush()


def _check_day(day: date, today: date) -> None:
    if today - day > LONGEST_AGO:
        raise Refused("Choose a day within the last two years.", "received_on")


def _correct(db: Session, payment: Payment, cents: int, received_on: date, today: date) -> None:
    cheque = db.get(Cheque, payment.id)
    given = Given(received_on, payment.reference, cheque.number if cheque else "", cheque.bank if cheque else "")
    RAILS[payment.rail].check(given, today=today)
    _check_day(received_on, today)
    payment.cents, payment.received_on = cents, received_on
    db.flush()


def _confirm(db: Session, payment: Payment, *, by: int | None, now: datetime) -> None:
    """Post it, number its receipt, and let it pay what is owed."""
    lease = db.get_one(Lease, payment.lease_id)
    holds = RAILS[payment.rail].holds
    bill = db.get(BillPayment, payment.id)
    keys = [AccountKey(holds), AccountKey("receivable" if bill is None else "bill_receivable", lease.id)]
    found = accounts(db, payment.organisation_id, keys)
    held, owed = (found[key] for key in keys)
    # What is for a bill pays no rent, and what is not pays no bill.
    shares = {owed.id: payment.cents} if bill is not None else _by_account(db, lease, payment.cents, owed.id)
    refs = _refs(db, payment.organisation_id, lease, owed, list(shares))
    # The books may be locked on the day on which it came; for what is late, that day counts all the same.
    effective = first_open_day(db, payment.organisation_id, payment.received_on)
    transfers = [Transfer(held, refs[account_id], cents) for account_id, cents in shares.items()]
    entry = Entry(PAYMENT, effective, transfers, Source(SOURCE, payment.ref), by=by)
    [number] = post(db, payment.organisation_id, [entry], now=now)
    for account_id, cents in shares.items():
        db.add(
            PaymentPart(
                organisation_id=payment.organisation_id,
                payment_id=payment.id,
                account_id=account_id,
                cents=cents,
                open_cents=cents,
            )
        )
    db.flush()
    receipt = _next_receipt(db, payment.organisation_id)
    payment.state, payment.entry_number = "confirmed", number
    payment.decided_by_id, payment.decided = by, now
    payment.receipt_number, payment.receipt_token = receipt, new_receipt_token()
    db.flush()
    if bill is not None:
        allocate_first(db, payment, bill.charge_id, now=now)
    _settle(db, payment, now)


def _settle(db: Session, payment: Payment, now: datetime) -> None:
    """What is left is used; what came in time takes a late fee back; what did not come after all, or too late, is late."""
    settle_today(db, payment.organisation_id, [payment.lease_id], now=now)


def _by_account(db: Session, lease: Lease, cents: int, otherwise: int) -> dict[int, int]:
    """How much of some cents comes on which account, by what they pay; what pays nothing is credit for rent."""
    found: dict[int, int] = {}
    for share in allocate(payable_charges(db, lease), cents):
        found[share.account_id] = found.get(share.account_id, 0) + share.cents
    if rest := cents - sum(found.values()):
        found[otherwise] = found.get(otherwise, 0) + rest
    return found


def _refs(db: Session, organisation_id: int, lease: Lease, owed: AccountRef, ids: list[int]) -> dict[int, AccountRef]:
    rows = db.scalars(select(LedgerAccount).where(LedgerAccount.id.in_(ids), LedgerAccount.lease_id == lease.id))
    return {row.id: AccountRef(row.id, organisation_id, row.kind, row.subject) for row in rows} | {owed.id: owed}


def _next_receipt(db: Session, organisation_id: int) -> int:
    """The number of the next receipt; nobody else takes one until the transaction ends."""
    query = select(ReceiptBook.last_number).where(ReceiptBook.organisation_id == organisation_id).with_for_update()
    last = db.scalar(query)
    if last is None:
        values = {"organisation_id": organisation_id, "last_number": 0}
        insert_unless_there(db, ReceiptBook, values, unique=["organisation_id"])
        last = db.scalar(query) or 0
    return last + 1


def new_receipt_token() -> str:
    """128 random bits as the key of an address (traversal/keys.py): those have a digit somewhere."""
    return f"r1-{secrets.token_hex(16)}"


def _told(payment: Payment) -> dict[str, Any]:
    names = ("state", "cents", "received_on", "rail", "currency", "receipt_number")
    return {name: value for name in names if (value := getattr(payment, name)) is not None}


def _record(db: Session, verb: str, payment: Payment, **changed: Any) -> None:
    record(db, f"ledger:payment:{verb}", about=("payment", payment.ref), organisation_id=payment.organisation_id, **changed)
