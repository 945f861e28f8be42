"""What the database refuses about the journal, and what it keeps by itself: seals, the chain, the head, balances and totals.

On SQLite a trigger looks at each row. On PostgreSQL one looks at all rows of a statement, through a transition table, because a
rent run of 100,000 entries would otherwise take most of its time here (docs/decisions/0020). Both lock out whoever else posts:
SQLite has one writer, and the triggers of PostgreSQL take the head of the journal first, also for plain SQL.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing
from atlasbahamas_plugins.ledger.journal.kinds import ACCOUNT_KINDS
from atlasbahamas_plugins.ledger.journal.models import FIRST_HASH

SEALED = "ledger_entry_is_sealed"
CHAIN = "ledger_entry_continues_the_chain"
TRANSFERS = "ledger_entry_has_its_transfers"
LOCKED = "ledger_period_is_locked"
NO_JOURNAL = "ledger_transfer_is_of_a_journal"
MIRROR = "ledger_reversal_mirrors_once"
HEAD = "ledger_journal_head_is_the_last_entry"
ACCOUNT = "ledger_account_is_of_its_organisation"
WORDS = "ledger_words_belong_to_an_entry"


def _listed(values: list[str]) -> str:
    return ", ".join(repr(value) for value in values)


def _does_not_fit(account: str) -> str:
    """SQL over a row of an account: of no known kind, without what its kind needs, or of what is not the organisation's."""
    needs = " OR ".join(
        f"({account}.{column} IS NULL AND {account}.kind IN ({_listed(kinds)}))"
        for column in ("lease_id", "party_id", "owner_id")
        for kinds in [[name for name, kind in ACCOUNT_KINDS.items() if column in kind.needs]]
    )
    its = f"organisation_id = {account}.organisation_id"
    return f"""{account}.kind NOT IN ({_listed(list(ACCOUNT_KINDS))}) OR {needs}
        OR ({account}.lease_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = {account}.lease_id AND {its}))
        OR ({account}.party_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM leasing_party WHERE id = {account}.party_id AND lease_id = {account}.lease_id))
        OR ({account}.owner_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM portfolio_contact WHERE id = {account}.owner_id AND {its}))
        OR ({account}.property_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM portfolio_property WHERE id = {account}.property_id AND {its})
            AND NOT EXISTS (SELECT 1 FROM portfolio_former_property WHERE property_id = {account}.property_id AND {its}))"""


def _lacks_transfers(entry: str) -> str:
    """SQL over a row of an entry: not exactly the lines 1 to transfer_count are there."""
    return f"""{entry}.transfer_count <> coalesce((SELECT CASE WHEN max(line) = count(*) THEN count(*) END FROM ledger_transfer
        WHERE organisation_id = {entry}.organisation_id AND entry_number = {entry}.number), 0)"""


def _does_not_mirror(entry: str) -> str:
    """SQL over a row of an entry: it takes back what is no earlier entry, a reversal, or dated later, or with other transfers."""
    return f"""{entry}.reverses IS NOT NULL AND (
        NOT EXISTS (SELECT 1 FROM ledger_entry AS taken
            WHERE taken.organisation_id = {entry}.organisation_id AND taken.number = {entry}.reverses
            AND taken.reverses IS NULL AND taken.transfer_count = {entry}.transfer_count AND taken.effective <= {entry}.effective)
        OR EXISTS (SELECT 1 FROM ledger_transfer AS mine
            WHERE mine.organisation_id = {entry}.organisation_id AND mine.entry_number = {entry}.number
            AND NOT EXISTS (SELECT 1 FROM ledger_transfer AS taken
                WHERE taken.organisation_id = mine.organisation_id AND taken.entry_number = {entry}.reverses
                AND taken.line = mine.line AND taken.cents = mine.cents
                AND taken.debit_account_id = mine.credit_account_id AND taken.credit_account_id = mine.debit_account_id)))"""


def _sqlite_refuses(refusal: str, condition: str) -> str:
    return f"SELECT RAISE(ABORT, '{refusal}') WHERE {condition};"


def _postgresql_refuses(refusal: str, found: str) -> str:
    return f"IF EXISTS ({found}) THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = '23514', CONSTRAINT = '{refusal}'; END IF;"


_LOCK_HEADS = """PERFORM 1 FROM ledger_journal WHERE organisation_id IN (SELECT organisation_id FROM added)
                ORDER BY organisation_id FOR UPDATE;"""


def _for_each_statement(name: str, table: str, body: str) -> tuple[str, str]:
    """A function and a trigger that see all rows of a statement as `added`."""
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {body}
            RETURN NULL;
        END $$""",
        f"""CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()""",
    )


_ACCOUNT_FITS = Trigger(
    "ledger_account_fits",
    "ledger_account",
    sqlite=(
        f"""CREATE TRIGGER ledger_account_fits BEFORE INSERT ON ledger_account BEGIN
        {_sqlite_refuses(ACCOUNT, _does_not_fit("NEW"))}
        {
            _sqlite_refuses(
                ACCOUNT,
                '''EXISTS (SELECT 1 FROM ledger_account
            WHERE organisation_id = NEW.organisation_id AND kind = NEW.kind AND subject = NEW.subject)''',
            )
        }
        END""",
    ),
    postgresql=_for_each_statement(
        "ledger_account_fits",
        "ledger_account",
        _postgresql_refuses(ACCOUNT, f"SELECT 1 FROM added WHERE {_does_not_fit('added')}"),
    ),
)

_ADD = "debit_cents = {0}.debit_cents + excluded.debit_cents, credit_cents = {0}.credit_cents + excluded.credit_cents"
_OF_ENTRY = "organisation_id = NEW.organisation_id AND number = NEW.entry_number"


def _sqlite_adds(side: str) -> str:
    """A transfer is added to the balance and the total of one of its accounts."""
    cents = "NEW.cents, 0" if side == "debit" else "0, NEW.cents"
    return f"""INSERT INTO ledger_balance (account_id, debit_cents, credit_cents) VALUES (NEW.{side}_account_id, {cents})
            ON CONFLICT (account_id) DO UPDATE SET {_ADD.format("ledger_balance")};
        INSERT INTO ledger_total (organisation_id, kind, debit_cents, credit_cents)
            SELECT organisation_id, kind, {cents} FROM ledger_account WHERE id = NEW.{side}_account_id
            ON CONFLICT (organisation_id, kind) DO UPDATE SET {_ADD.format("ledger_total")};"""


_BOTH_SIDES = """SELECT organisation_id, debit_account_id AS account_id, cents AS debit_cents, 0::bigint AS credit_cents
        FROM added
        UNION ALL SELECT organisation_id, credit_account_id, 0, cents FROM added"""

_TRANSFERS_ADDED = Trigger(
    "ledger_transfer_added",
    "ledger_transfer",
    sqlite=(
        f"""CREATE TRIGGER ledger_transfer_added BEFORE INSERT ON ledger_transfer BEGIN
        {_sqlite_refuses(NO_JOURNAL, "NOT EXISTS (SELECT 1 FROM ledger_journal WHERE organisation_id = NEW.organisation_id)")}
        {_sqlite_refuses(SEALED, f"EXISTS (SELECT 1 FROM ledger_entry WHERE {_OF_ENTRY})")}
        END""",
    ),
    postgresql=_for_each_statement(
        "ledger_transfer_added",
        "ledger_transfer",
        _LOCK_HEADS
        + _postgresql_refuses(
            NO_JOURNAL,
            "SELECT 1 FROM added WHERE NOT EXISTS"
            " (SELECT 1 FROM ledger_journal AS head WHERE head.organisation_id = added.organisation_id)",
        )
        # Numbers have no gaps, so up to that of the head there is an entry for each.
        + _postgresql_refuses(
            SEALED, "SELECT 1 FROM added JOIN ledger_journal USING (organisation_id) WHERE entry_number <= number"
        )
        + f"""
            INSERT INTO ledger_balance (account_id, debit_cents, credit_cents)
                SELECT account_id, sum(debit_cents), sum(credit_cents) FROM ({_BOTH_SIDES}) AS sides
                GROUP BY account_id ORDER BY account_id
                ON CONFLICT (account_id) DO UPDATE SET {_ADD.format("ledger_balance")};
            INSERT INTO ledger_total (organisation_id, kind, debit_cents, credit_cents)
                SELECT ledger_account.organisation_id, ledger_account.kind, sum(debit_cents), sum(credit_cents)
                FROM ({_BOTH_SIDES}) AS sides JOIN ledger_account ON ledger_account.id = sides.account_id
                GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (organisation_id, kind) DO UPDATE SET {_ADD.format("ledger_total")};""",
    ),
)

_TRANSFERS_COUNTED = Trigger(
    "ledger_transfer_counted",
    "ledger_transfer",
    sqlite=(
        f"""CREATE TRIGGER ledger_transfer_counted AFTER INSERT ON ledger_transfer BEGIN
        {_sqlite_adds("debit")}
        {_sqlite_adds("credit")}
        END""",
    ),
    postgresql=(),
)

_ENTRY_SEALS = Trigger(
    "ledger_entry_seals",
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER ledger_entry_seals BEFORE INSERT ON ledger_entry BEGIN
        {
            _sqlite_refuses(
                CHAIN,
                '''NOT EXISTS (SELECT 1 FROM ledger_journal
            WHERE organisation_id = NEW.organisation_id AND number = NEW.number - 1 AND hash = NEW.previous_hash)''',
            )
        }
        {
            _sqlite_refuses(
                LOCKED,
                '''EXISTS (SELECT 1 FROM ledger_journal
            WHERE organisation_id = NEW.organisation_id AND locked_until >= NEW.effective)''',
            )
        }
        {_sqlite_refuses(TRANSFERS, _lacks_transfers("NEW"))}
        {_sqlite_refuses(MIRROR, _does_not_mirror("NEW"))}
        {
            _sqlite_refuses(
                MIRROR,
                '''EXISTS (SELECT 1 FROM ledger_entry
            WHERE organisation_id = NEW.organisation_id AND reverses = NEW.reverses)''',
            )
        }
        END""",
    ),
    postgresql=_for_each_statement(
        "ledger_entry_seals",
        "ledger_entry",
        _LOCK_HEADS
        + _postgresql_refuses(
            CHAIN,
            """SELECT 1 FROM (SELECT organisation_id, number, previous_hash,
                    lag(number) OVER along AS number_before, lag(hash) OVER along AS hash_before
                FROM added WINDOW along AS (PARTITION BY organisation_id ORDER BY number)) AS entry
            JOIN ledger_journal AS head USING (organisation_id)
            WHERE entry.number <> coalesce(number_before, head.number) + 1
                OR entry.previous_hash <> coalesce(hash_before, head.hash)""",
        )
        + _postgresql_refuses(
            LOCKED, "SELECT 1 FROM added JOIN ledger_journal USING (organisation_id) WHERE locked_until >= effective"
        )
        + _postgresql_refuses(TRANSFERS, f"SELECT 1 FROM added WHERE {_lacks_transfers('added')}")
        + _postgresql_refuses(MIRROR, f"SELECT 1 FROM added WHERE {_does_not_mirror('added')}")
        + """
            UPDATE ledger_journal SET number = last.number, hash = last.hash
                FROM (SELECT DISTINCT ON (organisation_id) organisation_id, number, hash FROM added
                    ORDER BY organisation_id, number DESC) AS last
                WHERE ledger_journal.organisation_id = last.organisation_id;""",
    ),
)

_ENTRY_MOVES_THE_HEAD = Trigger(
    "ledger_entry_moves_the_head",
    "ledger_entry",
    sqlite=(
        """CREATE TRIGGER ledger_entry_moves_the_head AFTER INSERT ON ledger_entry BEGIN
        UPDATE ledger_journal SET number = NEW.number, hash = NEW.hash WHERE organisation_id = NEW.organisation_id;
        END""",
    ),
    postgresql=(),
)

_NOT_THE_LAST = """NEW.organisation_id <> OLD.organisation_id OR NEW.number < OLD.number
    OR ((NEW.number <> OLD.number OR NEW.hash <> OLD.hash) AND NOT EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.number AND hash = NEW.hash))"""
_NO_WORDS = """NOT EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.entry_number AND words_digest IS NOT NULL)
    OR EXISTS (SELECT 1 FROM ledger_words_release
        WHERE organisation_id = NEW.organisation_id AND entry_number = NEW.entry_number)"""
_RELEASED = """EXISTS (SELECT 1 FROM ledger_words_release
    WHERE organisation_id = OLD.organisation_id AND entry_number = OLD.entry_number)"""
_SHRINKS = "NEW.debit_cents < OLD.debit_cents OR NEW.credit_cents < OLD.credit_cents"


def _without(ending: str, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    return tuple(trigger for trigger in triggers if not trigger.name.endswith(ending))


def _only_grows(table: str, same_key: str) -> tuple[Trigger, ...]:
    """Sums are added to and never taken away. That they are right, `atlas ledger verify` proves."""
    kept = append_only(table, "unused", changed_if=f"NOT ({same_key}) OR {_SHRINKS}")
    # SQLite runs the usual trigger before an upsert finds its row: `_of_the_journal` is for REPLACE here.
    return _without("_no_replace", kept)


def _of_the_journal(table: str, key: str, sums: str) -> tuple[Trigger, ...]:
    """A row that is new in SQLite says what the journal moved by then. One that REPLACE leaves is new as well.

    `sums` is SQL over NEW for the two sums; a row goes for another `key` only by the number that SQLite gives to rows.
    """
    refusal = f"{table}_is_append_only"
    wrong = f"(NEW.debit_cents, NEW.credit_cents) <> ({sums})"
    others = f"EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid AND NOT ({key}))"
    return tuple(
        Trigger(
            name,
            table,
            sqlite=(f"CREATE TRIGGER {name} {when} INSERT ON {table} WHEN {found} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",),
            postgresql=(),
        )
        for name, when, found in (
            (f"{table}_is_of_the_journal", "AFTER", wrong),
            (f"{table}_takes_no_others_row", "BEFORE", others),
        )
    )


TRIGGERS = (
    *append_only("ledger_account", "id"),
    _ACCOUNT_FITS,
    *_without("_no_update", append_only("ledger_journal", "organisation_id")),
    refusing("ledger_journal_begins_empty", "ledger_journal", HEAD, "INSERT", f"NEW.number <> 0 OR NEW.hash <> '{FIRST_HASH}'"),
    refusing("ledger_journal_head", "ledger_journal", HEAD, "UPDATE", _NOT_THE_LAST),
    *append_only("ledger_transfer", "organisation_id", "entry_number", "line"),
    _TRANSFERS_ADDED,
    _TRANSFERS_COUNTED,
    *append_only("ledger_entry", "organisation_id", "number"),
    _ENTRY_SEALS,
    _ENTRY_MOVES_THE_HEAD,
    *append_only("ledger_entry_words", "organisation_id", "entry_number", deletable_if=_RELEASED),
    refusing("ledger_entry_words_fit", "ledger_entry_words", WORDS, "INSERT", _NO_WORDS),
    *append_only("ledger_words_release", "organisation_id", "entry_number"),
    *_only_grows("ledger_balance", "NEW.account_id = OLD.account_id"),
    *_of_the_journal(
        "ledger_balance",
        "account_id = NEW.account_id",
        """SELECT (SELECT coalesce(sum(cents), 0) FROM ledger_transfer WHERE debit_account_id = NEW.account_id),
            (SELECT coalesce(sum(cents), 0) FROM ledger_transfer WHERE credit_account_id = NEW.account_id)""",
    ),
    *_only_grows("ledger_total", "NEW.organisation_id = OLD.organisation_id AND NEW.kind = OLD.kind"),
    *_of_the_journal(
        "ledger_total",
        "organisation_id = NEW.organisation_id AND kind = NEW.kind",
        """SELECT coalesce(sum(debit_cents), 0), coalesce(sum(credit_cents), 0)
            FROM ledger_account JOIN ledger_balance ON ledger_balance.account_id = ledger_account.id
            WHERE ledger_account.organisation_id = NEW.organisation_id AND ledger_account.kind = NEW.kind""",
    ),
)
