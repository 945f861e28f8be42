"""Posting to the journal of an organisation, taking entries back, and locking periods.

Whoever posts locks the head of the journal until the end of the transaction. Who posts to several organisations in one
transaction does it in the order of their ids.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import digest, record
from atlasbahamas.db import metadata
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.db.inserts import insert_many, insert_unless_there
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import MAX_CENTS, local_date
from atlasbahamas_plugins.ledger.journal.accounts import AccountRef
from atlasbahamas_plugins.ledger.journal.chain import Sealed, account_words, hash_of
from atlasbahamas_plugins.ledger.journal.kinds import REVERSAL, EntryKind
from atlasbahamas_plugins.ledger.journal.models import (
    FIRST_HASH,
    EntryWords,
    Journal,
    LedgerAccount,
    LedgerEntry,
    LedgerTransfer,
)
from atlasbahamas_plugins.ledger.reasons import FOR_LATER, said_why

_ENTRIES, _TRANSFERS, _WORDS = (metadata.tables[model.__tablename__] for model in (LedgerEntry, LedgerTransfer, EntryWords))
AT_ONCE = 5000
"""How many entries go to the database together."""


class MalformedEntry(ValueError):
    """An entry that no journal takes: no transfer, no cents, one account on both sides, another organisation's account."""


class PeriodLocked(Refused):
    """The date of effect lies in a period that was locked. `locked_until` is its last day."""

    def __init__(self, locked_until: date, field: str | None = "effective") -> None:
        super().__init__(f"The books are locked until {local_date(locked_until)}. Choose a later day.", field)
        self.locked_until = locked_until


class NotReversible(Refused):
    """The entry was taken back already, takes one back itself, or is not there."""


class Transfer(NamedTuple):
    """So many cents from `credit` to `debit`."""

    debit: AccountRef
    credit: AccountRef
    cents: int


class Source(NamedTuple):
    """What made an entry: the kind of a document or rule, and its reference. Nothing in it may name a person."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event for the books.

    `effective` is the local day on which it counts. `memo` is free text, and may be let go later. `by` is the id of the person
    who did it. `batch` is the reference of the run that posts it with others.
    """

    kind: EntryKind
    effective: date
    transfers: Sequence[Transfer]
    source: Source
    memo: str = ""
    by: int | None = None
    batch: str | None = None


def open_journal(db: Session, organisation_id: int) -> None:
    """Open the journal of an organisation if it has none; posting does it by itself."""
    head_of(db, organisation_id)


class Head(NamedTuple):
    """The last entry's number and hash, and until when the books are locked."""

    number: int
    hash: str
    locked_until: date | None


def head_of(db: Session, organisation_id: int) -> Head:
    """The head of the journal, which is opened if there is none; nobody else posts to it until the transaction ends."""
    query = select(Journal.number, Journal.hash, Journal.locked_until).where(Journal.organisation_id == organisation_id)
    query = query.with_for_update()
    head = db.execute(query).one_or_none()
    if head is None:
        values = {"organisation_id": organisation_id, "number": 0, "hash": FIRST_HASH, "locked_until": None}
        insert_unless_there(db, Journal, values, unique=["organisation_id"])
        head = db.execute(query).one()
    return Head(*head)


def post(db: Session, organisation_id: int, entries: Iterable[Entry], *, now: datetime) -> list[int]:
    """Write entries into the journal, in their order; gives their numbers. All of them or none.

    Raises MalformedEntry, and PeriodLocked for one whose date of effect was locked.
    """
    entries = list(entries)
    for entry in entries:
        _refuse_malformed(organisation_id, entry)
    return _write(db, organisation_id, [_Written(entry) for entry in entries], now)


def _refuse_malformed(organisation_id: int, entry: Entry) -> None:
    if entry.kind is REVERSAL or entry.kind.name == REVERSAL.name:
        raise MalformedEntry("reversals are posted by `reverse`")
    if not entry.transfers:
        raise MalformedEntry("an entry needs a transfer")
    for transfer in entry.transfers:
        if type(transfer.cents) is not int or not 0 < transfer.cents <= MAX_CENTS:
            raise MalformedEntry(f"{transfer.cents!r} is no number of cents that can be moved")
        if transfer.debit.id == transfer.credit.id:
            raise MalformedEntry("a transfer needs two accounts")
        for ref in (transfer.debit, transfer.credit):
            if ref.organisation_id != organisation_id:
                raise MalformedEntry(f"account {ref.id} is another organisation's")


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry, and which one it takes back."""

    entry: Entry
    reverses: int | None = None


def _write(db: Session, organisation_id: int, written: Sequence[_Written], now: datetime) -> list[int]:
    if not written:
        return []
    head = head_of(db, organisation_id)
    if head.locked_until is not None and any(each.entry.effective <= head.locked_until for each in written):
        raise PeriodLocked(head.locked_until)
    number, previous = head.number, head.hash
    for start in range(0, len(written), AT_ONCE):
        entries: list[dict[str, Any]] = []
        transfers: list[dict[str, Any]] = []
        words: list[dict[str, Any]] = []
        for each in written[start : start + AT_ONCE]:
            number += 1
            salt = secrets.token_hex(16) if each.entry.memo else ""
            sealed = _sealed(organisation_id, number, previous, each, salt, now)
            previous = hash_of(sealed.canonical())
            entries.append({**sealed.columns(), "transfer_count": len(each.entry.transfers), "hash": previous})
            of_entry = {"organisation_id": organisation_id, "entry_number": number}
            transfers.extend(_transfer_rows(of_entry, each.entry.transfers))
            if salt:
                words.append({**of_entry, "salt": salt, "memo": each.entry.memo})
        # The entry is the seal of its transfers, so it comes after them.
        insert_many(db, _TRANSFERS, transfers)
        insert_many(db, _ENTRIES, entries)
        insert_many(db, _WORDS, words)
    return list(range(head.number + 1, number + 1))


def _transfer_rows(of_entry: dict[str, int], transfers: Sequence[Transfer]) -> Iterator[dict[str, int]]:
    for line, (debit, credit, cents) in enumerate(transfers, 1):
        yield {**of_entry, "line": line, "debit_account_id": debit.id, "credit_account_id": credit.id, "cents": cents}


def _sealed(organisation_id: int, number: int, previous: str, written: _Written, salt: str, now: datetime) -> Sealed:
    entry = written.entry
    return Sealed(
        organisation_id=organisation_id,
        number=number,
        effective=entry.effective,
        posted_at=now,
        kind=entry.kind.name,
        source_kind=entry.source.kind,
        source_ref=entry.source.ref,
        batch=entry.batch,
        reverses=written.reverses,
        by_person_id=entry.by,
        words_digest=digest(salt, entry.memo) if salt else None,
        previous_hash=previous,
        lines=[
            (
                line,
                debit.id,
                account_words(debit.kind, debit.subject),
                credit.id,
                account_words(credit.kind, credit.subject),
                cents,
            )
            for line, (debit, credit, cents) in enumerate(entry.transfers, 1)
        ],
    )


def reverse(
    db: Session,
    organisation_id: int,
    numbers: Sequence[int],
    *,
    source: Source,
    now: datetime,
    effective: date | None = None,
    memo: str = "",
    by: int | None = None,
    batch: str | None = None,
) -> list[int]:
    """Take entries back, each by an entry with the same transfers the other way; gives the numbers of those.

    Without `effective` each counts on the day of what it takes back, so that the mistake never counted on any day; where that day
    is locked, on the first one that is open. A cheque that comes back is no mistake: give the day on which it did.

    Raises NotReversible, PeriodLocked for an `effective` that is locked, Refused for one before the entry's own.
    """
    head = head_of(db, organisation_id)
    there = _to_take_back(db, organisation_id, numbers)
    transfers = _transfers_of(db, organisation_id, numbers)
    written = []
    for number in numbers:
        was_effective = there[number]
        if effective is not None and effective < was_effective:
            raise Refused(f"Entry {number} counts from {local_date(was_effective)}. It cannot be taken back before.", "effective")
        day = effective or was_effective
        if effective is None and head.locked_until is not None and day <= head.locked_until:
            day = head.locked_until + timedelta(days=1)
        mirrored = [Transfer(debit, credit, cents) for credit, debit, cents in transfers[number]]
        written.append(_Written(Entry(REVERSAL, day, mirrored, source, memo, by, batch), reverses=number))
    return _write(db, organisation_id, written, now)


def _to_take_back(db: Session, organisation_id: int, numbers: Sequence[int]) -> dict[int, date]:
    """The date of effect of each of these entries. Raises NotReversible."""
    if len(set(numbers)) != len(numbers):
        raise NotReversible("An entry can be taken back once.")
    reversal = alias_of(LedgerEntry, "reversal")
    found: dict[int, date] = {}
    for batch in (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)):
        query = (
            select(LedgerEntry.number, LedgerEntry.effective, LedgerEntry.reverses, reversal.number)
            .outerjoin(
                reversal,
                (reversal.organisation_id == LedgerEntry.organisation_id) & (reversal.reverses == LedgerEntry.number),
            )
            .where(LedgerEntry.organisation_id == organisation_id, LedgerEntry.number.in_(batch))
        )
        for number, effective, reverses, taken_back_by in db.execute(query):
            if reverses is not None:
                raise NotReversible(f"Entry {number} takes entry {reverses} back. Post what should be there instead.")
            if taken_back_by is not None:
                raise NotReversible(f"Entry {number} was taken back already, by entry {taken_back_by}.")
            found[number] = effective
    for number in numbers:
        if number not in found:
            raise NotReversible(f"There is no entry {number}.")
    return found


def _transfers_of(db: Session, organisation_id: int, numbers: Sequence[int]) -> dict[int, list[Transfer]]:
    debit, credit = alias_of(LedgerAccount, "debit"), alias_of(LedgerAccount, "credit")
    found: dict[int, list[Transfer]] = {number: [] for number in numbers}
    for batch in (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)):
        query = (
            select(LedgerTransfer.entry_number, LedgerTransfer.cents, debit.id, debit.kind, debit.subject)
            .add_columns(credit.id, credit.kind, credit.subject)
            .join(debit, debit.id == LedgerTransfer.debit_account_id)
            .join(credit, credit.id == LedgerTransfer.credit_account_id)
            .where(LedgerTransfer.organisation_id == organisation_id, LedgerTransfer.entry_number.in_(batch))
            .order_by(LedgerTransfer.entry_number, LedgerTransfer.line)
        )
        for number, cents, debit_id, debit_kind, debit_subject, credit_id, credit_kind, credit_subject in db.execute(query):
            of_debit = AccountRef(debit_id, organisation_id, debit_kind, debit_subject)
            of_credit = AccountRef(credit_id, organisation_id, credit_kind, credit_subject)
            found[number].append(Transfer(of_debit, of_credit, cents))
    return found


def locked_until(db: Session, organisation_id: int) -> date | None:
    """The last day that is locked; None where none is."""
    return db.scalar(select(Journal.locked_until).where(Journal.organisation_id == organisation_id))


def first_open_day(db: Session, organisation_id: int, day: date) -> date:
    """The local day itself, or the first one after the period that is locked: what is late counts from there."""
    return open_day(locked_until(db, organisation_id), day)


def open_day(locked: date | None, day: date) -> date:
    """The same for many entries, where what is locked is known."""
    return day if locked is None or day > locked else locked + timedelta(days=1)


def check_not_locked(db: Session, organisation_id: int, day: date, field: str) -> None:
    """Tell beside a form's field that a local day lies in a locked period, before anything is done. Raises PeriodLocked."""
    locked = locked_until(db, organisation_id)
    if locked is not None and day <= locked:
        raise PeriodLocked(locked, field)


def lock_period(db: Session, organisation: Organisation, until: date, *, today: date) -> None:
    """Lock the books up to and with a day: nothing is posted with a date of effect in there any more.

    Raises Refused for a day that is not over, or that is locked already.
    """
    head = head_of(db, organisation.id)
    if until >= today:
        raise Refused("A period can be locked when it is over. Choose a day before today.", "until")
    if head.locked_until is not None and until <= head.locked_until:
        raise Refused(f"The books are locked until {local_date(head.locked_until)} already.", "until")
    _lock(db, organisation, head.locked_until, until, "ledger:period:locked")


def unlock_period(db: Session, organisation: Organisation, until: date | None, *, reason: str) -> None:
    """Open what was locked after a day, or everything for None. Raises Refused where that is not locked, or without a reason."""
    head = head_of(db, organisation.id)
    if head.locked_until is None or (until is not None and until >= head.locked_until):
        raise Refused("That is open already.", "until")
    why = said_why(reason, FOR_LATER)
    _lock(db, organisation, head.locked_until, until, "ledger:period:unlocked", why)


def _lock(db: Session, organisation: Organisation, before: date | None, until: date | None, action: str, note: str = "") -> None:
    db.execute(update(Journal).where(Journal.organisation_id == organisation.id).values(locked_until=until))
    record(
        db,
        action,
        about=("organisation", organisation.ref),
        organisation_id=organisation.id,
        before={"locked_until": before},
        after={"locked_until": until},
        note=note,
    )
