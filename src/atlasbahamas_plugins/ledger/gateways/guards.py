"""What the database refuses about what goes through gateways, on both databases and whoever writes.

Facts stay. A payment is paid, and a method saved, when the gateway has told so; states move one way.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas_plugins.ledger.gateways.models import METHOD_MOVES, MOVES

BEGINS = "ledger_gateway_payment_begins_started"
MOVED = "ledger_gateway_payment_moves"
TOLD = "ledger_gateway_payment_is_told"
METHOD_BEGINS = "ledger_saved_method_begins_asked"
METHOD_MOVED = "ledger_saved_method_moves"
METHOD_TOLD = "ledger_saved_method_is_told"


def _listed(moves: dict[str, tuple[str, ...]]) -> str:
    return ", ".join(f"'{state}>{after}'" for state, following in moves.items() for after in following)


def _astray(moves: dict[str, tuple[str, ...]]) -> str:
    return f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_listed(moves)})"


def _differ(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _once(*columns: str) -> str:
    return " OR ".join(f"(OLD.{column} IS NOT NULL AND coalesce(NEW.{column}, 0) <> OLD.{column})" for column in columns)


_CHANGED = f"""{_differ("id", "ref", "organisation_id", "lease_id", "gateway", "way", "cents", "created")}
    OR coalesce(NEW.method_id, 0) <> coalesce(OLD.method_id, 0)
    OR {_once("payment_id", "settled_entry", "refund_settled_entry")}"""

_ELSEWHERE = "NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = NEW.lease_id AND organisation_id = NEW.organisation_id)"


def _untold(kind: str, column: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM ledger_gateway_event WHERE {column} = NEW.id AND kind = '{kind}')"


_NOT_TOLD = f"""(NEW.state = 'paid' AND OLD.state <> 'paid' AND ({_untold("paid", "gateway_payment_id")}
        OR NOT EXISTS (SELECT 1 FROM ledger_payment WHERE id = NEW.payment_id AND lease_id = NEW.lease_id
            AND cents = NEW.cents AND entry_number IS NOT NULL)))
    OR (NEW.state = 'refunded' AND OLD.state <> 'refunded' AND {_untold("refunded", "gateway_payment_id")})
    OR (NEW.settled_entry IS NOT NULL AND {_untold("settled", "gateway_payment_id")})
    OR (NEW.refund_settled_entry IS NOT NULL AND {_untold("refund_settled", "gateway_payment_id")})"""

_METHOD_CHANGED = f"""{_differ("id", "ref", "person_id", "gateway", "created")}
    OR (OLD.token IS NOT NULL AND NEW.token IS NOT NULL AND NEW.token <> OLD.token)"""

TRIGGERS = (
    *append_only("ledger_gateway_event", "id"),
    # PostgreSQL has no REPLACE, and its unique constraint says the rest.
    refusing(
        "ledger_gateway_event_is_told_once",
        "ledger_gateway_event",
        "ledger_gateway_event_is_told_once",
        "INSERT",
        "false",
        on_sqlite=" OR EXISTS (SELECT 1 FROM ledger_gateway_event WHERE gateway = NEW.gateway AND event_id = NEW.event_id)",
    ),
    *append_only("ledger_gateway_payment", "id", changed_if=_CHANGED),
    refusing(BEGINS, "ledger_gateway_payment", BEGINS, "INSERT", f"NEW.state <> 'started' OR {_ELSEWHERE}"),
    refusing(MOVED, "ledger_gateway_payment", MOVED, "UPDATE", _astray(MOVES)),
    refusing(TOLD, "ledger_gateway_payment", TOLD, "UPDATE", _NOT_TOLD),
    *append_only("ledger_saved_method", "id", changed_if=_METHOD_CHANGED),
    refusing(METHOD_BEGINS, "ledger_saved_method", METHOD_BEGINS, "INSERT", "NEW.state <> 'asked'"),
    refusing(METHOD_MOVED, "ledger_saved_method", METHOD_MOVED, "UPDATE", _astray(METHOD_MOVES)),
    refusing(
        METHOD_TOLD,
        "ledger_saved_method",
        METHOD_TOLD,
        "UPDATE",
        f"NEW.state = 'saved' AND OLD.state <> 'saved' AND {_untold('method_saved', 'method_id')}",
    ),
)
