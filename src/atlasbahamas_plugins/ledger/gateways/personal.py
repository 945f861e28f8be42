"""A person's own data among what goes through gateways: their saved cards, what they paid by them, and their autopay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.gateways.models import METHOD_STATES, STATES, GatewayPayment, SavedMethod
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Their cards, by what they know them by, and what they paid online."""
    methods = db.scalars(select(SavedMethod).where(SavedMethod.person_id == person_id).order_by(SavedMethod.id))
    mine = or_(GatewayPayment.by_person_id == person_id, GatewayPayment.refund_by_id == person_id)
    query = select(GatewayPayment, Lease.ref).join(Lease, Lease.id == GatewayPayment.lease_id).where(mine)
    paid = db.execute(query.order_by(GatewayPayment.id))
    return {
        "ledger_saved_method": [
            {
                "what": row.label,
                "until": row.expires,
                "state": METHOD_STATES[row.state],
                "saved_by": row.gateway,
                "made": row.created,
            }
            for row in methods
        ],
        "ledger_gateway_payment": [
            {"lease": lease, "cents": row.cents, "state": STATES[row.state], "begun": row.created, "by": row.gateway}
            for row, lease in paid
        ],
    }


def erase(db: Session, leaving: Leaving) -> None:
    """Their cards are forgotten, and their name goes from why something was given back."""
    forgotten = {"state": "removed", "token": None, "label": "", "address": ""}
    saved = (SavedMethod.person_id == leaving.person_id, SavedMethod.state == "saved")
    db.execute(update(SavedMethod).where(*saved).values(**forgotten))
    mine = SavedMethod.person_id == leaving.person_id
    db.execute(update(SavedMethod).where(mine).values(label="", address=""))
    db.execute(update(GatewayPayment).where(GatewayPayment.by_person_id == leaving.person_id).values(address=""))
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    words = GatewayPayment.refund_reason
    there = and_(GatewayPayment.organisation_id.in_(known), leaving.mentioned_in(words))
    for payment in db.scalars(
        select(GatewayPayment).where(or_(leaving.named_within(GatewayPayment.organisation_id, words), there))
    ):
        payment.refund_reason = leaving.redact_line(payment.refund_reason)
    db.flush()
