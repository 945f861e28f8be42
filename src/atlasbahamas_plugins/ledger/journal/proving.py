"""Proving that the books hold: the chain and every sum, for one organisation at a time.

Entries are read in batches by their numbers, so memory stays the same whatever their number; sums are compared by the database.
Everything has to be seen in one snapshot: `whole_view` gives a transaction that has one.

Reading and hashing a million entries keeps one processor busy for long, so of large books a process beside this one checks the
later entries. It needs no snapshot of its own: it is told with which entry to begin and end, and what is there stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, literal, or_, select, text, union_all
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import digest
from atlasbahamas.db import Database, metadata
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.ledger.journal.chain import HASHED, Line, Sealed, account_words, hash_of
from atlasbahamas_plugins.ledger.journal.models import (
    FIRST_HASH,
    SUBJECT,
    AccountBalance,
    ControlTotal,
    EntryWords,
    Journal,
    LedgerAccount,
    LedgerEntry,
    LedgerTransfer,
    WordsRelease,
)

# Rows of tables and not of classes: reading a million of them takes a third less.
_ENTRY, _TRANSFER = (metadata.tables[model.__tablename__].c for model in (LedgerEntry, LedgerTransfer))
_ACCOUNTS = metadata.tables[LedgerAccount.__tablename__]
BATCH = 10_000
ALONE_UP_TO = 100_000
"""How many entries are checked here alone: to begin another process takes a second."""

BESIDE_OF_A_HUNDRED = 60
"""Which part of them another process checks: the sums are this one's."""

SHOWN = 100
"""How many findings are kept of an organisation; what is wrong everywhere would otherwise fill the memory."""


@contextmanager
def whole_view(database: Database) -> Iterator[Session]:
    """A transaction that reads, and sees nothing of what others post meanwhile."""
    with database.session("read") as db, db.begin():
        if db.get_bind().dialect.name == "postgresql":
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield db


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: where, and what is wrong, in words."""

    where: str
    problem: str


@dataclass
class Verified:
    """What was seen of the books of an organisation. `number` and `hash` are of the last entry."""

    entries: int = 0
    transfers: int = 0
    number: int = 0
    hash: str = FIRST_HASH
    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0

    def add(self, more: Verified) -> None:
        """Take over what was seen of the entries that follow."""
        self.entries, self.transfers = self.entries + more.entries, self.transfers + more.transfers
        self.number, self.hash = more.number, more.hash
        self.wrong += more.wrong
        self.findings += more.findings[: SHOWN - len(self.findings)]

    def find(self, where: str, problem: str) -> None:
        """Note what does not hold."""
        self.wrong += 1
        if len(self.findings) < SHOWN:
            self.findings.append(Finding(where, problem))


class Row(NamedTuple):
    """An entry as it stands in its table, with its transfers."""

    sealed: Sealed
    hash: str
    transfer_count: int


def organisations_with_books(db: Session) -> list[tuple[int, str]]:
    """(id, reference) of the organisations that have anything in the ledger's tables."""
    there = [select(model.organisation_id) for model in (Journal, LedgerAccount, LedgerEntry, LedgerTransfer, ControlTotal)]
    query = select(Organisation.id, Organisation.ref).where(or_(*[Organisation.id.in_(each) for each in there]))
    return [(row.id, row.ref) for row in db.execute(query.order_by(Organisation.id))]


def read_entries(db: Session, organisation_id: int, *, after: int | None = None, until: int | None = None) -> Iterator[Row]:
    """The entries in the order of their numbers, each with its transfers: all, or those between two numbers."""
    hashed = [_ENTRY[name] for name in HASHED]
    query = select(*hashed, _ENTRY.hash, _ENTRY.transfer_count).where(_ENTRY.organisation_id == organisation_id)
    query = query.order_by(_ENTRY.number).limit(BATCH)
    if until is not None:
        query = query.where(_ENTRY.number <= until)
    last = after
    while True:
        rows = db.execute(query if last is None else query.where(_ENTRY.number > last)).all()
        if not rows:
            return
        last = rows[-1].number
        lines = _lines(db, organisation_id, rows[0].number, last)
        for row in rows:
            values = tuple(row)
            sealed = Sealed._make((*values[:-2], lines.get(values[1], [])))
            yield Row(sealed, *values[-2:])


def _lines(db: Session, organisation_id: int, first: int, last: int) -> dict[int, list[Line]]:
    """Transfers of the entries with these numbers, as they are hashed."""
    debit, credit = _ACCOUNTS.alias("debit"), _ACCOUNTS.alias("credit")
    query = (
        select(_TRANSFER.entry_number, _TRANSFER.line, _TRANSFER.debit_account_id, debit.c.kind, debit.c.subject)
        .add_columns(_TRANSFER.credit_account_id, credit.c.kind, credit.c.subject, _TRANSFER.cents)
        .outerjoin(debit, debit.c.id == _TRANSFER.debit_account_id)
        .outerjoin(credit, credit.c.id == _TRANSFER.credit_account_id)
        .where(_TRANSFER.organisation_id == organisation_id, _TRANSFER.entry_number.between(first, last))
        .order_by(_TRANSFER.entry_number, _TRANSFER.line)
    )
    found: dict[int, list[Line]] = {}
    for number, line, debit_id, debit_kind, debit_of, credit_id, credit_kind, credit_of, cents in db.execute(query):
        of_debit, of_credit = account_words(debit_kind, debit_of), account_words(credit_kind, credit_of)
        found.setdefault(number, []).append((line, debit_id, of_debit, credit_id, of_credit, cents))
    return found


def verify(db: Session, organisation_id: int, *, database: Database | None = None) -> Verified:
    """Check the books of an organisation. `db` sees one snapshot (`whole_view`) of `database`.

    Where `database` is given, large books are checked by two processes.
    """
    border = _border(db, organisation_id) if database is not None else None
    if border is None or database is None:
        seen = _check_entries(db, organisation_id, Verified())
        _check_head(db, organisation_id, seen)
        _check_sums(db, organisation_id, seen)
        return seen
    # A fork would share the connections of this process.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        url = database.engine.url.render_as_string(hide_password=False)
        later = beside.submit(_check_later, url, organisation_id, border)
        seen = _check_entries(db, organisation_id, Verified(), until=border.number)
        sums = Verified()
        _check_sums(db, organisation_id, sums)
        seen.add(later.result())
    _check_head(db, organisation_id, seen)
    sums.entries, sums.transfers, sums.number, sums.hash = 0, 0, seen.number, seen.hash
    seen.add(sums)
    return seen


class _Border(NamedTuple):
    """The entry up to which this process checks, its hash, and the last one that the other does."""

    number: int
    hash: str
    last: int


def _border(db: Session, organisation_id: int) -> _Border | None:
    """Where two processes divide what is to be checked; None where there is too little."""
    mine = select(_ENTRY.number).where(_ENTRY.organisation_id == organisation_id).order_by(_ENTRY.number.desc()).limit(1)
    last = db.scalar(mine) or 0
    if last <= ALONE_UP_TO:
        return None
    half = last - last * BESIDE_OF_A_HUNDRED // 100
    found = db.execute(mine.add_columns(_ENTRY.hash).where(_ENTRY.number <= half)).one_or_none()
    return None if found is None else _Border(found.number, found.hash, last)


def _check_later(url: str, organisation_id: int, border: _Border) -> Verified:
    """What the other process does: the entries after the border."""
    database = Database(url)
    try:
        with whole_view(database) as db:
            seen = Verified(number=border.number, hash=border.hash)
            return _check_entries(db, organisation_id, seen, after=border.number, until=border.last)
    finally:
        database.dispose()


def _check_entries(
    db: Session, organisation_id: int, seen: Verified, *, after: int | None = None, until: int | None = None
) -> Verified:
    """Check the entries that follow on what was seen: all, or those between two numbers."""
    try:
        for row in read_entries(db, organisation_id, after=after, until=until):
            _check_entry(seen, row)
    except ValueError as error:
        # SQLite takes any text for a date.
        seen.find(f"an entry after {seen.number}", f"cannot be read: {error}")
    return seen


def _check_sums(db: Session, organisation_id: int, seen: Verified) -> None:
    """Everything but the chain."""
    if db.get_bind().dialect.name == "postgresql":
        # Everything is joined with everything: after a large run, whose rows nobody has counted yet, it would go row by row.
        db.execute(text("SET LOCAL enable_nestloop = off"))
    for check in (_check_strays, _check_accounts, _check_reversals, _check_balances, _check_totals, _check_words):
        check(db, organisation_id, seen)


def _check_entry(seen: Verified, row: Row) -> None:
    sealed, where = row.sealed, f"entry {row.sealed.number}"
    if sealed.number != seen.number + 1:
        seen.find(where, f"follows on entry {seen.number}: what was between them is missing")
    if sealed.previous_hash != seen.hash:
        seen.find(where, "does not continue the chain: the hash that it has for the entry before it is another")
    if hash_of(sealed.canonical()) != row.hash:
        seen.find(where, "was changed: its content does not fit its hash")
    if [line[0] for line in sealed.lines] != list(range(1, row.transfer_count + 1)):
        seen.find(where, f"should have {row.transfer_count} transfers, and has {len(sealed.lines)}")
    seen.entries += 1
    seen.transfers += len(sealed.lines)
    seen.number, seen.hash = sealed.number, row.hash


def _check_head(db: Session, organisation_id: int, seen: Verified) -> None:
    head = db.execute(select(Journal.number, Journal.hash).where(Journal.organisation_id == organisation_id)).one_or_none()
    if head is None:
        if seen.entries:
            seen.find("the journal", "has no head")
    elif tuple(head) != (seen.number, seen.hash):
        seen.find("the journal", f"says that its last entry is {head.number}, which is not what is there ({seen.number})")


def _check_strays(db: Session, organisation_id: int, seen: Verified) -> None:
    of_no_entry = select(LedgerTransfer.entry_number, LedgerTransfer.line).where(
        LedgerTransfer.organisation_id == organisation_id,
        ~exists().where(
            LedgerEntry.organisation_id == LedgerTransfer.organisation_id, LedgerEntry.number == LedgerTransfer.entry_number
        ),
    )
    for number, line in _few(db, of_no_entry):
        seen.find(f"transfer {line} of entry {number}", "belongs to no entry")


def _check_accounts(db: Session, organisation_id: int, seen: Verified) -> None:
    """What the constraints say of accounts, asked again: somebody may have switched them off."""
    query = select(LedgerAccount.id).where(LedgerAccount.organisation_id == organisation_id)
    for (account_id,) in _few(db, query.where(text(f"ledger_account.subject <> ({SUBJECT})"))):
        seen.find(f"account {account_id}", "says that it is of somebody else than its columns do")
    for side in (LedgerTransfer.debit_account_id, LedgerTransfer.credit_account_id):
        foreign = select(LedgerTransfer.entry_number, side).outerjoin(LedgerAccount, LedgerAccount.id == side)
        foreign = foreign.where(
            LedgerTransfer.organisation_id == organisation_id,
            func.coalesce(LedgerAccount.organisation_id, 0) != organisation_id,
        )
        for number, account_id in _few(db, foreign):
            seen.find(f"entry {number}", f"moves cents of account {account_id}, which is not this organisation's")


def _check_reversals(db: Session, organisation_id: int, seen: Verified) -> None:
    taken, mine, theirs = alias_of(LedgerEntry, "taken"), alias_of(LedgerTransfer, "mine"), alias_of(LedgerTransfer, "theirs")
    mirrored = exists().where(
        theirs.organisation_id == mine.organisation_id,
        theirs.entry_number == LedgerEntry.reverses,
        theirs.line == mine.line,
        theirs.cents == mine.cents,
        theirs.debit_account_id == mine.credit_account_id,
        theirs.credit_account_id == mine.debit_account_id,
    )
    other = exists().where(
        mine.organisation_id == LedgerEntry.organisation_id, mine.entry_number == LedgerEntry.number, ~mirrored
    )
    fits = exists().where(
        taken.organisation_id == LedgerEntry.organisation_id,
        taken.number == LedgerEntry.reverses,
        taken.number < LedgerEntry.number,
        taken.reverses.is_(None),
        taken.transfer_count == LedgerEntry.transfer_count,
    )
    reversals = select(LedgerEntry.number, LedgerEntry.reverses).where(LedgerEntry.organisation_id == organisation_id)
    reversals = reversals.where(LedgerEntry.reverses.is_not(None))
    for number, reverses in _few(db, reversals.where(or_(~fits, other))):
        seen.find(f"entry {number}", f"should take entry {reverses} back, and does not mirror it")
    twice = select(LedgerEntry.reverses).where(LedgerEntry.organisation_id == organisation_id, LedgerEntry.reverses.is_not(None))
    for (reverses,) in _few(db, twice.group_by(LedgerEntry.reverses).having(func.count() > 1)):
        seen.find(f"entry {reverses}", "is taken back more than once")


def _sides(organisation_id: int) -> Any:
    """Every transfer twice: (account, debit, credit)."""
    here = LedgerTransfer.organisation_id == organisation_id
    debits = select(
        LedgerTransfer.debit_account_id.label("account_id"), LedgerTransfer.cents.label("debit"), literal(0).label("credit")
    )
    credits = select(LedgerTransfer.credit_account_id, literal(0), LedgerTransfer.cents)
    return union_all(debits.where(here), credits.where(here)).subquery("sides")


def _check_balances(db: Session, organisation_id: int, seen: Verified) -> None:
    sides = _sides(organisation_id)
    sums = select(sides.c.account_id, func.sum(sides.c.debit).label("debit"), func.sum(sides.c.credit).label("credit"))
    found = sums.group_by(sides.c.account_id).subquery("sums")
    differs = (
        select(LedgerAccount.id, AccountBalance.debit_cents, AccountBalance.credit_cents, found.c.debit, found.c.credit)
        .outerjoin(AccountBalance, AccountBalance.account_id == LedgerAccount.id)
        .outerjoin(found, found.c.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.organisation_id == organisation_id,
            or_(
                func.coalesce(AccountBalance.debit_cents, 0) != func.coalesce(found.c.debit, 0),
                func.coalesce(AccountBalance.credit_cents, 0) != func.coalesce(found.c.credit, 0),
            ),
        )
        .order_by(LedgerAccount.id)
    )
    for account_id, *cents in _few(db, differs):
        words = "says {} and {} cents; its transfers come to {} and {}".format(*[each or 0 for each in cents])
        seen.find(f"the balance of account {account_id}", words)


def _check_totals(db: Session, organisation_id: int, seen: Verified) -> None:
    query = select(ControlTotal.kind, ControlTotal.debit_cents, ControlTotal.credit_cents)
    said = {
        kind: (debit, credit) for kind, debit, credit in db.execute(query.where(ControlTotal.organisation_id == organisation_id))
    }
    sides = _sides(organisation_id)
    sums = select(LedgerAccount.kind, func.sum(sides.c.debit), func.sum(sides.c.credit))
    sums = sums.join(sides, sides.c.account_id == LedgerAccount.id).group_by(LedgerAccount.kind)
    real = {kind: (int(debit), int(credit)) for kind, debit, credit in db.execute(sums)}
    for kind in sorted(said.keys() | real.keys()):
        if said.get(kind, (0, 0)) != real.get(kind, (0, 0)):
            words = "says {} and {} cents; its transfers come to {} and {}"
            seen.find(f"the total of {kind}", words.format(*said.get(kind, (0, 0)), *real.get(kind, (0, 0))))


def _check_words(db: Session, organisation_id: int, seen: Verified) -> None:
    """Each memo fits its digest, and each that is gone was let go."""
    same = and_(EntryWords.organisation_id == LedgerEntry.organisation_id, EntryWords.entry_number == LedgerEntry.number)
    gone = and_(WordsRelease.organisation_id == LedgerEntry.organisation_id, WordsRelease.entry_number == LedgerEntry.number)
    query = (
        select(LedgerEntry.number, LedgerEntry.words_digest, EntryWords.salt, EntryWords.memo, WordsRelease.at)
        .outerjoin(EntryWords, same)
        .outerjoin(WordsRelease, gone)
        .where(LedgerEntry.organisation_id == organisation_id)
        .where(or_(LedgerEntry.words_digest.is_not(None), EntryWords.entry_number.is_not(None)))
        .order_by(LedgerEntry.number)
        .limit(BATCH)
    )
    last = 0
    while rows := db.execute(query.where(LedgerEntry.number > last)).all():
        for number, wanted, salt, memo, released in rows:
            if memo is None:
                if released is None:
                    seen.find(f"entry {number}", "has lost its memo, and nobody let it go")
            elif wanted is None or digest(salt, memo) != wanted:
                seen.find(f"entry {number}", "has a memo that does not fit its digest")
        last = rows[-1].number


def _few(db: Session, query: Any) -> Iterator[Any]:
    yield from db.execute(query.limit(SHOWN + 1))
