"""What the database refuses about leases, on both databases and whoever writes.

A lease begins as a draft, is filled, and moves on in one transaction or in many. From the moment it is no draft any more, what
was agreed stays: its parties, deposits and clauses, its terms, and every rent that was ever due. A later rent may be added. What
is to be signed here cannot count before it was sent.
"""

from __future__ import annotations

from atlasbahamas.db import Trigger
from atlasbahamas.db.triggers import refusing
from atlasbahamas_plugins.leasing.models import BINDING, FOR_EVER, MOVES, RECORDED

APART = "leasing_lease_apart"
_STATES = ", ".join(f"'{state}'" for state in BINDING)
_RECORDED = ", ".join(f"'{origin}'" for origin in RECORDED)
_FOR_EVER = f"'{FOR_EVER}'"
_OVERLAP = f"""NEW.state IN ({_STATES}) AND EXISTS (SELECT 1 FROM leasing_lease WHERE unit_id = NEW.unit_id AND id <> NEW.id
    AND state IN ({_STATES}) AND starts <= coalesce(NEW.last_day, {_FOR_EVER})
    AND coalesce(last_day, {_FOR_EVER}) >= NEW.starts)"""  # noqa: S608
_MOVES = ", ".join(f"'{state}>{after}'" for state, following in MOVES.items() for after in following)
_ELSEWHERE = """NOT EXISTS (SELECT 1 FROM portfolio_unit JOIN portfolio_property
    ON portfolio_property.id = portfolio_unit.property_id
    WHERE portfolio_unit.id = NEW.unit_id AND portfolio_property.organisation_id = NEW.organisation_id)"""
# What SQLite's REPLACE would take away without asking.
_LEASE_THERE = """ OR EXISTS (SELECT 1 FROM leasing_lease
    WHERE id = NEW.id OR ref = NEW.ref OR taken_over_id = NEW.taken_over_id
    OR (continues_id = NEW.continues_id AND state <> 'cancelled'))"""
_BEFORE = "EXISTS (SELECT 1 FROM leasing_lease AS former WHERE former.id ="
_ASTRAY = f"""{_BEFORE} coalesce(NEW.continues_id, NEW.taken_over_id)
    AND (former.unit_id <> NEW.unit_id OR former.starts > NEW.starts))
    OR {_BEFORE} NEW.continues_id AND former.organisation_id <> NEW.organisation_id)
    OR {_BEFORE} NEW.taken_over_id AND former.organisation_id = NEW.organisation_id)"""
_SAME = ("id", "ref", "organisation_id", "unit_id", "created")
_AGREED = (
    *("kind", "rolls_over", "starts", "since", "period", "timing", "due_day", "grace_days"),
    *("late_fee_kind", "late_fee_cents", "late_fee_hundredths"),
)


def _differ(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


_OTHERS = f"""{_differ(_AGREED)} OR coalesce(NEW.term_last_day, {_FOR_EVER}) <> coalesce(OLD.term_last_day, {_FOR_EVER})
    OR coalesce(NEW.late_fee_cap_cents, 0) <> coalesce(OLD.late_fee_cap_cents, 0)
    OR (NEW.origin <> OLD.origin AND OLD.state <> 'sent')"""
_INCOMPLETE = """NOT (EXISTS (SELECT 1 FROM leasing_party WHERE lease_id = NEW.id AND role = 'primary')
    AND EXISTS (SELECT 1 FROM leasing_rent WHERE lease_id = NEW.id AND starts = NEW.starts))"""
_PARTS = ("leasing_party", "leasing_deposit", "leasing_clause")


# What was recorded by mistake and taken away binds nobody, and the contacts that came with it can go.
_TAKEN_AWAY = f"""EXISTS (SELECT 1 FROM leasing_lease
    WHERE id = OLD.lease_id AND state = 'cancelled' AND origin IN ({_RECORDED}))"""  # noqa: S608


def _begun(row: str) -> str:
    return f"(SELECT state FROM leasing_lease WHERE id = {row}.lease_id) <> 'draft'"  # noqa: S608


def _locked(row: str) -> str:
    # Somebody who sends or signs the lease at this moment is waited for.
    return f" OR (SELECT state FROM leasing_lease WHERE id = {row}.lease_id FOR SHARE) <> 'draft'"  # noqa: S608


def _agreed_parts() -> tuple[Trigger, ...]:
    """Parties, deposits and clauses come and go with a draft only; parties go also from what was recorded by mistake.

    The words of a clause can change: a person may be erased.
    """
    found = []
    for table in _PARTS:
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
            name = f"{table}_{event.lower()}_late"
            but = f" AND NOT {_TAKEN_AWAY}" if (table, event) == ("leasing_party", "DELETE") else ""
            late, locked = f"{_begun(row)}{but}", f"{_locked(row)}{but}"
            found.append(refusing(name, table, f"{table}_agreed", event, late, on_postgresql=locked))
        kept = {"leasing_party": ("contact_id", "role"), "leasing_deposit": ("kind", "cents"), "leasing_clause": ("position",)}
        others = _differ(("id", "lease_id", *kept[table]))
        found.append(refusing(f"{table}_update_late", table, f"{table}_agreed", "UPDATE", others))
    return tuple(found)


_UNTIL = f"coalesce(NEW.last_day, NEW.term_last_day, {_FOR_EVER})"


def _until_kept(event: str) -> Trigger:
    """The day up to which a lease is listed follows from the others, whoever writes them."""
    name = f"leasing_lease_until_{event.lower()}"
    return Trigger(
        name,
        "leasing_lease",
        sqlite=(
            f"CREATE TRIGGER {name} AFTER {event} ON leasing_lease WHEN NEW.until <> {_UNTIL}"  # noqa: S608
            f" BEGIN UPDATE leasing_lease SET until = {_UNTIL} WHERE id = NEW.id; END",
        ),
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.until := {_UNTIL};
                RETURN NEW;
            END $$""",
            f"CREATE TRIGGER {name} BEFORE {event} ON leasing_lease FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


TRIGGERS = (
    *(_until_kept(event) for event in ("INSERT", "UPDATE")),
    refusing(
        "leasing_lease_begins_draft",
        "leasing_lease",
        "leasing_lease_begins_draft",
        "INSERT",
        "NEW.state <> 'draft'",
        on_sqlite=_LEASE_THERE,
    ),
    refusing(
        "leasing_lease_continues",
        "leasing_lease",
        "leasing_lease_continues",
        "INSERT",
        _ASTRAY,
    ),
    refusing("leasing_lease_of_the_owner", "leasing_lease", "leasing_lease_of_the_owner", "INSERT", _ELSEWHERE),
    refusing(
        "leasing_lease_stays",
        "leasing_lease",
        "leasing_lease_stays",
        "UPDATE",
        f"""{_differ(_SAME)} OR coalesce(NEW.continues_id, 0) <> coalesce(OLD.continues_id, 0)
        OR coalesce(NEW.taken_over_id, 0) <> coalesce(OLD.taken_over_id, 0)""",
    ),
    refusing(
        "leasing_lease_moves",
        "leasing_lease",
        "leasing_lease_moves",
        "UPDATE",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_MOVES})",
    ),
    refusing(
        "leasing_lease_agreed",
        "leasing_lease",
        "leasing_lease_agreed",
        "UPDATE",
        f"OLD.state <> 'draft' AND ({_OTHERS})",
    ),
    refusing(
        "leasing_lease_complete",
        "leasing_lease",
        "leasing_lease_complete",
        "UPDATE",
        f"OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'cancelled') AND {_INCOMPLETE}",
    ),
    refusing(
        "leasing_lease_sent_first",
        "leasing_lease",
        "leasing_lease_sent_first",
        "UPDATE",
        f"""OLD.state = 'draft' AND NEW.state IN ({_STATES}) AND NEW.origin NOT IN ({_RECORDED}) AND NEW.taken_over_id IS NULL""",
    ),
    refusing("leasing_lease_kept", "leasing_lease", "leasing_lease_kept", "DELETE", "OLD.state <> 'draft'"),
    Trigger(
        APART,
        "leasing_lease",
        sqlite=(
            f"CREATE TRIGGER {APART} AFTER UPDATE ON leasing_lease WHEN {_OVERLAP} BEGIN SELECT RAISE(ABORT, '{APART}'); END",
        ),
        postgresql=(),
    ),
    *_agreed_parts(),
    *(
        refusing(
            f"leasing_party_own_{event.lower()}",
            "leasing_party",
            "leasing_party_own",
            event,
            """(SELECT organisation_id FROM portfolio_contact WHERE id = NEW.contact_id)
            <> (SELECT organisation_id FROM leasing_lease WHERE id = NEW.lease_id)""",
        )
        for event in ("INSERT", "UPDATE")
    ),
    refusing(
        "leasing_rent_in_order",
        "leasing_rent",
        "leasing_rent_in_order",
        "INSERT",
        """NEW.starts < (SELECT starts FROM leasing_lease WHERE id = NEW.lease_id)
        OR EXISTS (SELECT 1 FROM leasing_rent WHERE lease_id = NEW.lease_id AND starts >= NEW.starts)""",
        on_sqlite=" OR EXISTS (SELECT 1 FROM leasing_rent WHERE id = NEW.id)",
    ),
    refusing("leasing_rent_stays", "leasing_rent", "leasing_rent_stays", "UPDATE", "true"),
    refusing("leasing_rent_kept", "leasing_rent", "leasing_rent_stays", "DELETE", _begun("OLD"), on_postgresql=_locked("OLD")),
)
