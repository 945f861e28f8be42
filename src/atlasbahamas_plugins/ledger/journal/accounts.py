"""Accounts: found, or opened at first use, many with one statement; and what is on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from atlasbahamas.db import metadata
from atlasbahamas.db.inserts import insert_many
from atlasbahamas_plugins.ledger.journal.kinds import ACCOUNT_KINDS
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, ControlTotal, LedgerAccount, LedgerEntry, LedgerTransfer

_ACCOUNTS = metadata.tables[LedgerAccount.__tablename__]
AT_ONCE = 5000
"""How many keys one statement is given."""

T = TypeVar("T")


class AccountKey(NamedTuple):
    """What an account is of: its kind, and as far as they apply a lease, one of its parties, a property, an owner (a contact)."""

    kind: str
    lease_id: int | None = None
    party_id: int | None = None
    property_id: int | None = None
    owner_id: int | None = None

    @property
    def subject(self) -> str:
        """Whom or what it is of, in one text (models.SUBJECT)."""
        named = zip("ltpo", self[1:], strict=True)
        return "".join(f"{letter}{number}" for letter, number in named if number is not None)


class AccountRef(NamedTuple):
    """An account as transfers name it."""

    id: int
    organisation_id: int
    kind: str
    subject: str


def accounts(db: Session, organisation_id: int, wanted: Iterable[AccountKey]) -> dict[AccountKey, AccountRef]:
    """The accounts of these keys, opened where they are not there yet; in as many statements for one as for thousands.

    Raises KeyError for a kind that there is not, and IntegrityError for a lease, party, property or owner that is not of the
    organisation or is missing.
    """
    keys = {(key.kind, key.subject): key for key in wanted}
    for kind, _ in keys:
        ACCOUNT_KINDS[kind]
    found = _found(db, organisation_id, keys)
    # In one order, or two who open the same ones would wait for each other.
    missing = [key for name, key in sorted(keys.items()) if name not in found]
    if missing:
        _open(db, organisation_id, missing)
        found |= _found(db, organisation_id, {(key.kind, key.subject) for key in missing})
    return {key: found[name] for name, key in keys.items()}


def account(db: Session, organisation_id: int, key: AccountKey) -> AccountRef:
    """One account; raises as `accounts` does."""
    return accounts(db, organisation_id, [key])[key]


def _found(db: Session, organisation_id: int, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], AccountRef]:
    found = {}
    for kind in sorted({kind for kind, _ in names}):
        for subjects in _batches(subject for of_kind, subject in names if of_kind == kind):
            query = select(LedgerAccount.id, LedgerAccount.subject).where(
                LedgerAccount.organisation_id == organisation_id,
                LedgerAccount.kind == kind,
                LedgerAccount.subject.in_(subjects),
            )
            for account_id, subject in db.execute(query):
                found[kind, subject] = AccountRef(account_id, organisation_id, kind, subject)
    return found


def _open(db: Session, organisation_id: int, keys: Sequence[AccountKey]) -> None:
    for batch in _batches(keys):
        rows = [{**key._asdict(), "organisation_id": organisation_id, "subject": key.subject} for key in batch]
        insert_many(db, _ACCOUNTS, rows, unless_there=True)


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


@dataclass(frozen=True)
class Balance:
    """What is on an account, or on all of a kind, in cents: the sums of both sides."""

    kind: str
    debit_cents: int
    credit_cents: int

    @property
    def cents(self) -> int:
        """Above zero on the side on which the kind grows: what is owed on a receivable, what is held on a deposit."""
        difference = self.debit_cents - self.credit_cents
        return difference if ACCOUNT_KINDS[self.kind].side == "debit" else -difference


def balance(db: Session, ref: AccountRef, *, as_at: date | None = None, known_at: datetime | None = None) -> Balance:
    """What is on an account; as at the end of a local day, and as it was known at a moment, where those are given."""
    return balances(db, [ref], as_at=as_at, known_at=known_at)[ref]


def balances(
    db: Session, refs: Iterable[AccountRef], *, as_at: date | None = None, known_at: datetime | None = None
) -> dict[AccountRef, Balance]:
    """What is on each of many accounts, as `balance` says it."""
    now = as_at is None and known_at is None
    return {
        ref: Balance(ref.kind, *sums.get(ref.id, (0, 0)))
        for batch in _batches(dict.fromkeys(refs))
        for sums in [_kept(db, batch) if now else _summed(db, batch, as_at, known_at)]
        for ref in batch
    }


def _kept(db: Session, refs: Sequence[AccountRef]) -> dict[int, tuple[int, int]]:
    query = select(AccountBalance.account_id, AccountBalance.debit_cents, AccountBalance.credit_cents)
    rows = db.execute(query.where(AccountBalance.account_id.in_([ref.id for ref in refs])))
    return {account_id: (debit, credit) for account_id, debit, credit in rows}


def _summed(db: Session, refs: Sequence[AccountRef], as_at: date | None, known_at: datetime | None) -> dict[int, tuple[int, int]]:
    ids = [ref.id for ref in refs]
    debits = _sums(LedgerTransfer.debit_account_id, ids, as_at, known_at)
    credits = _sums(LedgerTransfer.credit_account_id, ids, as_at, known_at)
    on_debit, on_credit = ({row[0]: int(row[1]) for row in db.execute(query)} for query in (debits, credits))
    return {account_id: (on_debit.get(account_id, 0), on_credit.get(account_id, 0)) for account_id in ids}


def _sums(account_id: Any, ids: Sequence[int], as_at: date | None, known_at: datetime | None) -> Select[Any]:
    query = select(account_id, func.sum(LedgerTransfer.cents)).join(
        LedgerEntry,
        and_(LedgerEntry.organisation_id == LedgerTransfer.organisation_id, LedgerEntry.number == LedgerTransfer.entry_number),
    )
    if as_at is not None:
        query = query.where(LedgerEntry.effective <= as_at)
    if known_at is not None:
        query = query.where(LedgerEntry.posted_at <= known_at)
    return query.where(account_id.in_(ids)).group_by(account_id)


def total(db: Session, organisation_id: int, kind: str) -> Balance:
    """What is on all accounts of a kind of an organisation together: its control account."""
    query = select(ControlTotal.debit_cents, ControlTotal.credit_cents)
    row = db.execute(query.where(ControlTotal.organisation_id == organisation_id, ControlTotal.kind == kind)).first()
    return Balance(kind, *(row or (0, 0)))
