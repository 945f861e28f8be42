"""What the database refuses about allocations, and what it keeps by itself, on both databases and whoever writes.

An allocation goes from money to a charge on the same account of one lease, both of which count. What is left of each, the
database keeps itself, and nobody else can write it, so the constraints on `open_cents` hold that nothing is paid twice. Whoever
takes back a charge, a credit or a payment, its allocations go with it.

PostgreSQL looks at all rows of a statement together: a rent run allocates thousands. It takes the heads of the journals first, as
whoever posts does, so that two writers never wait for each other.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing

FITS = "ledger_allocation_is_of_one_account"
OPEN = "ledger_open_is_what_is_left"

_SIDES = (("ledger_charge", "charge_id"), ("ledger_payment_part", "part_id"), ("ledger_credit", "credit_id"))


def _misfit(row: str) -> str:
    """SQL: the charge or the money is another lease's, on another account, or counts no more."""
    return f"""NOT EXISTS (SELECT 1 FROM ledger_charge AS charge
            LEFT JOIN ledger_payment_part AS part ON part.id = {row}.part_id
            LEFT JOIN ledger_payment AS payment ON payment.id = part.payment_id AND payment.state = 'confirmed'
            LEFT JOIN ledger_credit AS credit ON credit.id = {row}.credit_id AND credit.voided_by IS NULL
        WHERE charge.id = {row}.charge_id AND charge.voided_by IS NULL AND charge.lease_id = {row}.lease_id
            AND charge.organisation_id = {row}.organisation_id
            AND charge.account_id = CASE WHEN {row}.part_id IS NULL THEN credit.account_id
                WHEN payment.id IS NOT NULL THEN part.account_id END)"""


def _sqlite_moves(row: str, sign: str) -> str:
    return " ".join(
        f"UPDATE {table} SET open_cents = open_cents {sign} {row}.cents WHERE id = {row}.{column};" for table, column in _SIDES
    )


def _postgresql_moves(sign: str) -> str:
    return " ".join(
        f"""UPDATE {table} SET open_cents = open_cents {sign} moved.cents
            FROM (SELECT {column}, sum(cents) AS cents FROM changed WHERE {column} IS NOT NULL GROUP BY {column}) AS moved
            WHERE {table}.id = moved.{column};"""
        for table, column in _SIDES
    )


_LOCK_HEADS = """PERFORM 1 FROM ledger_journal WHERE organisation_id IN (SELECT organisation_id FROM changed)
                ORDER BY organisation_id FOR UPDATE;"""


def _kept(name: str, event: str, seen: str, check: str, sqlite: tuple[str, ...], sign: str) -> Trigger:
    return Trigger(
        name,
        "ledger_allocation",
        sqlite=sqlite,
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {_LOCK_HEADS}
                {check}
                {_postgresql_moves(sign)}
                RETURN NULL;
            END $$""",
            f"""CREATE TRIGGER {name} AFTER {event} ON ledger_allocation REFERENCING {seen} TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION {name}()""",
        ),
    )


_MADE = _kept(
    "ledger_allocation_made",
    "INSERT",
    "NEW",
    f"""IF EXISTS (SELECT 1 FROM changed WHERE {_misfit("changed")}) THEN
                    RAISE EXCEPTION '{FITS}' USING ERRCODE = '23514', CONSTRAINT = '{FITS}';
                END IF;""",
    (f"CREATE TRIGGER ledger_allocation_made AFTER INSERT ON ledger_allocation BEGIN {_sqlite_moves('NEW', '-')} END",),
    "-",
)
_TAKEN_OFF = _kept(
    "ledger_allocation_taken_off",
    "DELETE",
    "OLD",
    "",
    (f"CREATE TRIGGER ledger_allocation_taken_off AFTER DELETE ON ledger_allocation BEGIN {_sqlite_moves('OLD', '+')} END",),
    "+",
)
_FITS_ON_SQLITE = Trigger(
    "ledger_allocation_fits",
    "ledger_allocation",
    sqlite=(
        f"""CREATE TRIGGER ledger_allocation_fits BEFORE INSERT ON ledger_allocation WHEN {_misfit("NEW")}
            BEGIN SELECT RAISE(ABORT, '{FITS}'); END""",
    ),
    postgresql=(),
)


def _left(table: str, column: str) -> Trigger:
    return refusing(
        f"{table}_open",
        table,
        OPEN,
        "UPDATE",
        f"""NEW.open_cents <> OLD.open_cents AND NEW.open_cents <> NEW.cents
        - coalesce((SELECT sum(cents) FROM ledger_allocation WHERE {column} = NEW.id), 0)""",
    )


def _of_entry(reversal: str) -> str:
    """SQL over allocations: of what an entry moved that was taken back."""
    same = f"organisation_id = {reversal}.organisation_id AND entry_number = {reversal}.reverses"
    return f"""charge_id IN (SELECT id FROM ledger_charge WHERE {same})
        OR credit_id IN (SELECT id FROM ledger_credit WHERE {same})
        OR part_id IN (SELECT part.id FROM ledger_payment_part AS part
            JOIN ledger_payment AS payment ON payment.id = part.payment_id
            WHERE payment.organisation_id = {reversal}.organisation_id AND payment.entry_number = {reversal}.reverses)"""


_GOES_WITH_ITS_ENTRY = Trigger(
    "ledger_allocation_voided",
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER ledger_allocation_voided AFTER INSERT ON ledger_entry WHEN NEW.reverses IS NOT NULL BEGIN
        DELETE FROM ledger_allocation WHERE {_of_entry("NEW")}; END""",
    ),
    postgresql=(
        """CREATE OR REPLACE FUNCTION ledger_allocation_voided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added WHERE reverses IS NOT NULL) THEN
                DELETE FROM ledger_allocation USING ledger_charge, added
                    WHERE ledger_allocation.charge_id = ledger_charge.id
                    AND ledger_charge.organisation_id = added.organisation_id AND ledger_charge.entry_number = added.reverses;
                DELETE FROM ledger_allocation USING ledger_credit, added
                    WHERE ledger_allocation.credit_id = ledger_credit.id
                    AND ledger_credit.organisation_id = added.organisation_id AND ledger_credit.entry_number = added.reverses;
                DELETE FROM ledger_allocation USING ledger_payment_part AS part, ledger_payment AS payment, added
                    WHERE ledger_allocation.part_id = part.id AND part.payment_id = payment.id
                    AND payment.organisation_id = added.organisation_id AND payment.entry_number = added.reverses;
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_allocation_voided AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocation_voided()""",
    ),
)


def _replaceable() -> tuple[Trigger, ...]:
    """Allocations are made and taken off, never changed."""
    return tuple(one for one in append_only("ledger_allocation", "id") if not one.name.endswith("_no_delete"))


TRIGGERS = (
    *_replaceable(),
    _FITS_ON_SQLITE,
    _MADE,
    _TAKEN_OFF,
    *(_left(table, column) for table, column in _SIDES),
    _GOES_WITH_ITS_ENTRY,
)
