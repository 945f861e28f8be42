"""An entry as a person reads it: its transfers as lines of debit and credit, with the accounts in words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.journal.kinds import ACCOUNT_KINDS
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount, LedgerEntry, LedgerTransfer, WordsRelease


@dataclass(frozen=True)
class BookLine:
    """One side of a transfer. `detail` says whom or what the account is of; one of the amounts is None."""

    title: str
    detail: str
    lease: Lease | None
    debit_cents: int | None
    credit_cents: int | None


@dataclass(frozen=True)
class ReadEntry:
    """What belongs to an entry. `memo_is_gone`: it had one, which was let go."""

    lines: list[BookLine]
    cents: int
    memo: str
    memo_is_gone: bool
    person: str | None
    reversed_by: int | None


def read_entry(db: Session, entry: LedgerEntry) -> ReadEntry:
    """The transfers of an entry, its memo, who made it, and which entry took it back."""
    key = (entry.organisation_id, entry.number)
    transfers = db.scalars(
        select(LedgerTransfer)
        .where(LedgerTransfer.organisation_id == entry.organisation_id, LedgerTransfer.entry_number == entry.number)
        .order_by(LedgerTransfer.line)
    ).all()
    accounts = _accounts(db, {side for each in transfers for side in (each.debit_account_id, each.credit_account_id)})
    lines = []
    for transfer in transfers:
        lines.append(_line(accounts[transfer.debit_account_id], transfer.cents, None))
        lines.append(_line(accounts[transfer.credit_account_id], None, transfer.cents))
    words = db.get(EntryWords, key)
    reversed_by = select(LedgerEntry.number).where(
        LedgerEntry.organisation_id == entry.organisation_id, LedgerEntry.reverses == entry.number
    )
    return ReadEntry(
        lines=lines,
        cents=sum(transfer.cents for transfer in transfers),
        memo=words.memo if words else "",
        memo_is_gone=words is None and db.get(WordsRelease, key) is not None,
        person=db.scalar(select(Person.name).where(Person.id == entry.by_person_id)) if entry.by_person_id else None,
        reversed_by=db.scalar(reversed_by),
    )


def _accounts(db: Session, ids: set[int]) -> dict[int, LedgerAccount]:
    """These accounts with what their words need, in one query."""
    query = select(LedgerAccount).where(LedgerAccount.id.in_(ids))
    loaded = (joinedload(LedgerAccount.lease), joinedload(LedgerAccount.party))
    query = query.options(*loaded, joinedload(LedgerAccount.property), joinedload(LedgerAccount.owner))
    return {account.id: account for account in db.scalars(query).unique()}


def _line(account: LedgerAccount, debit_cents: int | None, credit_cents: int | None) -> BookLine:
    return BookLine(ACCOUNT_KINDS[account.kind].title, _detail(account), account.lease, debit_cents, credit_cents)


def _detail(account: LedgerAccount) -> str:
    words = []
    if account.lease is not None:
        unit = account.lease.unit
        words.append(f"{unit.label}, {unit.property.name}")
    if account.party is not None:
        words.append(account.party.contact.name)
    if account.property is not None:
        words.append(account.property.name)
    if account.owner is not None:
        words.append(account.owner.name)
    return "; ".join(words)
