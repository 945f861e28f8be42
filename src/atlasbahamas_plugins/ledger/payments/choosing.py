"""What money pays, as somebody chooses it. Late fees follow at once. Raises Refused.

A fee is on what was unpaid of a period's own rent (domain.md 3.4), so whoever moves money to another rent moves the fee as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation import services as allocation
from atlasbahamas_plugins.ledger.lateness.services import settle_today
from atlasbahamas_plugins.ledger.payments.models import Payment


def choose_what_it_pays(db: Session, payment: Payment, wanted: Mapping[int, int], *, now: datetime) -> None:
    """Let a payment pay these charges (id -> cents) and no others; the rest is credit. Raises Refused.

    Where something is left as credit, fees are looked at when that is used: a look now would use it at once.
    """
    allocation.allocate_by_hand(db, payment, wanted, now=now)
    if not allocation.open_money(db, [payment.lease_id]):
        settle_today(db, payment.organisation_id, [payment.lease_id], now=now)


def pay_the_oldest_first(db: Session, lease: Lease, *, now: datetime) -> None:
    """Take off all that the money of a lease pays, and let it pay the oldest first again. Raises Refused."""
    allocation.reallocate(db, lease, now=now)
    settle_today(db, lease.organisation_id, [lease.id], now=now)
