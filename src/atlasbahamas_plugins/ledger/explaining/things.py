"""A charge, a credit, a payment or another entry by itself: where its amount comes from, and what became of each cent of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Person
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import PERIODS, Lease
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.allocation.services import paid_by
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import OWED
from atlasbahamas_plugins.ledger.charges.words import why
from atlasbahamas_plugins.ledger.explaining.services import BY_ITSELF, TITLES, About, how_paid, said_of_payment, title_of
from atlasbahamas_plugins.ledger.journal.kinds import ACCOUNT_KINDS
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount, LedgerEntry, LedgerTransfer
from atlasbahamas_plugins.ledger.payments.models import STATES, Payment, PaymentPart


@dataclass(frozen=True)
class Row:
    """So many cents of an amount, in words. `about` explains them in turn; `of` is what they are of, which may be more."""

    cents: int
    words: str
    detail: str = ""
    about: About | None = None
    of: About | None = None


@dataclass(frozen=True)
class Posted:
    """Who made an entry of the books, and when; `on` is the day from which it counts."""

    number: int
    on: date
    at: datetime
    by: str
    memo: str
    batch: str | None


def posted(db: Session, organisation_id: int, numbers: Collection[int | None]) -> dict[int | None, Posted]:
    """Who made these entries, and when, by their numbers."""
    words = and_(EntryWords.organisation_id == LedgerEntry.organisation_id, EntryWords.entry_number == LedgerEntry.number)
    query = select(LedgerEntry, Person.name, EntryWords.memo).outerjoin(Person, Person.id == LedgerEntry.by_person_id)
    wanted = [number for number in numbers if number is not None]
    found = query.outerjoin(EntryWords, words).where(
        LedgerEntry.organisation_id == organisation_id, LedgerEntry.number.in_(wanted)
    )
    return {
        entry.number: Posted(entry.number, entry.effective, entry.posted_at, name or BY_ITSELF, memo or "", entry.batch)
        for entry, name, memo in db.execute(found)
    }


def amount_of_charge(charge: Charge, memo: str) -> list[Row]:
    """Where the cents of a charge come from: the days of its rent, what was agreed as a deposit, what somebody wrote."""
    explanation = charge.explanation
    if charge.what == "rent" and "segments" in explanation:
        return [_of_days(explanation["period"], segment) for segment in explanation["segments"]]
    if charge.what == "deposit" and explanation.get("before_cents"):
        return [
            Row(explanation["cents"], "Agreed in the lease"),
            Row(-explanation["before_cents"], "Held from the lease before this one"),
        ]
    return [Row(charge.cents, title_of(charge), why(charge.what, explanation, memo))]


def _of_days(period: str, segment: dict[str, Any]) -> Row:
    first, last = (local_date(date.fromisoformat(segment[name])) for name in ("first", "last"))
    rent = money(segment["rent_cents"])
    whole = segment["days"] == segment["of_days"]
    arithmetic = f"{rent} {PERIODS[period]}" if whole else f"{rent} × {segment['days']}/{segment['of_days']} days"
    return Row(segment["cents"], f"{first} to {last}", arithmetic)


def left_of_charge(db: Session, charge: Charge) -> list[Row]:
    """What of a charge is unpaid: all of it, less what pays it."""
    rows = [Row(charge.cents, title_of(charge))]
    if charge.voided_by is not None:
        return [*rows, Row(-charge.cents, "Taken back", of=About("entry", str(charge.voided_by)))]
    for payment, credit, cents in db.execute(paid_by(charge)):
        if payment is not None:
            rows.append(Row(-cents, *_payment_words(payment), of=About("payment", payment.ref)))
        else:
            title, day = CREDIT_KINDS[credit.what].title, local_date(credit.counts_on)
            rows.append(Row(-cents, title, day, of=About("credit", credit.ref)))
    return rows


def _payment_words(payment: Payment) -> tuple[str, str]:
    said = said_of_payment(payment)
    return f"Paid: {how_paid(payment)}", f"{local_date(payment.received_on)}{f', {said}' if said else ''}"


def left_of_credit(db: Session, credit: Credit) -> list[Row]:
    """What of a credit is not used yet: all of it, less the charges that it pays."""
    rows = [Row(credit.cents, CREDIT_KINDS[credit.what].title)]
    if credit.voided_by is not None:
        return [*rows, Row(-credit.cents, "Taken back", of=About("entry", str(credit.voided_by)))]
    query = select(Charge, Allocation.cents).join(Allocation, Allocation.charge_id == Charge.id)
    paid = db.execute(query.where(Allocation.credit_id == credit.id).order_by(Charge.due_on, Charge.id, Allocation.id))
    return [*rows, *(_taken(charge, -cents) for charge, cents in paid)]


def _taken(charge: Charge, cents: int) -> Row:
    return Row(cents, title_of(charge), f"Due on {local_date(charge.due_on)}", of=About("charge", charge.ref))


@dataclass(frozen=True)
class PartPaid:
    """What of a payment came on one account of its lease, and where each cent of it went. `left_cents` pay nothing yet.

    `account` is the kind of the account.
    """

    account_id: int
    account: str
    title: str
    cents: int
    rows: Sequence[Row]
    left_cents: int

    @property
    def left(self) -> list[Row]:
        """What pays nothing yet: all of it, less what it pays."""
        paid = [Row(-row.cents, row.words, row.detail, of=row.of) for row in self.rows if row.of is not None]
        return [Row(self.cents, f"Came for {self.title.lower()}"), *paid]


def payments_with_parts() -> Any:
    """SELECT of (payment, part, its account, its cents, kind of the account, cents, charge): what each part of payments pays."""
    part = (PaymentPart.id, PaymentPart.account_id, PaymentPart.cents)
    return (
        select(Payment, *part, LedgerAccount.kind, Allocation.cents, Charge)
        .outerjoin(PaymentPart, PaymentPart.payment_id == Payment.id)
        .outerjoin(LedgerAccount, LedgerAccount.id == PaymentPart.account_id)
        .outerjoin(Allocation, Allocation.part_id == PaymentPart.id)
        .outerjoin(Charge, Charge.id == Allocation.charge_id)
        .order_by(Payment.received_on.desc(), Payment.id.desc(), PaymentPart.id, Charge.due_on, Charge.id, Allocation.id)
    )


def parts_by_payment(rows: Iterable[Any]) -> dict[Payment, list[PartPaid]]:
    """Where each cent of payments went, by account; one that is in no books has no parts. `rows` are of `payments_with_parts`."""
    found: dict[Payment, dict[int, tuple[int, int, str, list[Row]]]] = {}
    for payment, part_id, account_id, part_cents, kind, cents, charge in rows:
        of_payment = found.setdefault(payment, {})
        if part_id is not None:
            *_, paid = of_payment.setdefault(part_id, (account_id, part_cents, kind, []))
            if charge is not None:
                paid.append(_taken(charge, int(cents)))
    return {payment: [_part(payment, *each) for each in parts.values()] for payment, parts in found.items()}


def parts_of_payment(db: Session, payment: Payment) -> list[PartPaid]:
    """The same of one payment."""
    rows = db.execute(payments_with_parts().where(Payment.id == payment.id))
    return parts_by_payment(rows)[payment]


def _part(payment: Payment, account_id: int, cents: int, kind: str, rows: list[Row]) -> PartPaid:
    left = 0 if payment.is_void else cents - sum(row.cents for row in rows)
    if payment.is_void:
        rows = [Row(cents, STATES[payment.state], "It pays nothing any more", of=About("entry", str(payment.voided_by)))]
    elif left:
        rows = [*rows, Row(left, "Credit for what comes next")]
    return PartPaid(account_id, kind, TITLES.get(kind, ACCOUNT_KINDS[kind].title), cents, rows, left)


@dataclass(frozen=True)
class Moved:
    """What an entry moved on one account of a lease: `cents` above zero is owed more. `account` is the kind of it."""

    account_id: int
    account: str
    cents: int
    rows: Sequence[Row]


def moved_by(db: Session, lease: Lease, entry: LedgerEntry) -> list[Moved]:
    """What an entry moved on each account on which a lease owes, with the kinds of accounts on the other side."""
    mine, other = alias_of(LedgerAccount, "mine"), alias_of(LedgerAccount, "other")
    debit, credit = LedgerTransfer.debit_account_id, LedgerTransfer.credit_account_id
    sides = or_(and_(mine.id == debit, other.id == credit), and_(mine.id == credit, other.id == debit))
    query = (
        select(LedgerTransfer, mine, other.kind)
        .join(mine, or_(mine.id == debit, mine.id == credit))
        .join(other, sides)
        .where(
            LedgerTransfer.organisation_id == entry.organisation_id,
            LedgerTransfer.entry_number == entry.number,
            mine.lease_id == lease.id,
            mine.kind.in_(OWED),
        )
        .order_by(LedgerTransfer.line)
    )
    found: dict[int, tuple[str, list[Row]]] = {}
    for transfer, account, kind in db.execute(query):
        cents = transfer.cents if transfer.debit_account_id == account.id else -transfer.cents
        found.setdefault(account.id, (account.kind, []))[1].append(Row(cents, ACCOUNT_KINDS[kind].title))
    return [Moved(account_id, kind, sum(row.cents for row in rows), rows) for account_id, (kind, rows) in found.items()]


def thing_of(db: Session, entry: LedgerEntry) -> tuple[str, About] | None:
    """The charge, credit or payment that an entry is of, or that it takes back."""
    number = entry.reverses or entry.number
    for model in (Charge, Credit, Payment):
        thing: Any = db.scalars(
            select(model).where(model.organisation_id == entry.organisation_id, model.entry_number == number).limit(1)
        ).first()
        if thing is not None:
            return thing_title(thing), About(model.__name__.lower(), thing.ref)
    return None


def thing_title(thing: Charge | Credit | Payment) -> str:
    """What it is, in one line."""
    if isinstance(thing, Charge):
        return title_of(thing)
    return CREDIT_KINDS[thing.what].title if isinstance(thing, Credit) else f"{money(thing.cents)}, {how_paid(thing)}"
