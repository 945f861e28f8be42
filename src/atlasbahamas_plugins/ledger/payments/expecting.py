"""What is to be paid for a lease, and what is expected to come: beside the forms of payments."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation import services as allocation
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.figures.services import NextToPay, next_to_pay
from atlasbahamas_plugins.ledger.figures.unpaid import where_rent_opens
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.resources import LeasePayments, PaymentNode


def standing_of(request: Any, lease: Lease) -> dict[str, Any]:
    """What a lease owes that can be paid now, its credit, and the reference for the bank."""
    owed = allocation.payable_charges(request.db, lease)
    return {
        "lease": lease,
        "owed_cents": sum(charge.open_cents for charge in owed),
        "credit_cents": allocation.credit_of(request.db, lease),
        "reference": lease_reference(lease.id),
    }


def to_pay(context: LeasePayments, request: Any, lease: Lease) -> dict[str, Any]:
    """The same for a form, with what was given already, the bills, and, where nothing is unpaid, the rent that comes next.

    `amount_cents` is what most will pay: what is unpaid, or the next rent less what was paid and given ahead of it.
    """
    page = standing_of(request, lease)
    due = next_to_pay(request.db, [lease], today=request.clock.today()).get(lease.id)
    ahead = due if not page["owed_cents"] else None
    return {
        **page,
        "due": due,
        "coming": ahead.coming_rent if ahead is not None else None,
        "coming_url": where_rent_opens(context.above(LeaseLedger), due) if due is not None else "",
        "bill_cents": owed_by(request.db, lease).bill_cents,
        "amount_cents": ahead.coming_cents if ahead is not None else page["owed_cents"],
    }


def expected(node: PaymentNode, bill: Charge | None, to_pay_cents: int, due: NextToPay | None) -> dict[str, Any]:
    """What is expected to come, and where that is explained: what is unpaid of a bill, what the lease has to pay, or, where that
    is nothing, its next rent with the day on which it is due (`owed_on`).
    """
    ledger = node.above(LeaseLedger)
    if bill is not None:
        return {"owed_cents": bill.open_cents, "owed_url": f"{ledger.node_of(bill).url()}#unpaid", "owed_on": None}
    if to_pay_cents or due is None or due.coming_rent is None:
        return {"owed_cents": to_pay_cents, "owed_url": f"{ledger.url()}#to-pay", "owed_on": None}
    rent = due.coming_rent
    return {"owed_cents": rent.cents, "owed_url": where_rent_opens(ledger, due), "owed_on": rent.due_on}
