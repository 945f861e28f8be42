"""What the database refuses about deposits, and what it keeps by itself, on both databases and whoever writes.

What is held of a lease, and what is to be paid back, never goes below zero; nothing is used of a deposit that was not paid. Both
are asked when an entry seals its transfers, so what entries do to each other in one statement does not depend on their order.
What becomes of deposits says what its entry moved, and is void when that is taken back, whoever does it.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing

HELD = "ledger_deposit_is_not_below_zero"
DISPOSITION = "ledger_disposition_is_of_its_entry"
REFUND = "ledger_refund_is_of_its_entry"
VOID = "ledger_deposit_void_is_by_a_reversal"

DISPOSITION_SOURCE, REFUND_SOURCE = "disposition", "refund"
"""What the entries say that they come from."""

_OF_DEPOSITS = "('deposit_held', 'deposit_receivable')"


def _moved(entry: str, side: str, lease: str, kinds: str) -> str:
    """SQL: cents that an entry moves on one side of the accounts of some kinds of a lease."""
    return f"""coalesce((SELECT sum(moved.cents) FROM ledger_transfer AS moved
        JOIN ledger_account AS its ON its.id = moved.{side}_account_id AND its.kind IN {kinds} AND its.lease_id = {lease}
        WHERE moved.organisation_id = {entry}.organisation_id AND moved.entry_number = {entry}.number), 0)"""


def _takes_what_is_not_there(entry: str) -> str:
    """SQL over a row of an entry: it leaves less than nothing held or payable, or uses what nobody paid."""
    really = f"""(SELECT sum(balance.credit_cents - balance.debit_cents) FROM ledger_balance AS balance
        JOIN ledger_account AS one ON one.id = balance.account_id
        WHERE one.lease_id = held.lease_id AND one.kind IN {_OF_DEPOSITS})"""
    less = f"{_moved(entry, 'credit', 'held.lease_id', _OF_DEPOSITS)} < {_moved(entry, 'debit', 'held.lease_id', _OF_DEPOSITS)}"
    return f"""EXISTS (SELECT 1 FROM ledger_transfer AS line
        JOIN ledger_account AS held ON held.id = line.debit_account_id AND held.kind IN ('deposit_held', 'refund_payable')
        JOIN ledger_balance AS left_over ON left_over.account_id = held.id
        WHERE line.organisation_id = {entry}.organisation_id AND line.entry_number = {entry}.number
        AND (left_over.credit_cents < left_over.debit_cents OR (held.kind = 'deposit_held' AND {really} < 0 AND {less})))"""


_NOT_BELOW_ZERO = Trigger(
    HELD,
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER {HELD} AFTER INSERT ON ledger_entry WHEN {_takes_what_is_not_there("NEW")}
            BEGIN SELECT RAISE(ABORT, '{HELD}'); END""",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION {HELD}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added WHERE {_takes_what_is_not_there("added")}) THEN
                RAISE EXCEPTION '{HELD}' USING ERRCODE = '23514', CONSTRAINT = '{HELD}';
            END IF;
            RETURN NULL;
        END $$""",
        f"""CREATE TRIGGER {HELD} AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {HELD}()""",
    ),
)


def _differ(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _differ_or_null(*columns: str) -> str:
    return " OR ".join(f"coalesce(NEW.{column}, 0) <> coalesce(OLD.{column}, 0)" for column in columns)


_NOT_BY_A_REVERSAL = f"""{_differ_or_null("voided_by")} AND (OLD.voided_by IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.voided_by AND reverses = NEW.entry_number))"""


def _from_its_source(kind: str) -> str:
    return f"""NEW.voided_by IS NULL AND EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.entry_number AND source_kind = '{kind}'
        AND source_ref = NEW.ref AND reverses IS NULL)"""


def _entry_moves(debit: str, credits: str) -> str:
    return f"""(SELECT coalesce(sum(line.cents), 0) FROM ledger_transfer AS line
        JOIN ledger_account AS away ON away.id = line.debit_account_id AND away.kind = '{debit}' AND away.lease_id = NEW.lease_id
        JOIN ledger_account AS goes ON goes.id = line.credit_account_id AND goes.kind IN {credits}
        WHERE line.organisation_id = NEW.organisation_id AND line.entry_number = NEW.entry_number)"""


_DISPOSITION_ASTRAY = f"""NOT ({_from_its_source(DISPOSITION_SOURCE)})
    OR NEW.used_cents <> {_entry_moves("deposit_held", "('receivable', 'bill_receivable')")}
    OR NEW.back_cents <> {_entry_moves("deposit_held", "('refund_payable')")}"""
_REFUND_ASTRAY = f"""NOT ({_from_its_source(REFUND_SOURCE)})
    OR NEW.cents <> {_entry_moves("refund_payable", "('bank', 'undeposited', 'clearing')")}"""

_KEPT = ("id", "ref", "organisation_id", "lease_id", "entry_number", "made")
_TABLES = ("ledger_disposition", "ledger_refund")


def _voids(reversal: str, source: str = "") -> str:
    return " ".join(
        f"""UPDATE {table} SET voided_by = {reversal}.number, reason = CASE reason WHEN '' THEN '-' ELSE reason END {source}
            WHERE {table}.organisation_id = {reversal}.organisation_id AND entry_number = {reversal}.reverses;"""
        for table in _TABLES
    )


_VOIDED_WITH_ITS_ENTRY = Trigger(
    "ledger_deposit_voided",
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER ledger_deposit_voided AFTER INSERT ON ledger_entry WHEN NEW.reverses IS NOT NULL BEGIN
        {_voids("NEW")} END""",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION ledger_deposit_voided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added WHERE reverses IS NOT NULL) THEN
                {_voids("added", "FROM added")}
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_deposit_voided AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_deposit_voided()""",
    ),
)


def _stays(table: str, *columns: str, optional: tuple[str, ...]) -> tuple[Trigger, ...]:
    return (
        *append_only(table, "id", changed_if=f"{_differ(*_KEPT, *columns)} OR {_differ_or_null(*optional)}"),
        refusing(f"{table}_void", table, VOID, "UPDATE", _NOT_BY_A_REVERSAL),
    )


TRIGGERS = (
    _NOT_BELOW_ZERO,
    *_stays("ledger_disposition", "statement_id", "day", "held_cents", "used_cents", "back_cents", optional=("by_person_id",)),
    refusing(
        DISPOSITION,
        "ledger_disposition",
        DISPOSITION,
        "INSERT",
        _DISPOSITION_ASTRAY,
        on_sqlite=""" OR EXISTS (SELECT 1 FROM ledger_disposition
            WHERE ref = NEW.ref OR (lease_id = NEW.lease_id AND voided_by IS NULL))""",
    ),
    *_stays("ledger_refund", "cents", "paid_on", "rail", optional=("party_id", "by_person_id")),
    refusing(
        REFUND,
        "ledger_refund",
        REFUND,
        "INSERT",
        _REFUND_ASTRAY,
        on_sqlite=" OR EXISTS (SELECT 1 FROM ledger_refund WHERE ref = NEW.ref)",
    ),
    _VOIDED_WITH_ITS_ENTRY,
)
