"""What the database refuses about autopay, on both databases and whoever writes: a day is taken once, and states move."""

from __future__ import annotations

from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas_plugins.ledger.autopay.models import MOVES

BEGINS = "ledger_autopay_begins"
MOVED = "ledger_autopay_moves"
ONCE = "ledger_autopay_taking_is_once"
ATTEMPT = "ledger_autopay_attempt_follows"

_MOVES = ", ".join(f"'{state}>{after}'" for state, following in MOVES.items() for after in following)

_CANNOT_BEGIN = """NEW.state <> 'active'
    OR NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = NEW.lease_id AND organisation_id = NEW.organisation_id)
    OR (NEW.method_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_saved_method
        WHERE id = NEW.method_id AND person_id = NEW.person_id AND state = 'saved'))"""

_CHANGED = """NEW.id <> OLD.id OR NEW.ref <> OLD.ref OR NEW.organisation_id <> OLD.organisation_id OR NEW.lease_id <> OLD.lease_id
    OR NEW.person_id <> OLD.person_id OR NEW.created <> OLD.created
    OR coalesce(NEW.method_id, 0) <> coalesce(OLD.method_id, 0)"""

# Another try is made when the ones before have failed, and takes no more than the first.
_DOES_NOT_FOLLOW = """NEW.number <> 1 + (SELECT count(*) FROM ledger_autopay_attempt WHERE taking_id = NEW.taking_id)
    OR EXISTS (SELECT 1 FROM ledger_autopay_attempt JOIN ledger_gateway_payment
        ON ledger_gateway_payment.id = ledger_autopay_attempt.gateway_payment_id
        WHERE ledger_autopay_attempt.taking_id = NEW.taking_id AND ledger_gateway_payment.state <> 'failed')
    OR NOT EXISTS (SELECT 1 FROM ledger_autopay_taking JOIN ledger_gateway_payment
        ON ledger_gateway_payment.lease_id = ledger_autopay_taking.lease_id
        WHERE ledger_autopay_taking.id = NEW.taking_id AND ledger_gateway_payment.id = NEW.gateway_payment_id
        AND ledger_gateway_payment.way = 'charge' AND ledger_gateway_payment.cents <= ledger_autopay_taking.cents)"""

TRIGGERS = (
    *append_only("ledger_autopay", "id", changed_if=_CHANGED),
    # What REPLACE would take away first, its unique constraints do not keep.
    refusing(
        BEGINS,
        "ledger_autopay",
        BEGINS,
        "INSERT",
        _CANNOT_BEGIN,
        on_sqlite=""" OR EXISTS (SELECT 1 FROM ledger_autopay WHERE lease_id = NEW.lease_id AND state <> 'ended'
            AND (person_id = NEW.person_id OR (method_id IS NOT NULL AND NEW.method_id IS NOT NULL)))""",
    ),
    refusing(
        MOVED,
        "ledger_autopay",
        MOVED,
        "UPDATE",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_MOVES})",
    ),
    *append_only("ledger_autopay_taking", "id"),
    refusing(
        ONCE,
        "ledger_autopay_taking",
        ONCE,
        "INSERT",
        "false",
        on_sqlite=" OR EXISTS (SELECT 1 FROM ledger_autopay_taking WHERE lease_id = NEW.lease_id AND day = NEW.day)",
    ),
    *append_only("ledger_autopay_attempt", "id"),
    refusing(ATTEMPT, "ledger_autopay_attempt", ATTEMPT, "INSERT", _DOES_NOT_FOLLOW),
)
