"""How the database keeps the sums of figures, on both databases and whoever writes.

The standing of a lease is worked out anew from its charges whenever one of them comes or changes, and when a run has looked at
the lease. Sums of months are added to and taken from. Whoever changes a charge or a payment has the head of the journal, so
nobody waits here for anybody else.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger
from atlasbahamas_plugins.leasing.models import FOR_EVER, RUNNING
from atlasbahamas_plugins.ledger.figures.models import ALL_PROPERTIES


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_RUNS = f"state IN ({_listed(RUNNING)})"


def anew(leases: str) -> str:
    """SQL that works out the standing of some leases, those with an id in a SELECT, once more."""
    return f"""INSERT INTO ledger_standing (lease_id, organisation_id, unpaid_cents, unpaid_since)
        SELECT lease.id, lease.organisation_id, coalesce(sum(charge.open_cents), 0), coalesce(min(charge.due_on), '{FOR_EVER}')
        FROM leasing_lease AS lease LEFT JOIN ledger_charge AS charge
            ON charge.lease_id = lease.id AND charge.voided_by IS NULL AND charge.open_cents > 0
        WHERE lease.id IN ({leases}) GROUP BY lease.id, lease.organisation_id ORDER BY lease.id
        ON CONFLICT (lease_id) DO UPDATE SET unpaid_cents = excluded.unpaid_cents, unpaid_since = excluded.unpaid_since;
        DELETE FROM ledger_standing WHERE lease_id IN ({leases}) AND unpaid_cents = 0
            AND NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = ledger_standing.lease_id AND {_RUNS});"""


def _sqlite(name: str, event: str, table: str, body: str, when: str = "") -> tuple[str]:
    condition = f" WHEN {when}" if when else ""
    return (f"CREATE TRIGGER {name} AFTER {event} ON {table}{condition} BEGIN {body} END",)


def _postgresql(name: str, event: str, table: str, body: str, seen: str) -> tuple[str, str]:
    # A plan is kept for as long as the connection: one made for a small site would read whole tables of a large one.
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
        BEGIN {body} RETURN NULL; END $$""",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} {seen} EXECUTE FUNCTION {name}()",
    )


_ADDED, _CHANGED, _GONE = (
    f"REFERENCING {tables} FOR EACH STATEMENT"
    for tables in ("NEW TABLE AS added", "OLD TABLE AS before NEW TABLE AS after", "OLD TABLE AS gone")
)


def _month(day: str, dialect: str) -> str:
    return f"date({day}, 'start of month')" if dialect == "sqlite" else f"CAST(date_trunc('month', {day}) AS date)"


_ADD = """ON CONFLICT (organisation_id, property_id, month) DO UPDATE SET
        charged_cents = ledger_month_sum.charged_cents + excluded.charged_cents,
        unpaid_cents = ledger_month_sum.unpaid_cents + excluded.unpaid_cents,
        received_cents = ledger_month_sum.received_cents + excluded.received_cents;"""
_INTO = "INSERT INTO ledger_month_sum (organisation_id, property_id, month, charged_cents, unpaid_cents, received_cents)"


def _row_adds(dialect: str, day: str, charged: str, unpaid: str, received: str = "0") -> str:
    """SQL that adds what one row moved, to its property's month and to that of all."""
    return f"""{_INTO} SELECT NEW.organisation_id, sums.property_id, {_month(day, dialect)}, {charged}, {unpaid}, {received}
        FROM (SELECT unit.property_id AS property_id FROM leasing_lease AS lease
            JOIN portfolio_unit AS unit ON unit.id = lease.unit_id WHERE lease.id = NEW.lease_id
            UNION ALL SELECT {ALL_PROPERTIES}) AS sums WHERE 1 = 1 {_ADD}"""


def _statement_adds(rows: str) -> str:
    """The same for all rows of a statement; `rows` is a SELECT of (lease_id, month, charged, unpaid)."""
    whose = "lease.organisation_id, moved.month"
    return f"""{_INTO} SELECT lease.organisation_id, coalesce(unit.property_id, {ALL_PROPERTIES}), moved.month,
            sum(moved.charged), sum(moved.unpaid), 0
        FROM ({rows}) AS moved JOIN leasing_lease AS lease ON lease.id = moved.lease_id
            JOIN portfolio_unit AS unit ON unit.id = lease.unit_id
        GROUP BY GROUPING SETS (({whose}, unit.property_id), ({whose})) ORDER BY 1, 2, 3 {_ADD}"""


_COUNTS_NOW, _COUNTED = "NEW.voided_by IS NULL", "OLD.voided_by IS NULL"


def _changed_by(column: str) -> str:
    return f"CASE WHEN {_COUNTS_NOW} THEN NEW.{column} ELSE 0 END - CASE WHEN {_COUNTED} THEN OLD.{column} ELSE 0 END"


def _rows_of(table: str, sign: str = "") -> str:
    moved = f"{_month('due_on', 'postgresql')} AS month, {sign}cents AS charged, {sign}open_cents AS unpaid"
    return f"SELECT lease_id, {moved} FROM {table} WHERE voided_by IS NULL"


_CHARGED = Trigger(
    "ledger_figures_of_charge",
    "ledger_charge",
    sqlite=_sqlite(
        "ledger_figures_of_charge",
        "INSERT",
        "ledger_charge",
        f"{anew('NEW.lease_id')} {_row_adds('sqlite', 'NEW.due_on', 'NEW.cents', 'NEW.open_cents')}",
    ),
    postgresql=_postgresql(
        "ledger_figures_of_charge",
        "INSERT",
        "ledger_charge",
        anew("SELECT lease_id FROM added") + _statement_adds(_rows_of("added")),
        _ADDED,
    ),
)
_CHARGE_CHANGED = Trigger(
    "ledger_figures_of_changed",
    "ledger_charge",
    sqlite=_sqlite(
        "ledger_figures_of_changed",
        "UPDATE OF open_cents, voided_by",
        "ledger_charge",
        f"{anew('NEW.lease_id')} {_row_adds('sqlite', 'NEW.due_on', _changed_by('cents'), _changed_by('open_cents'))}",
    ),
    postgresql=_postgresql(
        "ledger_figures_of_changed",
        "UPDATE",
        "ledger_charge",
        anew("SELECT lease_id FROM after") + _statement_adds(" UNION ALL ".join((_rows_of("after"), _rows_of("before", "-")))),
        _CHANGED,
    ),
)


def _received(row: str) -> str:
    return f"CASE WHEN {row}.state = 'confirmed' THEN {row}.cents ELSE 0 END"


def _payment_trigger() -> Trigger:
    """A payment changes its state one at a time, so both databases look at each row. Its day and cents stay once it counts."""
    name, counts = "ledger_figures_of_payment", "(NEW.state = 'confirmed') <> (OLD.state = 'confirmed')"
    moved = f"{_received('NEW')} - {_received('OLD')}"
    adds, on_postgresql = (_row_adds(dialect, "NEW.received_on", "0", "0", moved) for dialect in ("sqlite", "postgresql"))
    return Trigger(
        name,
        "ledger_payment",
        sqlite=_sqlite(name, "UPDATE OF state", "ledger_payment", adds, counts),
        postgresql=_postgresql(name, "UPDATE OF state", "ledger_payment", on_postgresql, f"FOR EACH ROW WHEN ({counts})"),
    )


# Whoever makes a lease count does not wait for a run that has its row: there is none yet.
_BEGINS = f"""NEW.{_RUNS} AND NOT EXISTS (SELECT 1 FROM ledger_standing WHERE lease_id = NEW.id)"""
_LEASE_BINDS = Trigger(
    "ledger_figures_of_lease",
    "leasing_lease",
    sqlite=_sqlite("ledger_figures_of_lease", "UPDATE OF state", "leasing_lease", anew("NEW.id"), _BEGINS),
    postgresql=_postgresql(
        "ledger_figures_of_lease",
        "UPDATE OF state",
        "leasing_lease",
        f"IF {_BEGINS} THEN {anew('SELECT NEW.id')} END IF;",
        "FOR EACH ROW",
    ),
)
_LOOKED_AT = Trigger(
    "ledger_figures_after_a_run",
    "ledger_lease_change",
    sqlite=_sqlite("ledger_figures_after_a_run", "DELETE", "ledger_lease_change", anew("OLD.lease_id")),
    postgresql=_postgresql(
        "ledger_figures_after_a_run", "DELETE", "ledger_lease_change", anew("SELECT lease_id FROM gone"), _GONE
    ),
)

TRIGGERS = (_CHARGED, _CHARGE_CHANGED, _payment_trigger(), _LEASE_BINDS, _LOOKED_AT)
