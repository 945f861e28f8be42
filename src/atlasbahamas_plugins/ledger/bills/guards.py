"""What the database refuses about bills, on both databases and whoever writes: they are no rent, and pay none.

That a charge for a bill is owed on the account of bills and on no other, charges/guards.py says; that money comes on that account
only when it was paid for a bill, payments/guards.py. An allocation stays within an account.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import append_only, refusing

OF_UNIT = "ledger_bill_account_is_of_its_unit"
BEGINS = "ledger_bill_begins_alone"
CHARGED = "ledger_bill_is_charged_once"
STAYS = "ledger_bill_that_is_owed_stays"
PAYMENT = "ledger_bill_payment_is_of_its_lease"


def _differ(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


_OTHERS_UNIT = """NOT EXISTS (SELECT 1 FROM portfolio_unit AS unit JOIN portfolio_property AS property
    ON property.id = unit.property_id WHERE unit.id = NEW.unit_id AND property.organisation_id = NEW.organisation_id)"""

_MOVED = _differ("id", "ref", "organisation_id", "unit_id", "utility_id", "created")

_IS_OWED = "EXISTS (SELECT 1 FROM ledger_charge WHERE id = OLD.charge_id AND voided_by IS NULL)"

_NOT_ITS_CHARGE = """NEW.charge_id IS NOT NULL AND coalesce(OLD.charge_id, 0) <> NEW.charge_id AND NOT EXISTS
    (SELECT 1 FROM ledger_charge AS charge JOIN leasing_lease AS lease ON lease.id = charge.lease_id
        WHERE charge.id = NEW.charge_id AND charge.what = 'bill' AND charge.rule = NEW.ref AND charge.cents = NEW.cents
        AND charge.organisation_id = NEW.organisation_id AND lease.unit_id = NEW.unit_id)"""

_CHANGED = f"""{_differ("id", "ref", "organisation_id", "unit_id", "account_id", "created")}
    OR ({_IS_OWED} AND ({_differ("payer", "starts", "ends", "due_on", "cents")}
        OR coalesce(NEW.charge_id, 0) <> OLD.charge_id))"""

_NOT_FOR_A_BILL = """NOT EXISTS (SELECT 1 FROM ledger_payment AS payment JOIN ledger_charge AS charge
    ON charge.id = NEW.charge_id AND charge.lease_id = payment.lease_id AND charge.what = 'bill'
    WHERE payment.id = NEW.payment_id AND payment.state = 'reported')"""

TRIGGERS = (
    refusing(OF_UNIT, "ledger_bill_account", OF_UNIT, "INSERT", _OTHERS_UNIT),
    refusing("ledger_bill_account_stays_there", "ledger_bill_account", OF_UNIT, "UPDATE", _MOVED),
    refusing(
        BEGINS,
        "ledger_bill",
        BEGINS,
        "INSERT",
        "NEW.charge_id IS NOT NULL",
        # What REPLACE would take away without asking.
        on_sqlite=" OR EXISTS (SELECT 1 FROM ledger_bill WHERE id = NEW.id OR ref = NEW.ref)",
    ),
    refusing(CHARGED, "ledger_bill", CHARGED, "UPDATE", _NOT_ITS_CHARGE),
    refusing(STAYS, "ledger_bill", STAYS, "UPDATE", _CHANGED),
    # What was owed once has a charge that names it.
    refusing("ledger_bill_stays_there", "ledger_bill", STAYS, "DELETE", "OLD.charge_id IS NOT NULL"),
    *append_only("ledger_bill_payment", "payment_id"),
    refusing(PAYMENT, "ledger_bill_payment", PAYMENT, "INSERT", _NOT_FOR_A_BILL),
)
