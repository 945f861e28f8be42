"""What the database refuses about payment plans, on both databases and whoever writes.

A plan begins as a proposal, to which its instalments and charges are added. It is agreed when both add up to it; from then on
nothing of it changes but its state, which moves one way.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing
from atlasbahamas_plugins.ledger.plans.models import MOVES

BEGINS = "ledger_plan_begins_proposed"
MOVED = "ledger_plan_moves"
SUMS = "ledger_plan_adds_up"
PART = "ledger_plan_part_is_of_a_proposal"
LATER = "ledger_instalment_is_later"

_LISTED = ", ".join(f"'{state}>{after}'" for state, following in MOVES.items() for after in following)
_KEPT = ("id", "ref", "organisation_id", "lease_id", "cents", "grace_days", "proposed")
_CHANGED = " OR ".join(
    [
        *(f"NEW.{column} <> OLD.{column}" for column in _KEPT),
        "coalesce(NEW.proposed_by_id, 0) <> coalesce(OLD.proposed_by_id, 0)",
        """(OLD.agreed_on IS NOT NULL AND (NEW.agreed_on <> OLD.agreed_on OR NEW.party_id <> OLD.party_id OR NEW.way <> OLD.way
            OR coalesce(NEW.written_by_id, 0) <> coalesce(OLD.written_by_id, 0)))""",
        "(OLD.closed_on IS NOT NULL AND NEW.closed_on <> OLD.closed_on)",
    ]
)
_ASTRAY = """NEW.state = 'agreed' AND OLD.state <> 'agreed' AND (
    NEW.cents <> (SELECT coalesce(sum(cents), 0) FROM ledger_instalment WHERE plan_id = NEW.id)
    OR NEW.cents <> (SELECT coalesce(sum(cents), 0) FROM ledger_plan_charge WHERE plan_id = NEW.id)
    OR NOT EXISTS (SELECT 1 FROM leasing_party WHERE id = NEW.party_id AND lease_id = NEW.lease_id AND role <> 'guarantor'))"""
_OF_NO_PROPOSAL = "NOT EXISTS (SELECT 1 FROM ledger_plan WHERE id = NEW.plan_id AND state = 'proposed')"
_NOT_LATER = "EXISTS (SELECT 1 FROM ledger_instalment WHERE plan_id = NEW.plan_id AND due_on >= NEW.due_on)"
_OF_ANOTHER_LEASE = """NOT EXISTS (SELECT 1 FROM ledger_charge JOIN ledger_plan ON ledger_plan.lease_id = ledger_charge.lease_id
    WHERE ledger_charge.id = NEW.charge_id AND ledger_plan.id = NEW.plan_id AND ledger_charge.voided_by IS NULL
    AND NEW.cents <= ledger_charge.open_cents)"""

TRIGGERS: tuple[Trigger, ...] = (
    *append_only("ledger_plan", "id", changed_if=_CHANGED),
    refusing(
        BEGINS,
        "ledger_plan",
        BEGINS,
        "INSERT",
        "NEW.state <> 'proposed'",
        on_sqlite=""" OR EXISTS (SELECT 1 FROM ledger_plan
            WHERE ref = NEW.ref OR (lease_id = NEW.lease_id AND state IN ('proposed', 'agreed')))""",
    ),
    refusing(
        MOVED,
        "ledger_plan",
        MOVED,
        "UPDATE",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_LISTED})",
    ),
    refusing(SUMS, "ledger_plan", SUMS, "UPDATE", _ASTRAY),
    *append_only("ledger_instalment", "plan_id", "position"),
    refusing("ledger_instalment_of_a_proposal", "ledger_instalment", PART, "INSERT", _OF_NO_PROPOSAL),
    refusing(LATER, "ledger_instalment", LATER, "INSERT", _NOT_LATER),
    *append_only("ledger_plan_charge", "plan_id", "charge_id"),
    refusing(
        "ledger_plan_charge_of_a_proposal", "ledger_plan_charge", PART, "INSERT", f"{_OF_NO_PROPOSAL} OR {_OF_ANOTHER_LEASE}"
    ),
)
