"""What tenants are told of how their lease is shared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.telling import people_bound

SHARES = NotificationCategory("ledger.shares", "Shares among roommates", "It was written down who of you owes which part.")


def tell_tenants(db: Session, lease: Lease, what: str, *, now: datetime) -> None:
    """Tell those whom the lease binds, as far as they have a sign-in."""
    subject = f"{what}: {lease.unit.label}, {lease.unit.property.name}"[:200]
    path = f"/home/leases/{lease.ref}/ledger/sharing/"
    notify(db, people_bound(db, lease), SHARES, subject, TOLD_TEMPLATE, path=path, now=now)
