"""Where a lease stands today: what is unpaid and since when, what was paid and pays nothing yet, and what the last payment paid.

Of each kind of account these rows add up to the balance of the journal; what another plugin posted without a charge is one, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import BindParameter, and_, bindparam, select, union_all
from sqlalchemy.orm import Session

from atlasbahamas.db.statements import Rows, among, is_one_of, made_once, read
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import PAYABLE
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit, is_open
from atlasbahamas_plugins.ledger.charges.words import why
from atlasbahamas_plugins.ledger.explaining.look import Look, look_at
from atlasbahamas_plugins.ledger.explaining.services import TITLES, About, explain, title_of
from atlasbahamas_plugins.ledger.explaining.things import PartPaid, Row, parts_by_payment, payments_with_parts
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import UNDECIDED, Payment, PaymentPart, is_unused


@dataclass
class Standing:
    """What is owed on one kind of account: `cents` by the journal, which the rows of the four lists add up to.

    `overdue` was due before today, the oldest on `since`; `due` is to be paid today or later; `unused` was paid or credited and
    pays nothing yet, below zero; `others` came without a charge, from another plugin. `charges` are those that are unpaid.
    """

    account: str
    cents: int
    overdue: list[Row] = field(default_factory=list)
    due: list[Row] = field(default_factory=list)
    unused: list[Row] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
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


@dataclass(frozen=True)
class Stands:
    """Where a lease stands by kind of account; the last payment that counts, with where its cents went; what waits."""

    by_kind: Sequence[Standing]
    last: tuple[Payment, Sequence[PartPaid]] | None
    waiting: Sequence[Payment]
    look: Look

    @property
    def payable(self) -> list[Charge]:
        """What is unpaid and a payment for the lease can pay."""
        return [charge for each in self.by_kind if each.account in PAYABLE for charge in each.charges]

    def total(self, name: str) -> int:
        """The cents of all kinds of accounts together."""
        return sum(getattr(each, name) for each in self.by_kind)

    @property
    def since(self) -> date | None:
        """The day on which the oldest of what is overdue was due."""
        return min((each.since for each in self.by_kind if each.since), default=None)


def stands(db: Session, lease: Lease, *, today: date) -> Stands:
    """Where a lease stands on a local day, with as few questions as that takes: people open this page all the time."""
    look = look_at(db, lease)
    owed = look.owed
    cents = dict(zip(TITLES, (owed.rent_cents, owed.deposit_cents, owed.bill_cents), strict=True))
    found = {kind: Standing(kind, cents[kind]) for kind in TITLES}
    for charge, kind, memo in db.execute(_unpaid(), {"lease_id": lease.id}):
        _add(found[kind], charge, memo, today)
    payments = parts_by_payment(db.execute(_payments(), {"lease_id": lease.id}))
    for payment, parts in payments.items():
        for part in parts:
            if part.left_cents:
                found[part.account].unused.append(_left_of(payment, part))
    for kind, what, ref, open_cents, counts_on in read(db, _unused_credits(), {"lease_id": lease.id}):
        about = About("credit", ref, "left")
        found[kind].unused.append(Row(-open_cents, CREDIT_KINDS[what].title, local_date(counts_on), about))
    for standing in found.values():
        if standing.cents != standing.unpaid_cents - standing.unused_cents:
            standing.others = _others(db, lease, standing.account)
    by_kind = [each for each in found.values() if each.cents or each.charges or each.unused or each.account in PAYABLE]
    last = next(((payment, parts) for payment, parts in payments.items() if payment.state == "confirmed"), None)
    return Stands(by_kind, last, [payment for payment in payments if payment.state != "confirmed"], look)


def _add(standing: Standing, charge: Charge, memo: str | None, today: date) -> None:
    late = charge.due_on < today
    (standing.overdue if late else standing.due).append(_row(charge, memo, today))
    standing.charges.append(charge)
    if late and standing.since is None:
        standing.since = charge.due_on


def _left_of(payment: Payment, part: PartPaid) -> Row:
    about = About("payment", payment.ref, f"left-{part.account_id}")
    return Row(-part.left_cents, "Paid, and pays what comes next", local_date(payment.received_on), about)


@made_once
def _unpaid() -> Rows:
    words = and_(EntryWords.organisation_id == Charge.organisation_id, EntryWords.entry_number == Charge.entry_number)
    query = select(Charge, LedgerAccount.kind, EntryWords.memo).join(LedgerAccount, LedgerAccount.id == Charge.account_id)
    unpaid = (Charge.lease_id == bindparam("lease_id"), is_open(Charge), among(LedgerAccount.kind, TITLES))
    return query.outerjoin(EntryWords, words).where(*unpaid).order_by(Charge.due_on, Charge.id)


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


@made_once
def _payments() -> Rows:
    """The last payment that counts, those that are not used up, and those that wait; the latest first."""
    lease_id: BindParameter[int] = bindparam("lease_id")
    of_lease = select(Payment.id).where(Payment.lease_id == lease_id)
    # Each is found by an index of its own, whatever the number of payments: nothing is shown of most of them.
    waits = of_lease.where(is_one_of(Payment.state, *UNDECIDED))
    last = of_lease.where(is_one_of(Payment.state, "confirmed")).order_by(Payment.received_on.desc(), Payment.id.desc()).limit(1)
    unused = select(PaymentPart.payment_id).join(LedgerAccount, LedgerAccount.id == PaymentPart.account_id)
    unused = unused.where(LedgerAccount.lease_id == lease_id, is_unused())
    wanted = union_all(waits, select(last.subquery()), unused)
    # All of a payment that was taken back is unused, and it is none of these.
    found: Rows = payments_with_parts().where(Payment.id.in_(wanted), Payment.voided_by.is_(None))
    return found


@made_once
def _unused_credits() -> Rows:
    query = select(LedgerAccount.kind, Credit.what, Credit.ref, Credit.open_cents, Credit.counts_on)
    query = query.join(LedgerAccount, LedgerAccount.id == Credit.account_id)
    unused = (Credit.lease_id == bindparam("lease_id"), is_open(Credit))
    return query.where(*unused).order_by(Credit.counts_on, Credit.id)


def _others(db: Session, lease: Lease, account: str) -> list[Row]:
    lines = [line for line in explain(db, lease).lines if line.account == account and line.is_other]
    return [Row(line.cents, line.title, local_date(line.on), line.about) for line in lines]
