"""What tenants are told of their deposits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.web.formats import money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.telling import people_bound

DEPOSITS = NotificationCategory("ledger.deposits", "Your deposits", "Something of your deposits was paid back.")


def tell_tenants(db: Session, lease: Lease, what: str, cents: int, *, now: datetime) -> None:
    """Tell those whom the lease binds, as far as they have a sign-in: "Paid back: B$1,200 for 4B, Sandyport Mews"."""
    subject = f"{what}: {money(cents)} for {lease.unit.label}, {lease.unit.property.name}"[:200]
    path = f"/home/leases/{lease.ref}/ledger/deposits/"
    notify(db, people_bound(db, lease), DEPOSITS, subject, TOLD_TEMPLATE, path=path, now=now)
