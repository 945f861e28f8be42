"""The journal: what posting gives, what it refuses, and what plain SQL is refused, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from books import ELSEWHERE, JUNE, Books, books_of, lock, open_books, posted
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.db.engine import WriteRefused
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.ledger.journal import guards, services
from atlasbahamas_plugins.ledger.journal.kinds import ACCOUNT_KINDS, REVERSAL
from atlasbahamas_plugins.ledger.journal.models import FIRST_HASH, Journal, LedgerAccount, LedgerEntry, LedgerTransfer
from atlasbahamas_plugins.ledger.services import (
    PAYMENT,
    AccountKey,
    Entry,
    MalformedEntry,
    NotReversible,
    PeriodLocked,
    Source,
    Transfer,
    accounts,
    balance,
    balances,
    post,
    reverse,
    total,
)
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property


@pytest.fixture
def books(site: Site) -> Books:
    return open_books(site)


def is_postgresql(site: Site) -> bool:
    return bool(site.db.engine.dialect.name == "postgresql")


def take_back(site: Site, books: Books, *numbers: int, **more: Any) -> list[int]:
    with site.db.transaction() as db:
        return reverse(db, books.organisation_id, numbers, source=Source("test", "t-2"), now=site.clock.now(), **more)


def owed(site: Site, books: Books, **when: Any) -> int:
    with site.db.transaction("read") as db:
        return balance(db, books.owed, **when).cents


def test_an_entry_moves_cents_and_the_head(site: Site, books: Books) -> None:
    assert posted(site, books, books.charge(120_000), books.payment(50_000)) == [1, 2]
    assert posted(site, books, books.charge(1)) == [3]
    with site.db.transaction("read") as db:
        first, second, third = db.scalars(select(LedgerEntry).order_by(LedgerEntry.number))
        assert (first.previous_hash, second.previous_hash, third.previous_hash) == (FIRST_HASH, first.hash, second.hash)
        head = db.get_one(Journal, books.organisation_id)
        assert (head.number, head.hash) == (3, third.hash)
        assert balance(db, books.owed).cents == 70_001
        assert balance(db, books.bank).cents == 50_000
        assert balance(db, books.rent).cents == 120_001
        assert balance(db, books.deposit).cents == 0
        assert total(db, books.organisation_id, "receivable").cents == 70_001
        assert total(db, books.organisation_id, "deposit_held").cents == 0
        assert (total(db, books.organisation_id, "receivable").debit_cents) == 120_001


def test_an_entry_with_several_transfers_is_one(site: Site, books: Books) -> None:
    both = (Transfer(books.bank, books.owed, 70_000), Transfer(books.bank, books.deposit, 30_000))
    [number] = posted(site, books, books.entry(PAYMENT, JUNE, *both, memo="Rent and deposit", batch="run-1", by=1))
    with site.db.transaction("read") as db:
        entry = db.get_one(LedgerEntry, (books.organisation_id, number))
        assert (entry.transfer_count, entry.batch, entry.by_person_id, entry.kind) == (2, "run-1", 1, "payment")
        found = balances(db, [books.bank, books.owed, books.deposit])
        assert [found[ref].cents for ref in (books.bank, books.owed, books.deposit)] == [100_000, -70_000, 30_000]


def test_each_organisation_has_a_journal_of_its_own(site: Site, books: Books) -> None:
    other = open_books(site, ELSEWHERE)
    assert posted(site, books, books.charge(1)) == [1]
    assert posted(site, other, other.charge(2)) == [1]
    assert posted(site, books, books.charge(3)) == [2]
    with pytest.raises(MalformedEntry, match="another organisation's"):
        posted(site, books, books.entry(PAYMENT, JUNE, Transfer(other.bank, books.owed, 1)))


def test_balances_of_a_day_and_as_they_were_known(site: Site, books: Books) -> None:
    posted(site, books, books.charge(1000, date(2026, 5, 1)), books.charge(1000, date(2026, 6, 1)))
    then = site.clock.now()
    site.clock.move(days=10)
    posted(site, books, books.payment(600, date(2026, 5, 20)))
    assert owed(site, books) == 1400
    assert owed(site, books, as_at=date(2026, 4, 30)) == 0
    assert owed(site, books, as_at=date(2026, 5, 31)) == 400
    assert owed(site, books, known_at=then) == 2000
    assert owed(site, books, as_at=date(2026, 5, 31), known_at=then) == 1000


def test_accounts_are_found_again_and_opened_many_at_once(site: Site, books: Books) -> None:
    with site.db.transaction() as db:
        assert books_of(db) == books
        keys = [AccountKey(kind, books.lease_id) for kind, of in ACCOUNT_KINDS.items() if set(of.needs) <= {"lease_id"}]
        first = accounts(db, books.organisation_id, keys)
        assert accounts(db, books.organisation_id, reversed(keys)) == first
        assert first[AccountKey("receivable", books.lease_id)] == books.owed
        assert len({ref.id for ref in first.values()}) == len(keys)
        with pytest.raises(KeyError):
            accounts(db, books.organisation_id, [AccountKey("petty_cash")])


def test_an_account_is_of_what_belongs_to_the_organisation(site: Site, books: Books) -> None:
    other = open_books(site, ELSEWHERE)
    with site.db.transaction("read") as db:
        theirs = db.scalars(select(Property.id).where(Property.organisation_id == other.organisation_id)).first()
        contact = db.scalars(select(Contact.id).where(Contact.organisation_id == other.organisation_id)).first()
    wrong = {
        "another's lease": AccountKey("receivable", other.lease_id),
        "no lease": AccountKey("receivable"),
        "no owner": AccountKey("owner_payable"),
        "no roommate": AccountKey("roommate", books.lease_id),
        "another's property": AccountKey("bank", property_id=theirs),
        "another's owner": AccountKey("owner_payable", owner_id=contact),
        "a party of another lease": AccountKey("receivable", books.lease_id, party_id=10**6),
        "a party of no lease": AccountKey("bank", party_id=1),
    }
    for what, key in wrong.items():
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            accounts(db, books.organisation_id, [key])
            pytest.fail(what)


def test_what_no_journal_takes(site: Site, books: Books) -> None:
    before = site.counts()
    good = books.charge(1)
    for transfers in (
        [],
        *[[Transfer(books.owed, books.rent, cents)] for cents in (0, -1, 10**20, 1.5, True)],  # type: ignore[list-item]
        [Transfer(books.owed, books.owed, 1)],
    ):
        with pytest.raises(MalformedEntry):
            posted(site, books, good, dataclasses.replace(good, transfers=transfers))
    with pytest.raises(MalformedEntry, match="reverse"):
        posted(site, books, dataclasses.replace(good, kind=REVERSAL))
    assert site.counts() == before
    assert posted(site, books) == []


def test_a_request_that_reads_posts_nothing(site: Site, books: Books) -> None:
    posted(site, books, books.charge(1))
    with pytest.raises((WriteRefused, DBAPIError)), site.db.transaction("read") as db:
        post(db, books.organisation_id, [books.charge(1)], now=START)


def test_an_entry_is_taken_back_once(site: Site, books: Books) -> None:
    posted(site, books, books.charge(500), books.charge(700))
    assert take_back(site, books, 1) == [3]
    with site.db.transaction("read") as db:
        reversal = db.get_one(LedgerEntry, (books.organisation_id, 3))
        assert (reversal.kind, reversal.reverses, reversal.effective) == ("reversal", 1, JUNE)
    assert owed(site, books) == 700
    for numbers, words in (((1,), "already, by entry 3"), ((3,), "takes entry 1 back"), ((9,), "no entry 9"), ((2, 2), "once")):
        with pytest.raises(NotReversible, match=words):
            take_back(site, books, *numbers)
    with pytest.raises(Refused, match="cannot be taken back before"):
        take_back(site, books, 2, effective=JUNE - timedelta(days=1))
    assert take_back(site, books, 2, effective=JUNE + timedelta(days=9)) == [4]
    assert owed(site, books) == 0
    assert owed(site, books, as_at=JUNE) == 700


def test_nothing_is_posted_into_a_locked_period(site: Site, books: Books) -> None:
    posted(site, books, books.charge(500, date(2026, 4, 1)))
    lock(site, books, date(2026, 4, 30))
    with pytest.raises(PeriodLocked, match="30 April 2026") as refused:
        posted(site, books, books.charge(1, date(2026, 4, 30)))
    assert refused.value.locked_until == date(2026, 4, 30)
    with pytest.raises(PeriodLocked):
        take_back(site, books, 1, effective=date(2026, 4, 2))
    assert take_back(site, books, 1) == [2]
    with site.db.transaction("read") as db:
        assert db.get_one(LedgerEntry, (books.organisation_id, 2)).effective == date(2026, 5, 1)
    assert owed(site, books, as_at=date(2026, 4, 30)) == 500


def test_a_period_is_locked_when_it_is_over_and_opened_with_a_reason(site: Site, books: Books) -> None:
    def act(what: Any, *args: Any, **more: Any) -> None:
        with site.db.transaction() as db:
            db.info[ACTOR] = COMMAND
            what(db, db.get_one(Organisation, books.organisation_id), *args, **more)

    today = START.date()
    with pytest.raises(Refused, match="before today"):
        act(services.lock_period, today, today=today)
    act(services.lock_period, date(2026, 4, 30), today=today)
    with pytest.raises(Refused, match="already"):
        act(services.lock_period, date(2026, 4, 30), today=today)
    with pytest.raises(Refused, match="open already"):
        act(services.unlock_period, date(2026, 4, 30), reason="x")
    with pytest.raises(Refused, match="Say why"):
        act(services.unlock_period, None, reason=" ")
    act(services.unlock_period, date(2026, 3, 31), reason="A receipt was found")
    act(services.unlock_period, None, reason="All of it")
    with site.db.transaction("read") as db:
        assert services.locked_until(db, books.organisation_id) is None
        done = db.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("ledger:")).order_by(AuditEntry.id))
        assert list(done) == ["ledger:period:locked", *["ledger:period:unlocked"] * 2]


# Plain SQL

ENTRY = """(organisation_id, number, effective, posted_at, kind, source_kind, source_ref, reverses, transfer_count,
    previous_hash, hash) SELECT organisation_id, {number}, {effective}, posted_at, {kind}, 'x', 'x', {reverses}, {count},
    {previous}, 'h' FROM ledger_entry WHERE organisation_id = :org AND number = 3"""
LINE = "(organisation_id, entry_number, line, debit_account_id, credit_account_id, cents) VALUES (:org, {0})"


def entry(verb: str = "INSERT INTO", tail: str = "", **more: str) -> str:
    given = {"number": "4", "effective": "effective", "kind": "'charge'", "reverses": "NULL", "count": "1", "previous": "hash"}
    return f"{verb} ledger_entry {ENTRY.format(**{**given, **more})} {tail}"


def line(values: str, verb: str = "INSERT INTO", tail: str = "") -> str:
    return f"{verb} ledger_transfer {LINE.format(values)} {tail}"


GOOD_LINE = line("4, 1, :owed, :rent, 5")
REFUSED: dict[str, tuple[str, list[str]]] = {
    **{
        f"{table} {verb}": ("is_append_only", [statement])
        for table, change in {
            "ledger_entry": "hash = 'x'",
            "ledger_transfer": "cents = cents + 1",
            "ledger_account": "lease_id = NULL",
            "ledger_entry_words": "memo = 'x'",
            "ledger_words_release": "at = at",
        }.items()
        for verb, statement in (("update", f"UPDATE {table} SET {change}"), ("delete", f"DELETE FROM {table}"))
    },
    "the journal is deleted": ("is_append_only", ["DELETE FROM ledger_journal"]),
    "the head goes back": (guards.HEAD, ["UPDATE ledger_journal SET number = 2"]),
    "the head says another hash": (guards.HEAD, ["UPDATE ledger_journal SET hash = 'x'"]),
    "a balance shrinks": ("is_append_only", ["UPDATE ledger_balance SET debit_cents = debit_cents - 1"]),
    "a balance goes": ("is_append_only", ["DELETE FROM ledger_balance"]),
    "a total shrinks": ("is_append_only", ["UPDATE ledger_total SET credit_cents = 0"]),
    "a total goes": ("is_append_only", ["DELETE FROM ledger_total"]),
    "a late transfer": (guards.SEALED, [line("3, 2, :owed, :rent, 5")]),
    "a transfer that is sealed in one go": (guards.SEALED, [GOOD_LINE, entry(), line("4, 2, :owed, :rent, 5")]),
    "a transfer without an entry": ("(?i)foreign key", [GOOD_LINE]),
    "a transfer below zero": ("cents_above_zero", [line("4, 1, :owed, :rent, -5")]),
    "a transfer of nothing": ("cents_above_zero", [line("4, 1, :owed, :rent, 0")]),
    "a transfer to itself": ("accounts_differ", [line("4, 1, :owed, :owed, 5")]),
    "another organisation's account": ("(?i)foreign key", [line("4, 1, :owed, :foreign, 5"), entry()]),
    "an entry without transfers": (guards.TRANSFERS, [entry()]),
    "an entry that counts none": ("has_transfers|" + guards.TRANSFERS, [GOOD_LINE, entry(count="0")]),
    "an entry that counts too many": (guards.TRANSFERS, [GOOD_LINE, entry(count="2")]),
    "an entry that counts too few": (guards.TRANSFERS, [GOOD_LINE, line("4, 2, :rent, :owed, 5"), entry()]),
    "an entry with a gap in its lines": (guards.TRANSFERS, [line("4, 2, :owed, :rent, 5"), entry()]),
    "a number that is left out": (guards.CHAIN, [line("5, 1, :owed, :rent, 5"), entry(number="5")]),
    "a wrong previous hash": (guards.CHAIN, [GOOD_LINE, entry(previous="previous_hash")]),
    "a locked period": (guards.LOCKED, [GOOD_LINE, entry(effective="'2026-04-30'")]),
    "a reversal that is none": ("reversals_name_theirs", [GOOD_LINE, entry(kind="'reversal'")]),
    "a reversal by another name": ("reversals_name_theirs", [line("4, 1, :rent, :owed, 7"), entry(reverses="1")]),
    "a reversal of other cents": (guards.MIRROR, [line("4, 1, :rent, :owed, 6"), entry(kind="'reversal'", reverses="1")]),
    "a reversal the same way round": (guards.MIRROR, [line("4, 1, :owed, :rent, 7"), entry(kind="'reversal'", reverses="1")]),
    "a second reversal": (f"{guards.MIRROR}|uq_|UNIQUE", [line("4, 1, :rent, :owed, 9"), entry(kind="'reversal'", reverses="2")]),
    "a reversal of a reversal": (guards.MIRROR, [line("4, 1, :owed, :rent, 9"), entry(kind="'reversal'", reverses="3")]),
    "a reversal of itself": ("reverses_an_earlier_one|" + guards.MIRROR, [GOOD_LINE, entry(kind="'reversal'", reverses="4")]),
    "a reversal before its entry": (
        guards.MIRROR,
        [line("4, 1, :rent, :owed, 7"), entry(kind="'reversal'", reverses="1", effective="'2026-05-31'")],
    ),
    "words of an entry that has none": (guards.WORDS, ["INSERT INTO ledger_entry_words VALUES (:org, 2, 's', 'm')"]),
    "a kind of account that there is not": (
        guards.ACCOUNT,
        ["INSERT INTO ledger_account (organisation_id, kind, subject) VALUES (:org, 'petty', '')"],
    ),
    "a subject that is another": (
        "subject_is_whole",
        ["INSERT INTO ledger_account (organisation_id, kind, subject) VALUES (:org, 'bank', 'l1')"],
    ),
    "the same account again": (
        f"uq_ledger|{guards.ACCOUNT}",
        ["INSERT INTO ledger_account (organisation_id, kind, subject) VALUES (:org, 'bank', '')"],
    ),
    "a journal that begins in the middle": (
        guards.HEAD,
        ["INSERT INTO ledger_journal (organisation_id, number, hash) VALUES (:other, 1, 'x')"],
    ),
    "an entry is upserted": (
        "is_append_only|continues_the_chain",
        [entry(number="3", tail="ON CONFLICT (organisation_id, number) DO UPDATE SET kind = 'x'")],
    ),
    "a transfer is upserted": (
        "is_append_only|is_sealed",
        [line("3, 1, :owed, :rent, 5", tail="ON CONFLICT (organisation_id, entry_number, line) DO UPDATE SET cents = 1")],
    ),
}
ON_SQLITE: dict[str, tuple[str, list[str]]] = {
    "an entry is replaced": ("is_append_only|continues_the_chain", [entry("REPLACE INTO", number="3")]),
    "a transfer is replaced": ("is_append_only|is_sealed", [line("3, 1, :owed, :rent, 5", "REPLACE INTO")]),
    "a transfer is replaced by its row": (
        "is_append_only",
        [
            "INSERT OR REPLACE INTO ledger_transfer (rowid, organisation_id, entry_number, line, debit_account_id,"
            " credit_account_id, cents) SELECT max(rowid), :org, 4, 1, :owed, :rent, 5 FROM ledger_transfer"
        ],
    ),
    "a reversal is replaced": (
        guards.MIRROR,
        [line("4, 1, :rent, :owed, 9"), entry("INSERT OR REPLACE INTO", kind="'reversal'", reverses="2")],
    ),
    "an account is replaced": (
        "is_append_only|" + guards.ACCOUNT,
        ["REPLACE INTO ledger_account (organisation_id, kind, subject) VALUES (:org, 'bank', '')"],
    ),
    "the journal is replaced": (
        "is_append_only",
        [f"REPLACE INTO ledger_journal (organisation_id, number, hash) VALUES (:org, 0, '{FIRST_HASH}')"],
    ),
    "a balance is replaced": ("is_append_only", ["REPLACE INTO ledger_balance VALUES (:owed, 0, 0)"]),
    "a total is replaced": ("is_append_only", ["REPLACE INTO ledger_total VALUES (:org, 'receivable', 0, 0)"]),
    "a total is replaced by its row": (
        "is_append_only",
        [
            "REPLACE INTO ledger_total (rowid, organisation_id, kind, debit_cents, credit_cents)"
            " SELECT rowid, :other, 'bank', 0, 0 FROM ledger_total WHERE organisation_id = :org AND kind = 'receivable'"
        ],
    ),
    "words are replaced": ("is_append_only", ["REPLACE INTO ledger_entry_words VALUES (:org, 1, 's', 'm')"]),
}
ON_POSTGRESQL: dict[str, tuple[str, list[str]]] = {
    **{
        f"{table} is truncated": ("is_append_only", [f"TRUNCATE {table} CASCADE"])
        for table in ("ledger_entry", "ledger_transfer", "ledger_account", "ledger_journal", "ledger_balance", "ledger_total")
    },
    "people are truncated": ("is_append_only", ["TRUNCATE person CASCADE"]),
}


@pytest.fixture
def attacked(site: Site, books: Books) -> dict[str, int]:
    """A journal with two charges and the reversal of the second, a locked period, and a memo that was let go."""
    other = open_books(site, ELSEWHERE)
    lock(site, books, date(2026, 4, 30))
    posted(site, books, books.charge(7, memo="Rent"), books.charge(9))
    take_back(site, books, 2, memo="Soon let go")
    with site.db.transaction() as db:
        db.execute(text("INSERT INTO ledger_words_release VALUES (:org, 3, :at)"), {"org": books.organisation_id, "at": START})
        db.execute(text("DELETE FROM ledger_entry_words WHERE entry_number = 3"))
    named = {"owed": books.owed.id, "rent": books.rent.id, "foreign": other.bank.id, "other": other.organisation_id}
    return {"org": books.organisation_id, **named}


def run(site: Site, statements: list[str], values: dict[str, int]) -> None:
    with site.db.transaction() as db:
        for statement in statements:
            db.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


def test_plain_sql_is_refused_and_changes_nothing(site: Site, attacked: dict[str, int]) -> None:
    before = site.counts()
    for what, (refusal, statements) in {**REFUSED, **(ON_POSTGRESQL if is_postgresql(site) else ON_SQLITE)}.items():
        with pytest.raises(IntegrityError, match=refusal):
            run(site, statements, attacked)
            pytest.fail(what)
        assert site.counts() == before, what


def test_plain_sql_that_keeps_to_the_rules_passes(site: Site, attacked: dict[str, int]) -> None:
    """So it is the rule that refuses, and not the form of the statements. Sums are kept for these too."""
    run(site, [GOOD_LINE, entry()], attacked)
    values = {**attacked}
    mirrored = entry(number="5", kind="'reversal'", reverses="1", previous="'h'")
    run(site, [line("5, 1, :rent, :owed, 7"), mirrored], values)
    with site.db.transaction("read") as db:
        assert db.get_one(Journal, attacked["org"]).number == 5
        rows = db.execute(select(LedgerTransfer.debit_account_id, LedgerTransfer.cents)).all()
        assert (
            sum(cents for account_id, cents in rows if account_id == attacked["owed"])
            == total(db, attacked["org"], "receivable").debit_cents
        )
        assert total(db, attacked["org"], "receivable").cents == 5


@pytest.mark.parametrize("profile", ["embedded"])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO", "INSERT OR ABORT INTO"])
def test_sums_are_kept_whatever_word_an_insert_has(site: Site, attacked: dict[str, int], verb: str) -> None:
    """SQLite hands the word for conflicts of a statement down to what its triggers do."""
    run(site, [line("4, 1, :owed, :rent, 5", verb), entry(verb)], attacked)
    with site.db.transaction("read") as db:
        assert total(db, attacked["org"], "receivable").debit_cents == 7 + 9 + 5
        kept = db.execute(text("SELECT debit_cents FROM ledger_balance WHERE account_id = :owed"), attacked).scalar_one()
        assert kept == 7 + 9 + 5


def test_one_account_for_one_subject(site: Site, books: Books) -> None:
    with site.db.transaction("read") as db:
        found = db.scalars(select(LedgerAccount).where(LedgerAccount.kind == "bank")).one()
        assert (found.subject, found.lease_id) == ("", None)


def test_entries_sources_name_what_made_them(site: Site, books: Books) -> None:
    [number] = posted(site, books, Entry(PAYMENT, JUNE, [Transfer(books.bank, books.owed, 1)], Source("payment", "p-1")))
    with site.db.transaction("read") as db:
        entry = db.get_one(LedgerEntry, (books.organisation_id, number))
        assert (entry.source_kind, entry.source_ref) == ("payment", "p-1")
