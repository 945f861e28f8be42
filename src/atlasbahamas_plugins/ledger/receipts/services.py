"""What a receipt says, for its page and its PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.services import WITH_PARTIES
from atlasbahamas_plugins.ledger.allocation.services import allocations_of
from atlasbahamas_plugins.ledger.charges.words import what_it_is
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.rails import CURRENCIES, RAILS


@dataclass(frozen=True)
class Receipt:
    """A receipt as it is read. `pays` are (what, cents), `rest_cents` is credit, and at `check_url` anybody can check it."""

    number: int
    organisation: str
    tenants: str
    home: str
    cents: int
    received_on: date
    how: str
    reference: str
    issued: datetime
    pays: list[tuple[str, int]]
    rest_cents: int
    is_void: bool
    check_url: str


def receipt_of(db: Session, payment: Payment, *, base_url: str) -> Receipt:
    """The receipt of a payment that was confirmed. Raises LookupError for another one."""
    if payment.receipt_number is None or payment.decided is None:
        raise LookupError("there is no receipt of it")
    lease = db.scalars(select(Lease).where(Lease.id == payment.lease_id).options(*WITH_PARTIES)).one()
    pays = [
        (what_it_is(each.charge.what, each.charge.period_starts, each.charge.period_ends, each.charge.explanation), each.cents)
        for each in allocations_of(db, payment)
    ]
    rail = RAILS[payment.rail].title if payment.rail in RAILS else payment.rail
    return Receipt(
        number=payment.receipt_number,
        organisation=db.get_one(Organisation, payment.organisation_id).name,
        tenants=lease.tenant_names,
        home=f"{lease.unit.label}, {lease.unit.property.name}",
        cents=payment.cents,
        received_on=payment.received_on,
        how=rail if payment.currency == "BSD" else f"{rail}, in {CURRENCIES[payment.currency]}",
        reference=payment.reference,
        issued=payment.decided,
        pays=pays,
        rest_cents=payment.cents - sum(cents for _, cents in pays),
        is_void=payment.is_void,
        check_url=f"{base_url}/receipts/{payment.receipt_token}/",
    )
