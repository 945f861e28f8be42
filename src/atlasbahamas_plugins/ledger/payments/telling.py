"""What people are told of payments, and telling either side of a lease; each once, by the service that moves the payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.db.statements import is_one_of
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.telling import members_reaching, people_bound
from atlasbahamas_plugins.ledger.payments.models import Payment

CONFIRMED = NotificationCategory("ledger.confirmed", "Payments that count", "A payment of yours was confirmed, with its receipt.")
REFUSED = NotificationCategory(
    "ledger.refused", "Payments that do not count", "A payment of yours was refused, taken back or returned by the bank."
)
REPORTS = NotificationCategory("ledger.reports", "Reported payments", "A tenant says that they paid, and waits for an answer.")
WAITS = NotificationCategory("ledger.waits", "Reports that wait", "Nobody looked for two days at what a tenant reported.")
REMIND_AFTER = timedelta(days=2)


def tell_tenants(db: Session, payment: Payment, category: NotificationCategory, what: str, *, now: datetime) -> None:
    """Tell those whom the lease binds, as far as they have a sign-in: "Confirmed: B$1,200 for 4B, Sandyport Mews"."""
    lease = db.get_one(Lease, payment.lease_id)
    path = f"/home/leases/{lease.ref}/ledger/payments/{payment.ref}/"
    notify(db, people_bound(db, lease), category, _subject(payment, lease, what), TOLD_TEMPLATE, path=path, now=now)


def tell_staff(db: Session, payment: Payment, *, roles: Sequence[str], now: datetime) -> None:
    """Tell the landlord's members in some roles that a report waits; whoever is limited, where the limit reaches the home."""
    _tell_members(db, payment, REPORTS, "Reported as paid", roles=roles, now=now)


def tell_owners(db: Session, payment: Payment, *, now: datetime) -> None:
    """Tell the owners that a report waits."""
    _tell_members(db, payment, WAITS, "Nobody confirmed or refused", roles=("owner",), now=now)


def remind_of_reports(db: Session, *, now: datetime, most: int = 200) -> int:
    """Tell the owners of each report that waits for two days, once; gives how many."""
    waits = select(Payment).where(
        is_one_of(Payment.state, "reported"), Payment.reminded.is_(None), Payment.created <= now - REMIND_AFTER
    )
    found = db.scalars(waits.order_by(Payment.created, Payment.id).limit(most).with_for_update(skip_locked=True)).all()
    for payment in found:
        payment.reminded = now
        tell_owners(db, payment, now=now)
    db.flush()
    return len(found)


def _tell_members(
    db: Session, payment: Payment, category: NotificationCategory, what: str, *, roles: Sequence[str], now: datetime
) -> None:
    lease = db.get_one(Lease, payment.lease_id)
    organisation = db.get_one(Organisation, lease.organisation_id).ref
    path = f"/portfolio/{organisation}/leases/{lease.ref}/ledger/payments/{payment.ref}/"
    subject = _subject(payment, lease, what)
    notify(db, members_reaching(db, lease, roles), category, subject, TOLD_TEMPLATE, path=path, now=now)


def _subject(payment: Payment, lease: Lease, what: str) -> str:
    return f"{what}: {money(payment.cents)} for {lease.unit.label}, {lease.unit.property.name}"[:200]
