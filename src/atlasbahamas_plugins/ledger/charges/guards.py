"""What the database refuses about charges and credits, and what it keeps by itself, on both databases and whoever writes.

A charge says what its entry moved, and stays as it is. Whoever takes the entry back, the charge is void from then on. When a
lease changes, or its rent, that is noted for the next run.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing
from atlasbahamas_plugins.leasing.models import BINDING, FOR_EVER
from atlasbahamas_plugins.ledger.charges.kinds import CHARGE_KINDS, CREDIT_KINDS

CHARGE = "ledger_charge_is_of_its_entry"
CREDIT = "ledger_credit_is_of_its_entry"
VOID = "ledger_void_is_by_a_reversal"
_KEPT = ("id", "ref", "organisation_id", "lease_id", "account_id", "what", "rule", "cents", "entry_number")
_BINDING = ", ".join(f"'{state}'" for state in BINDING)


def _listed(values: dict[str, object]) -> str:
    return ", ".join(repr(value) for value in values)


def _differ(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _misfit(row: str, side: str, kinds: str) -> str:
    """SQL: the entry does not move these cents on this account, or the account is another lease's, or a bill is owed as rent."""
    apart = f"AND (ledger_account.kind = 'bill_receivable') = ({row}.what = 'bill')" if side == "debit" else ""
    return f"""{row}.what NOT IN ({kinds}) OR {row}.voided_by IS NOT NULL OR {row}.open_cents <> {row}.cents
        OR NOT EXISTS (SELECT 1 FROM ledger_transfer JOIN ledger_account ON ledger_account.id = ledger_transfer.{side}_account_id
            WHERE ledger_transfer.organisation_id = {row}.organisation_id AND ledger_transfer.entry_number = {row}.entry_number
            AND ledger_account.id = {row}.account_id AND ledger_account.lease_id = {row}.lease_id
            AND ledger_transfer.cents = {row}.cents {apart})"""


def _fits(table: str, refusal: str, side: str, kinds: str, there: str) -> Trigger:
    """A new row says what its entry moved. PostgreSQL looks at all rows of a statement together: a run adds thousands."""
    name = f"{table}_fits"
    return Trigger(
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {_misfit('NEW', side, kinds)} OR {there}"
            f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        ),
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM added WHERE {_misfit("added", side, kinds)}) THEN
                    RAISE EXCEPTION '{refusal}' USING ERRCODE = '23514', CONSTRAINT = '{refusal}';
                END IF;
                RETURN NULL;
            END $$""",
            f"""CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
                FOR EACH STATEMENT EXECUTE FUNCTION {name}()""",
        ),
    )


_NOT_BY_A_REVERSAL = """coalesce(NEW.voided_by, 0) <> coalesce(OLD.voided_by, 0) AND (OLD.voided_by IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.voided_by AND reverses = NEW.entry_number))"""


def _kept(table: str, *columns: str, also: str = "") -> tuple[Trigger, ...]:
    return (
        *append_only(table, "id", changed_if=f"{_differ(*_KEPT, *columns)}{also}"),
        refusing(f"{table}_void", table, VOID, "UPDATE", _NOT_BY_A_REVERSAL),
    )


_TABLES = ("ledger_charge", "ledger_credit")
_SQLITE_VOIDS = " ".join(
    f"""UPDATE {table} SET voided_by = NEW.number
        WHERE organisation_id = NEW.organisation_id AND entry_number = NEW.reverses;"""
    for table in _TABLES
)
_POSTGRESQL_VOIDS = " ".join(
    f"""UPDATE {table} SET voided_by = added.number FROM added
        WHERE {table}.organisation_id = added.organisation_id AND {table}.entry_number = added.reverses;"""
    for table in _TABLES
)
# What a lease owes by its rules is charged again by the next run, as far as it still is owed.
_SQLITE_VOIDS += " ".join(
    f"""INSERT INTO ledger_lease_change (organisation_id, lease_id) SELECT organisation_id, lease_id FROM {table}
        WHERE organisation_id = NEW.organisation_id AND entry_number = NEW.reverses;"""
    for table in _TABLES
)
_POSTGRESQL_VOIDS += " ".join(
    f"""INSERT INTO ledger_lease_change (organisation_id, lease_id) SELECT DISTINCT organisation_id, lease_id
        FROM {table} JOIN added USING (organisation_id) WHERE {table}.entry_number = added.reverses;"""
    for table in _TABLES
)
_VOIDED_WITH_ITS_ENTRY = Trigger(
    "ledger_charge_voided",
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER ledger_charge_voided AFTER INSERT ON ledger_entry WHEN NEW.reverses IS NOT NULL BEGIN
        {_SQLITE_VOIDS} END""",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION ledger_charge_voided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added WHERE reverses IS NOT NULL) THEN
                {_POSTGRESQL_VOIDS}
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_charge_voided AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_charge_voided()""",
    ),
)


def _noted(name: str, table: str, event: str, condition: str, lease_id: str) -> Trigger:
    """What a lease owes may be something else now."""
    note = f"""INSERT INTO ledger_lease_change (organisation_id, lease_id)
        SELECT organisation_id, id FROM leasing_lease WHERE id = {lease_id} AND {condition};"""
    return Trigger(
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {note} END",),
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {note}
                RETURN NULL;
            END $$""",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


# From the moment that a lease binds, all that its charges follow from stays, but for its state, its last day and later rents.
_OTHERWISE = f"""(OLD.state IN ({_BINDING}) OR NEW.state IN ({_BINDING})) AND (NEW.state <> OLD.state
    OR coalesce(NEW.last_day, '{FOR_EVER}') <> coalesce(OLD.last_day, '{FOR_EVER}'))"""

TRIGGERS = (
    *_kept(
        "ledger_charge",
        *("period_starts", "period_ends", "due_on"),
        also=""" OR coalesce(NEW.batch_id, 0) <> coalesce(OLD.batch_id, 0)
            OR CAST(NEW.explanation AS text) <> CAST(OLD.explanation AS text)""",
    ),
    _fits(
        "ledger_charge",
        CHARGE,
        "debit",
        _listed({**CHARGE_KINDS}),
        # What REPLACE would take away without asking.
        """EXISTS (SELECT 1 FROM ledger_charge WHERE ref = NEW.ref OR (voided_by IS NULL AND lease_id = NEW.lease_id
            AND rule = NEW.rule AND period_starts = NEW.period_starts AND account_id = NEW.account_id))""",
    ),
    *_kept("ledger_credit", "counts_on", also=" OR coalesce(NEW.charge_id, 0) <> coalesce(OLD.charge_id, 0)"),
    _fits(
        "ledger_credit",
        CREDIT,
        "credit",
        _listed({**CREDIT_KINDS}),
        """EXISTS (SELECT 1 FROM ledger_credit WHERE ref = NEW.ref OR (voided_by IS NULL AND lease_id = NEW.lease_id
            AND rule = NEW.rule AND account_id = NEW.account_id))""",
    ),
    _VOIDED_WITH_ITS_ENTRY,
    _noted("ledger_lease_changed", "leasing_lease", "UPDATE", _OTHERWISE, "NEW.id"),
    _noted("ledger_rent_changed", "leasing_rent", "INSERT", f"state IN ({_BINDING})", "NEW.lease_id"),
)
