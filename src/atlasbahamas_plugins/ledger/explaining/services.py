"""What a lease owes and where each cent of it comes from, in one answer: as at any day, as it was known at any moment.

The lines are those of the journal on the accounts on which the lease owes, so they add up to its balance whoever posted them; a
charge, a credit or a payment behind an entry only gives it its words. What was taken back later is there as it was known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, func, select, union_all
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Person
from atlasbahamas.web.formats import NASSAU, local_date
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import OWED
from atlasbahamas_plugins.ledger.charges.words import what_it_is, why
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount, LedgerEntry, LedgerTransfer
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.rails import RAILS
from atlasbahamas_plugins.portfolio.contacts.models import Contact

MOST_LINES = 200
"""How many lines a page of an explanation has at most; what came before is one sum, which the page of an earlier day explains."""

TITLES = {"receivable": "Rent and fees", "deposit_receivable": "Deposits", "bill_receivable": "Bills"}
"""What the kinds of accounts on which a lease owes are called where a tenant reads."""

BY_ITSELF = "By itself"


class About(NamedTuple):
    """What something is of: "charge", "credit" or "payment" with its key, or "entry" with its number in the journal.

    `at` is the explanation on its page that has the same cents.
    """

    kind: str
    key: str
    at: str = ""


@dataclass(frozen=True)
class Line:
    """What one entry moved on one account of a lease: `cents` above zero is owed more from the day `on`, below zero less.

    `account` is the kind of the account, `party` the roommate whose part of it that is, if any. `posted_at` is when it came into
    the books, and `by` who made it. `is_other`: it is of no charge, credit or payment, and takes none back.
    """

    number: int
    on: date
    posted_at: datetime
    account_id: int
    account: str
    cents: int
    title: str
    why: str
    by: str
    party: str
    about: About
    is_other: bool


@dataclass(frozen=True)
class Explanation:
    """The balance of a lease and what it is made of: `before`, by kind of account, is what stood when the `lines` begin.

    `since` is the day from which the lines are there, None for all of them. `as_at` is the end of a local day and `known_at` a
    moment; None: whatever is in the books by now.
    """

    lines: Sequence[Line]
    before: Mapping[str, int]
    since: date | None
    as_at: date | None
    known_at: datetime | None

    def of(self, account: str) -> int:
        """The cents that are owed on a kind of account; below zero what was paid too much."""
        return self.before.get(account, 0) + sum(line.cents for line in self.lines if line.account == account)

    @property
    def cents(self) -> int:
        """All that is owed."""
        return sum(self.before.values()) + sum(line.cents for line in self.lines)

    @property
    def cents_before(self) -> int:
        """All that was owed before the first line."""
        return sum(self.before.values())

    @property
    def accounts(self) -> list[str]:
        """The kinds of accounts of which there is something to say, in their order."""
        there = {line.account for line in self.lines} | set(self.before)
        return [kind for kind in OWED if kind in there]


def known_by_the_end_of(day: date) -> datetime:
    """The last moment of a local day, for what was known on it."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=NASSAU) - timedelta(microseconds=1)


def explain(
    db: Session,
    lease: Lease,
    *,
    since: date | None = None,
    as_at: date | None = None,
    known_at: datetime | None = None,
    most: int | None = None,
) -> Explanation:
    """What a lease owes, with the lines that add up to it, the oldest first.

    `since`: lines from this local day on, and a sum of what was before. `most`: where there are more lines, the older days become
    such a sum, too; a day is never cut in two.
    """
    moved = _moved(lease.id)
    until = _until(as_at, known_at)
    query = _lines(moved).where(*until).order_by(LedgerEntry.effective.desc(), LedgerEntry.number.desc(), moved.c.account_id)
    if since is not None:
        query = query.where(LedgerEntry.effective >= since)
    rows = db.execute(query.limit(most + 1) if most is not None else query).all()
    if most is not None and len(rows) > most:
        since = _first_whole_day([row.LedgerEntry.effective for row in rows])
        rows = [row for row in rows if row.LedgerEntry.effective >= since]
        if since == rows[-1].LedgerEntry.effective == rows[0].LedgerEntry.effective:
            rows = list(db.execute(query.where(LedgerEntry.effective >= since)).all())
    before = _before(db, moved, since, until) if since is not None else {}
    lines = [_line(row) for row in reversed(rows)]
    return Explanation(lines, before, since, as_at, known_at)


def _first_whole_day(newest_first: Sequence[date]) -> date:
    """The oldest day of which all is there, where the last may go on; the only day, where there is one."""
    return next((day for day in reversed(newest_first) if day > newest_first[-1]), newest_first[-1])


def _until(as_at: date | None, known_at: datetime | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if as_at is not None:
        found.append(LedgerEntry.effective <= as_at)
    if known_at is not None:
        found.append(LedgerEntry.posted_at <= known_at)
    return found


def _moved(lease_id: int) -> Subquery:
    """What each entry moved on each account on which a lease owes."""
    mine = select(LedgerAccount.id).where(LedgerAccount.lease_id == lease_id, LedgerAccount.kind.in_(OWED))
    sides = (
        (LedgerTransfer.debit_account_id, LedgerTransfer.cents),
        (LedgerTransfer.credit_account_id, -LedgerTransfer.cents),
    )
    both = union_all(
        *(
            select(
                LedgerTransfer.organisation_id,
                LedgerTransfer.entry_number,
                account_id.label("account_id"),
                cents.label("cents"),
            ).where(account_id.in_(mine))
            for account_id, cents in sides
        )
    ).subquery()
    keys = (both.c.organisation_id, both.c.entry_number, both.c.account_id)
    return select(*keys, func.sum(both.c.cents).label("cents")).group_by(*keys).subquery("moved")


def _with_entries(query: Any, moved: Subquery) -> Any:
    of_entry = and_(LedgerEntry.organisation_id == moved.c.organisation_id, LedgerEntry.number == moved.c.entry_number)
    return query.select_from(moved).join(LedgerEntry, of_entry).join(LedgerAccount, LedgerAccount.id == moved.c.account_id)


def _before(db: Session, moved: Subquery, since: date, until: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    sums = select(LedgerAccount.kind, func.sum(moved.c.cents))
    query = _with_entries(sums, moved)
    rows = db.execute(query.where(LedgerEntry.effective < since, *until).group_by(LedgerAccount.kind))
    return {kind: int(cents) for kind, cents in rows}


def _lines(moved: Subquery) -> Any:
    """The entries with what they are of, or what that is of which they take back, in one query."""
    organisation_id, number = LedgerEntry.organisation_id, func.coalesce(LedgerEntry.reverses, LedgerEntry.number)
    query = _with_entries(select(LedgerEntry, LedgerAccount, moved.c.cents, Charge, Credit, Payment), moved)
    for thing in (Charge, Credit):
        of_thing = (
            thing.organisation_id == organisation_id,
            thing.entry_number == number,
            thing.account_id == LedgerAccount.id,
        )
        query = query.outerjoin(thing, and_(*of_thing))
    query = query.outerjoin(Payment, and_(Payment.organisation_id == organisation_id, Payment.entry_number == number))
    words = and_(EntryWords.organisation_id == organisation_id, EntryWords.entry_number == LedgerEntry.number)
    return (
        query.outerjoin(EntryWords, words)
        .outerjoin(Person, Person.id == LedgerEntry.by_person_id)
        .outerjoin(LeaseParty, LeaseParty.id == LedgerAccount.party_id)
        .outerjoin(Contact, Contact.id == LeaseParty.contact_id)
        .add_columns(EntryWords.memo, Person.name.label("person"), Contact.name.label("party"))
    )


def _line(row: Any) -> Line:
    entry, account, cents = row.LedgerEntry, row.LedgerAccount, int(row.cents)
    thing = row.Charge or row.Credit or row.Payment
    title, words = _words(row)
    about = About("entry", str(entry.number), f"on-{account.id}")
    if entry.reverses is not None:
        title = f"Taken back: {title}"
        words = row.memo or ""
    elif thing is not None:
        at = "amount" if thing.cents == abs(cents) else f"on-{account.id}"
        about = About(type(thing).__name__.lower(), thing.ref, at)
    return Line(
        number=entry.number,
        on=entry.effective,
        posted_at=entry.posted_at,
        account_id=account.id,
        account=account.kind,
        cents=cents,
        title=title,
        why=words,
        by=row.person or BY_ITSELF,
        party=row.party or "",
        about=about,
        is_other=thing is None,
    )


def _words(row: Any) -> tuple[str, str]:
    """What an entry is of, and where its amount comes from."""
    memo = row.memo or ""
    if row.Charge is not None:
        return title_of(row.Charge), why(row.Charge.what, row.Charge.explanation, memo)
    if row.Credit is not None:
        brought_in = f"When the lease was brought in on {local_date(row.Credit.counts_on)}"
        return CREDIT_KINDS[row.Credit.what].title, brought_in if row.Credit.what == "opening" else memo
    if row.Payment is not None:
        return f"Paid: {how_paid(row.Payment)}", said_of_payment(row.Payment)
    return memo or "Another entry", ""


def title_of(charge: Charge) -> str:
    """A charge in one line."""
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


def how_paid(payment: Payment) -> str:
    """How a payment came: "Bank transfer"."""
    return RAILS[payment.rail].title if payment.rail in RAILS else payment.rail


def said_of_payment(payment: Payment) -> str:
    """Its receipt and the number that a bank gave it, as far as there are."""
    receipt = f"Receipt {payment.receipt_number}" if payment.receipt_number else ""
    return ", ".join(each for each in (receipt, payment.reference) if each)
