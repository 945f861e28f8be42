"""Where a lease stands today: what is unpaid and since when, what was paid and pays nothing yet, and what the last payment paid.

Of each kind of account these rows add up to the balance of the journal; what another plugin posted without a charge is one, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, null, select, union_all
from sqlalchemy.orm import Session

from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import PAYABLE
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.charges.words import why
from atlasbahamas_plugins.ledger.explaining.services import TITLES, About, explain, title_of
from atlasbahamas_plugins.ledger.explaining.things import PartPaid, Row, parts_of_payment
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart


@dataclass
class Standing:
    """What is owed on one kind of account: `cents` by the journal, which the rows of the four lists add up to.

    `overdue` was due before today, the oldest on `since`; `due` is to be paid today or later; `unused` was paid or credited and
    pays nothing yet, below zero; `others` came without a charge, from another plugin.
    """

    account: str
    cents: int
    overdue: list[Row] = field(default_factory=list)
    due: list[Row] = field(default_factory=list)
    unused: list[Row] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)
    since: date | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.account]

    @property
    def overdue_cents(self) -> int:
        """What was due before today and is unpaid."""
        return sum(row.cents for row in self.overdue)

    @property
    def unpaid_cents(self) -> int:
        """What is unpaid, due or not."""
        return sum(row.cents for row in [*self.overdue, *self.due])

    @property
    def unused_cents(self) -> int:
        """What was paid or credited and pays nothing yet."""
        return -sum(row.cents for row in self.unused)


def standing_of(db: Session, lease: Lease, *, today: date) -> list[Standing]:
    """Where a lease stands, by kind of account: rent and fees, deposits, and bills if there are any."""
    owed = owed_by(db, lease)
    cents = dict(zip(TITLES, (owed.rent_cents, owed.deposit_cents, owed.bill_cents), strict=True))
    found = {kind: Standing(kind, cents[kind]) for kind in TITLES}
    for charge, kind, memo in _unpaid(db, lease):
        standing = found[kind]
        late = charge.due_on < today
        (standing.overdue if late else standing.due).append(_row(charge, memo, today))
        if late and standing.since is None:
            standing.since = charge.due_on
    for kind, row in _unused(db, lease):
        found[kind].unused.append(row)
    for standing in found.values():
        if standing.cents != standing.unpaid_cents - standing.unused_cents:
            standing.others = _others(db, lease, standing.account)
    return [each for each in found.values() if each.cents or each.unpaid_cents or each.unused or each.account in PAYABLE]


def _unpaid(db: Session, lease: Lease) -> Any:
    words = and_(EntryWords.organisation_id == Charge.organisation_id, EntryWords.entry_number == Charge.entry_number)
    query = select(Charge, LedgerAccount.kind, EntryWords.memo).join(LedgerAccount, LedgerAccount.id == Charge.account_id)
    unpaid = (Charge.lease_id == lease.id, Charge.voided_by.is_(None), Charge.open_cents > 0, LedgerAccount.kind.in_(TITLES))
    return db.execute(query.outerjoin(EntryWords, words).where(*unpaid).order_by(Charge.due_on, Charge.id))


def _row(charge: Charge, memo: str | None, today: date) -> Row:
    said = [when_due(charge.due_on, today), why(charge.what, charge.explanation, memo or "")]
    if charge.open_cents < charge.cents:
        said.append(f"{money(charge.cents - charge.open_cents)} of {money(charge.cents)} is paid")
    return Row(
        charge.open_cents, title_of(charge), ". ".join(each for each in said if each), About("charge", charge.ref, "unpaid")
    )


def when_due(due_on: date, today: date) -> str:
    """When something is due, and what that means today: "Was due on 20 May 2026, 12 days ago"."""
    days = abs((today - due_on).days)
    away = "1 day" if days == 1 else f"{days:,} days"
    if due_on < today:
        return f"Was due on {local_date(due_on)}, {away} ago"
    return "Due today" if due_on == today else f"Due on {local_date(due_on)}, in {away}"


def _unused(db: Session, lease: Lease) -> list[tuple[str, Row]]:
    """What was paid or credited and pays nothing yet, with the kinds of accounts on which it stands."""
    parts = (
        select(LedgerAccount.kind, LedgerAccount.id, Payment.received_on.label("day"), PaymentPart.open_cents, Payment.ref)
        .add_columns(null().label("credit"))
        .join(PaymentPart, PaymentPart.account_id == LedgerAccount.id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(Payment.lease_id == lease.id, Payment.state == "confirmed", PaymentPart.open_cents > 0)
    )
    credits = (
        select(LedgerAccount.kind, LedgerAccount.id, Credit.counts_on, Credit.open_cents, Credit.ref, Credit.what)
        .join(Credit, Credit.account_id == LedgerAccount.id)
        .where(Credit.lease_id == lease.id, Credit.voided_by.is_(None), Credit.open_cents > 0)
    )
    found = []
    for kind, account_id, day, cents, ref, credit in sorted(db.execute(union_all(parts, credits)), key=lambda row: row[2:5]):
        title = CREDIT_KINDS[credit].title if credit else "Paid, and pays what comes next"
        about = About("credit", ref, "left") if credit else About("payment", ref, f"left-{account_id}")
        found.append((kind, Row(-cents, title, local_date(day), about)))
    return found


def _others(db: Session, lease: Lease, account: str) -> list[Row]:
    lines = [line for line in explain(db, lease).lines if line.account == account and line.is_other]
    return [Row(line.cents, line.title, local_date(line.on), line.about) for line in lines]


@dataclass(frozen=True)
class LastPayment:
    """The last payment that counts, with where each cent of it went."""

    payment: Payment
    parts: Sequence[PartPaid]


def last_payment(db: Session, lease: Lease) -> LastPayment | None:
    """What was paid last for a lease; None where nothing was, or nothing counts."""
    query = select(Payment).where(Payment.lease_id == lease.id, Payment.state == "confirmed")
    payment = db.scalars(query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(1)).first()
    return LastPayment(payment, parts_of_payment(db, payment)) if payment is not None else None


def waiting_payments(db: Session, lease: Lease) -> list[Payment]:
    """What was reported and waits for an answer, and cheques that wait for their day; the last few."""
    query = select(Payment).where(Payment.lease_id == lease.id, Payment.state.in_(("reported", "waiting")))
    return list(db.scalars(query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(5)))
