"""Charges and credits with the entries that they make in the journal, many with few statements. Rules are the callers'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from atlasbahamas.db import metadata
from atlasbahamas.db.inserts import insert_many
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.ledger.charges.kinds import CHARGE_KINDS, CREDIT_KINDS, OF_LEASE, OF_PROPERTY
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.journal.services import open_day
from atlasbahamas_plugins.ledger.services import (
    AccountKey,
    AccountRef,
    Entry,
    EntryKind,
    Source,
    Transfer,
    accounts,
    locked_until,
    post,
)

_CHARGES, _CREDITS = (metadata.tables[model.__tablename__] for model in (Charge, Credit))
CHARGE_SOURCE, CREDIT_SOURCE = "charge", "credit"


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge to be posted; the columns of Charge. `property_id` is that whose income it is.

    `counts_on`: the local day on which it counts in the books, where that is not the day on which it is due.
    """

    lease_id: int
    property_id: int
    what: str
    rule: str
    starts: date
    ends: date
    due_on: date
    cents: int
    explanation: dict[str, Any]
    memo: str = ""
    ref: str = field(default_factory=lambda: long_key("charge"))
    counts_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewCredit:
    """A credit to be posted; the columns of Credit. `owed` is the kind of the account on which less is owed then."""

    lease_id: int
    property_id: int
    what: str
    rule: str
    counts_on: date
    cents: int
    owed: str = "receivable"
    charge_id: int | None = None
    memo: str = ""
    ref: str = field(default_factory=lambda: long_key("credit"))


def _key(kind: str, lease_id: int, property_id: int) -> AccountKey:
    if kind in OF_LEASE:
        return AccountKey(kind, lease_id)
    return AccountKey(kind, property_id=property_id) if kind in OF_PROPERTY else AccountKey(kind)


def post_charges(
    db: Session,
    organisation_id: int,
    charges: Sequence[NewCharge],
    *,
    now: datetime,
    by: int | None = None,
    batch: Batch | None = None,
) -> None:
    """Charge, in this order. Each counts from the day on which it is due, or the first one that is open.

    Whoever calls has the head of the journal. Raises IntegrityError for one that counts already.
    """
    moves = [
        _Move(kind.owed, kind.earned, kind.entry, each.counts_on or each.due_on)
        for each in charges
        for kind in (CHARGE_KINDS[each.what],)
    ]
    booked = _book(db, organisation_id, CHARGE_SOURCE, charges, moves, now=now, by=by, batch=batch)
    rows = [
        {
            "ref": each.ref,
            "organisation_id": organisation_id,
            "lease_id": each.lease_id,
            "account_id": line.debit.id,
            "what": each.what,
            "rule": each.rule,
            "period_starts": each.starts,
            "period_ends": each.ends,
            "due_on": each.due_on,
            "cents": each.cents,
            "open_cents": each.cents,
            "explanation": each.explanation,
            "batch_id": batch.id if batch is not None else None,
            "entry_number": line.number,
        }
        for each, line in zip(charges, booked, strict=True)
    ]
    insert_many(db, _CHARGES, rows)


def post_credits(
    db: Session,
    organisation_id: int,
    credits: Sequence[NewCredit],
    *,
    now: datetime,
    by: int | None = None,
    batch: Batch | None = None,
) -> None:
    """Take something off what is owed, in this order; the same for credits."""
    moves = [_Move(CREDIT_KINDS[each.what].borne, each.owed, CREDIT_KINDS[each.what].entry, each.counts_on) for each in credits]
    booked = _book(db, organisation_id, CREDIT_SOURCE, credits, moves, now=now, by=by, batch=batch)
    rows = [
        {
            "ref": each.ref,
            "organisation_id": organisation_id,
            "lease_id": each.lease_id,
            "account_id": line.credit.id,
            "what": each.what,
            "rule": each.rule,
            "charge_id": each.charge_id,
            "counts_on": each.counts_on,
            "cents": each.cents,
            "open_cents": each.cents,
            "entry_number": line.number,
        }
        for each, line in zip(credits, booked, strict=True)
    ]
    insert_many(db, _CREDITS, rows)


class _Move(NamedTuple):
    """From which kind of account to which, by what kind of entry, and the local day on which it counts if that is open."""

    debit: str
    credit: str
    entry: EntryKind
    on: date


class _Line(NamedTuple):
    """What became of a move: its accounts, and the number of its entry."""

    debit: AccountRef
    credit: AccountRef
    number: int


def _book(
    db: Session,
    organisation_id: int,
    source: str,
    new: Sequence[NewCharge | NewCredit],
    moves: Sequence[_Move],
    *,
    now: datetime,
    by: int | None,
    batch: Batch | None,
) -> list[_Line]:
    keys = [
        (_key(move.debit, each.lease_id, each.property_id), _key(move.credit, each.lease_id, each.property_id))
        for each, move in zip(new, moves, strict=True)
    ]
    refs = accounts(db, organisation_id, {key for pair in keys for key in pair})
    locked = locked_until(db, organisation_id)
    entries = [
        Entry(
            kind=move.entry,
            effective=open_day(locked, move.on),
            transfers=(Transfer(refs[debit], refs[credit], each.cents),),
            source=Source(source, each.ref),
            memo=each.memo,
            by=by,
            batch=batch.ref if batch is not None else None,
        )
        for each, move, (debit, credit) in zip(new, moves, keys, strict=True)
    ]
    numbers = post(db, organisation_id, entries, now=now)
    return [_Line(refs[debit], refs[credit], number) for (debit, credit), number in zip(keys, numbers, strict=True)]
