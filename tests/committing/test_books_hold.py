"""Proving the books: by `atlas ledger verify`, and by anybody with the file of `atlas ledger export` and its script."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from books import ELSEWHERE, JUNE, Books, lock, open_books, posted
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper, Session

from atlasbahamas.cli import atlas
from atlasbahamas.db import metadata
from atlasbahamas.db.triggers import apply_triggers, drop_triggers
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import FEATURES, START, Site
from atlasbahamas_plugins.ledger import tables, verify_export
from atlasbahamas_plugins.ledger.journal import exporting, proving
from atlasbahamas_plugins.ledger.journal.chain import hash_of
from atlasbahamas_plugins.ledger.journal.models import Journal, LedgerAccount, LedgerEntry
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.ledger.services import (
    ADJUSTMENT,
    AccountKey,
    NotReversible,
    PeriodLocked,
    Source,
    Transfer,
    account,
    balance,
    post,
    reverse,
    total,
)

WRITERS, EACH = 6, 15


def verified(site: Site, books: Books) -> proving.Verified:
    with proving.whole_view(site.db) as db:
        return proving.verify(db, books.organisation_id)


def exported(site: Site, books: Books) -> list[str]:
    with proving.whole_view(site.db) as db:
        return list(exporting.export(db, books.organisation_id, "ref"))


def proved_by_file(lines: list[str]) -> list[str]:
    return verify_export.read(lines, lines).findings


def take_back(site: Site, books: Books, *numbers: int, **more: Any) -> list[int]:
    with site.db.transaction() as db:
        return reverse(db, books.organisation_id, numbers, source=Source("test", "t-2"), now=site.clock.now(), **more)


# Many at once


def test_many_who_post_at_once_leave_one_chain_without_gaps(site: Site) -> None:
    """The journal is opened by whoever comes first, and somebody gives up in the middle: numbers have no gaps."""
    books = open_books(site)
    ready, errors = threading.Barrier(WRITERS), []

    def once(number: int, round_: int) -> None:
        with site.db.transaction() as db:
            both = [books.charge(100 + number), books.payment(1 + number)]
            post(db, books.organisation_id, both if number % 2 else both[:1], now=site.clock.now())
            if round_ % 5 == 4:
                raise RuntimeError("given up")

    def write(number: int) -> None:
        ready.wait(30)
        for round_ in range(EACH):
            try:
                once(number, round_)
            except RuntimeError:
                continue
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    kept = EACH - EACH // 5
    seen = verified(site, books)
    assert (seen.entries, seen.findings) == (kept * (WRITERS + WRITERS // 2), [])
    with site.db.transaction("read") as db:
        charged = sum(kept * (100 + number) for number in range(WRITERS))
        paid = sum(kept * (1 + number) for number in range(WRITERS) if number % 2)
        assert balance(db, books.owed).cents == charged - paid


def test_many_who_take_one_entry_back_do_it_once(site: Site) -> None:
    books = open_books(site)
    posted(site, books, books.charge(500))
    ready, answers = threading.Barrier(WRITERS), []

    def act() -> None:
        ready.wait(30)
        try:
            answers.append(take_back(site, books, 1))
        except NotReversible:
            answers.append([])

    threads = [threading.Thread(target=act) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [[]] * (WRITERS - 1) + [[2]]
    assert verified(site, books).findings == []


@pytest.mark.parametrize("profile", ["server"])
def test_a_transfer_that_waits_for_the_head_finds_the_entry_sealed(site: Site) -> None:
    """Plain SQL beside a service that posts: its line for the next number waits for the head, and then comes too late."""
    books = open_books(site)
    posted(site, books, books.charge(500))
    late = text("INSERT INTO ledger_transfer VALUES (:org, 2, 2, :owed, :rent, 5)")
    values = {"org": books.organisation_id, "owed": books.owed.id, "rent": books.rent.id}
    answers: list[str] = []

    def attack() -> None:
        try:
            with site.db.transaction() as db:
                db.execute(late, values)
            answers.append("committed")
        except Exception as error:
            answers.append(str(error))

    with site.db.transaction() as db:
        post(db, books.organisation_id, [books.charge(700)], now=START)
        attacker = threading.Thread(target=attack)
        attacker.start()
        attacker.join(1)
        assert attacker.is_alive()
    attacker.join(30)
    assert len(answers) == 1
    assert "ledger_entry_is_sealed" in answers[0]
    assert verified(site, books).findings == []


# Random books


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[str, Any]]:
    days = st.integers(-90, 90).map(lambda days: JUNE + timedelta(days=days))
    pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 10**6)), min_size=1, max_size=3)
    one = st.one_of(
        st.tuples(st.just("post"), st.lists(st.tuples(days, pairs, st.sampled_from(["", "Repair of the stove"])), max_size=4)),
        st.tuples(
            st.just("reverse"), st.tuples(st.lists(st.integers(1, 12), min_size=1, max_size=3), st.one_of(st.none(), days))
        ),
        st.tuples(st.just("lock"), st.integers(30, 90).map(lambda days: JUNE - timedelta(days=days))),
    )
    return draw(st.lists(one, min_size=1, max_size=12))


class Oracle:
    """The books as plain Python would keep them: every transfer that was posted, with its day."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, date, int, int, int]] = []
        self.next = 1

    def add(self, day: date, transfers: list[tuple[int, int, int]]) -> None:
        self.rows.extend((self.next, day, *transfer) for transfer in transfers)
        self.next += 1

    def of(self, number: int) -> list[tuple[int, int, int]]:
        return [(debit, credit, cents) for at, _, debit, credit, cents in self.rows if at == number]

    def net(self, account: int, until: date = date.max) -> int:
        rows = [row for row in self.rows if row[1] <= until]
        return sum(cents for *_, debit, _c, cents in rows if debit == account) - sum(
            cents for *_, credit, cents in rows if credit == account
        )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings())
def test_random_books_hold_and_say_what_plain_python_says(site: Site, what: list[tuple[str, Any]]) -> None:
    books = fresh_books(site)
    # What is held for tenants never goes below nothing; test_deposits.py has that.
    with site.db.transaction() as db:
        openings = account(db, books.organisation_id, AccountKey("opening_balances"))
    refs = [books.owed, books.rent, books.bank, openings]
    oracle = Oracle()
    for name, values in what:
        if name == "lock":
            try:
                lock(site, books, values)
            except Refused:
                continue
        elif name == "post":
            drawn = [
                (day, [(refs[first], refs[(first + step) % 4], cents) for first, step, cents in pairs], memo)
                for day, pairs, memo in values
            ]
            entries = [
                books.entry(ADJUSTMENT, day, *[Transfer(*each) for each in moved], memo=memo) for day, moved, memo in drawn
            ]
            try:
                numbers = posted(site, books, *entries)
            except PeriodLocked:
                continue
            assert numbers == list(range(oracle.next, oracle.next + len(entries)))
            for day, moved, _ in drawn:
                oracle.add(day, [(debit.id, credit.id, cents) for debit, credit, cents in moved])
        else:
            numbers, day = values
            try:
                made = take_back(site, books, *numbers, effective=day)
            except Refused:
                continue
            with site.db.transaction("read") as db:
                days = [db.get_one(LedgerEntry, (books.organisation_id, number)).effective for number in made]
            for number, on in zip(numbers, days, strict=True):
                oracle.add(on, [(credit, debit, cents) for debit, credit, cents in oracle.of(number)])
    seen = verified(site, books)
    assert seen.findings == []
    assert (seen.entries, seen.transfers) == (oracle.next - 1, len(oracle.rows))
    assert proved_by_file(exported(site, books)) == []
    with site.db.transaction("read") as db:
        for ref in refs:
            side = 1 if ref.kind in ("receivable", "bank") else -1
            assert balance(db, ref).cents == side * oracle.net(ref.id)
            assert balance(db, ref, as_at=JUNE).cents == side * oracle.net(ref.id, JUNE)
            assert total(db, books.organisation_id, ref.kind).cents == balance(db, ref).cents
        assert sum(balance(db, ref).debit_cents - balance(db, ref).credit_cents for ref in refs) == 0


EVERYTHING = (
    *("ledger_words_release", "ledger_entry_words", "ledger_transfer", "ledger_entry"),
    *("ledger_balance", "ledger_total", "ledger_account", "ledger_journal"),
)


def fresh_books(site: Site) -> Books:
    """The books before anything happened. Only who owns the database can have that twice."""
    with site.db.write_engine.connect() as connection, connection.begin():
        drop_triggers(connection, tables.TRIGGERS)
        for table in EVERYTHING:
            connection.execute(text(f"DELETE FROM {table}"))
        apply_triggers(connection, tables.TRIGGERS)
    return open_books(site)


# What somebody changed


@pytest.fixture
def kept(site: Site) -> Books:
    """Books with some of everything."""
    books = open_books(site)
    both = (Transfer(books.bank, books.owed, 70_000), Transfer(books.bank, books.deposit, 30_000))
    posted(
        site,
        books,
        books.charge(120_000, memo="Rent of June", batch="run-1", by=1),
        books.entry(ADJUSTMENT, JUNE, *both, memo="Paid in one"),
        books.charge(5_000, by=1),
        books.payment(900),
    )
    take_back(site, books, 3, memo="By mistake", by=1)
    with site.db.transaction() as db:
        db.execute(text("INSERT INTO ledger_words_release VALUES (:org, 5, :at)"), {"org": books.organisation_id, "at": START})
        db.execute(text("DELETE FROM ledger_entry_words WHERE entry_number = 5"))
    return books


UNPROVED = {
    ("ledger_journal", "locked_until"): "whoever may changes it at any time; the audit keeps who did",
    ("ledger_words_release", "at"): "when a memo was let go is in no hash",
}
NOT_IN_A_FILE = {
    ("ledger_entry_words", "salt"): "no memo is in a file",
    ("ledger_entry_words", "memo"): "no memo is in a file",
    ("ledger_entry_words", "entry_number"): "no memo is in a file",
    ("ledger_entry_words", "organisation_id"): "no memo is in a file",
    ("ledger_words_release", "entry_number"): "no memo is in a file",
    ("ledger_words_release", "organisation_id"): "no memo is in a file",
    ("ledger_entry", "transfer_count"): "a file has the transfers themselves",
    ("ledger_account", "lease_id"): "the subject says it",
    ("ledger_account", "party_id"): "the subject says it",
    ("ledger_account", "property_id"): "the subject says it",
    ("ledger_account", "owner_id"): "the subject says it",
    ("ledger_journal", "number"): "the head says where the next entry goes",
    ("ledger_journal", "hash"): "the head says where the next entry goes",
    ("ledger_journal", "organisation_id"): "the head says where the next entry goes",
}


def _is_of_books(mapper: Mapper[Any]) -> bool:
    """What was charged and paid is proved where it is kept: the books know it by its entries."""
    return mapper.class_.__module__ == Journal.__module__


LEDGER = [metadata.tables[name] for name in sorted(each.local_table.name for each in Base.registry.mappers if _is_of_books(each))]


@contextmanager
def owning(site: Site) -> Iterator[Session]:
    """Who owns the database takes triggers and constraints away. Everything is undone afterwards."""
    with site.db.write_engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        drop_triggers(connection, tables.TRIGGERS)
        if not sqlite:
            own = "contype IN ('c', 'f') AND 'ledger_' IN (left(r.relname, 7), left(coalesce(f.relname, ''), 7))"
            found = connection.exec_driver_sql(
                "SELECT r.relname, conname FROM pg_constraint JOIN pg_class r ON r.oid = conrelid"
                f" LEFT JOIN pg_class f ON f.oid = confrelid WHERE {own}"
            ).all()
            for table, name in found:
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            with Session(connection, join_transaction_mode="rollback_only") as db:
                yield db
        finally:
            connection.rollback()
            if sqlite:
                connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


def others(name: str, value: Any, keys: dict[str, list[int]]) -> list[Any]:
    """Values that differ as little as can be, and are nothing that nobody could read."""
    if value is None:
        return {"words_digest": ["0" * 64], "reverses": [1], "batch": ["x"]}.get(name, [])
    if name in keys:
        return [other for other in keys[name] if other != value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, str):
        return [f"{value[:-1]}{'0' if value.endswith('1') else '1'}", f"{value} "]
    return [value + timedelta(microseconds=1) if isinstance(value, datetime) else value + timedelta(days=1)]


@pytest.mark.parametrize("table", LEDGER, ids=lambda table: table.name)
def test_every_value_that_somebody_changes_is_found(site: Site, kept: Books, table: Table) -> None:
    with owning(site) as db:
        accounts = list(db.scalars(select(LedgerAccount.id).where(LedgerAccount.organisation_id == kept.organisation_id)))
        keys = {"debit_account_id": accounts, "credit_account_id": accounts, "account_id": [*accounts, 10**6]}
        rows = db.execute(select(table)).all()
        assert rows
        for column in table.columns:
            if (table.name, column.name) in UNPROVED:
                continue
            tried = 0
            for row in rows:
                which = [key == getattr(row, key.name) for key in table.primary_key.columns]
                for value in others(column.name, getattr(row, column.name), keys):
                    point = db.begin_nested()
                    try:
                        db.execute(update(table).where(*which).values({column.name: value}))
                    except IntegrityError:
                        point.rollback()  # there is a row with that key already
                        continue
                    if db.execute(select(column).where(*which)).scalars().first() == getattr(row, column.name):
                        point.rollback()  # PostgreSQL cuts spaces off that are too much
                        continue
                    tried += 1
                    what = (table.name, column.name, getattr(row, column.name), value)
                    assert proving.verify(db, kept.organisation_id).findings, what
                    if (table.name, column.name) not in NOT_IN_A_FILE:
                        assert proved_by_file(list(exporting.export(db, kept.organisation_id, "ref"))), what
                    point.rollback()
            assert tried or all(getattr(row, column.name) is None for row in rows), column
        assert proving.verify(db, kept.organisation_id).findings == []


LOST = (
    "ledger_entry",
    "ledger_transfer",
    "ledger_balance",
    "ledger_total",
    "ledger_journal",
    "ledger_entry_words",
    "ledger_account",
)


@pytest.mark.parametrize("table", [metadata.tables[name] for name in LOST], ids=lambda table: table.name)
def test_every_row_that_somebody_takes_away_is_found(site: Site, kept: Books, table: Table) -> None:
    with owning(site) as db:
        for row in db.execute(select(table)).all():
            point = db.begin_nested()
            db.execute(delete(table).where(*[key == getattr(row, key.name) for key in table.primary_key.columns]))
            assert proving.verify(db, kept.organisation_id).findings, row
            point.rollback()


def test_a_hash_that_was_worked_out_anew_breaks_the_chain(site: Site, kept: Books) -> None:
    with owning(site) as db:
        db.execute(text("UPDATE ledger_transfer SET cents = cents + 1 WHERE entry_number = 1"))
        row = next(proving.read_entries(db, kept.organisation_id))
        db.execute(text("UPDATE ledger_entry SET hash = :hash WHERE number = 1"), {"hash": hash_of(row.sealed.canonical())})
        findings = proving.verify(db, kept.organisation_id).findings
        assert findings[0].where == "entry 2"
        assert "does not continue the chain" in findings[0].problem


def test_two_processes_find_what_one_does(site: Site, kept: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "ALONE_UP_TO", 2)

    def both() -> proving.Verified:
        with proving.whole_view(site.db) as db:
            alone = proving.verify(db, kept.organisation_id)
            beside = proving.verify(db, kept.organisation_id, database=site.db)
        assert beside == alone
        return beside

    assert both().findings == []
    with site.db.write_engine.begin() as connection:
        drop_triggers(connection, tables.TRIGGERS)
        # In the part of either: of five entries this process checks the first two.
        connection.exec_driver_sql("UPDATE ledger_transfer SET cents = cents + 1 WHERE entry_number IN (1, 4)")
    assert [finding.where for finding in both().findings][:2] == ["entry 1", "entry 4"]


def test_every_byte_of_a_file_counts(site: Site, kept: Books) -> None:
    lines = exported(site, kept)
    assert proved_by_file(lines) == []
    for number, line in enumerate(lines):
        for at in range(len(line)):
            other = chr(ord(line[at]) ^ 1)
            changed = [*lines[:number], f"{line[:at]}{other}{line[at + 1 :]}", *lines[number + 1 :]]
            assert proved_by_file(changed), (number, at)
        assert proved_by_file([*lines[:number], *lines[number + 1 :]]), number
    assert proved_by_file([*lines, lines[1]])


# The commands


def run_atlas(site: Site, folder: Path, *words: str) -> Result:
    ini = folder / "site.ini"
    features = "\n".join(f"    {name}" for name in FEATURES)
    ini.write_text(
        f"[app:main]\nuse = egg:atlasbahamas\natlas.secret = x\nsqlalchemy.url = {site.url}\natlas.plugins =\n{features}\n"
    )
    return CliRunner().invoke(atlas, ["-c", str(ini), "ledger", *words])


def ref_of(site: Site, books: Books) -> str:
    with site.db.transaction("read") as db:
        return db.get_one(Organisation, books.organisation_id).ref


def test_the_command_proves_all_books_and_says_where_they_do_not_hold(site: Site, kept: Books, tmp_path: Path) -> None:
    other = open_books(site, ELSEWHERE)
    posted(site, other, other.charge(5))
    done = run_atlas(site, tmp_path, "verify")
    assert done.exit_code == 0, done.output
    assert "All books hold." in done.output
    assert "5 entries, 6 transfers" in done.output
    ref = ref_of(site, kept)
    with site.db.write_engine.connect() as connection, connection.begin():
        drop_triggers(connection, tables.TRIGGERS)
        connection.execute(
            text("UPDATE ledger_transfer SET cents = 7 WHERE entry_number = 4 AND organisation_id = :org"),
            {"org": kept.organisation_id},
        )
    done = run_atlas(site, tmp_path, "verify")
    assert done.exit_code == 1
    assert f"{ref}: entry 4 was changed: its content does not fit its hash" in done.output
    assert f"{ref}: the balance of account {kept.owed.id} says" in done.output
    assert f"{ref}: the total of receivable says" in done.output
    assert run_atlas(site, tmp_path, "verify", "--organisation", ref_of(site, other)).exit_code == 0
    missing = run_atlas(site, tmp_path, "verify", "--organisation", "nobody-1")
    assert (missing.exit_code, "has books" in missing.output) == (1, True)


def test_the_file_is_proved_with_python_alone(site: Site, kept: Books, tmp_path: Path) -> None:
    file, ref = tmp_path / "books.jsonl", ref_of(site, kept)
    done = run_atlas(site, tmp_path, "export", "--organisation", ref, "--script", str(file))
    assert done.exit_code == 0, done.output
    assert "Rent of June" not in file.read_text()

    def proved() -> subprocess.CompletedProcess[str]:
        # -I: without whatever is installed beside the standard library in the folder or the environment.
        words = [sys.executable, "-I", "-S", str(tmp_path / "verify_export.py"), str(file)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    fine = proved()
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "5 entries, 6 transfers." in fine.stdout
    assert "They hold." in fine.stdout
    file.write_text(file.read_text().replace("120000", "120001"))
    changed = proved()
    assert changed.returncode == 1
    assert "entry 1 was changed" in changed.stdout
    missing = run_atlas(site, tmp_path, "export", "--organisation", "nobody-1", str(tmp_path / "no.jsonl"))
    assert (missing.exit_code, (tmp_path / "no.jsonl").exists()) == (1, False)


def test_a_memo_that_was_let_go_leaves_the_books_whole(site: Site, kept: Books) -> None:
    with site.db.transaction() as db:
        db.execute(text("INSERT INTO ledger_words_release VALUES (:org, 1, :at)"), {"org": kept.organisation_id, "at": START})
        db.execute(text("DELETE FROM ledger_entry_words WHERE entry_number = 1"))
    assert verified(site, kept).findings == []
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(text("DELETE FROM ledger_entry_words WHERE entry_number = 2"))
