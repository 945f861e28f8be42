"""What both sides are told of payment plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import money
from atlasbahamas_plugins.leasing.telling import members_reaching, people_bound
from atlasbahamas_plugins.ledger.plans.models import Plan

PLANS = NotificationCategory("ledger.plans", "Payment plans", "A payment plan was proposed, agreed, kept, broken or ended.")


def tell_tenants(db: Session, plan: Plan, what: str, *, now: datetime) -> None:
    """Tell those whom the lease binds, as far as they have a sign-in: "Payment plan proposed: B$1,200 for 4B, Sandyport Mews"."""
    path = f"/home/leases/{plan.lease.ref}/ledger/plans/{plan.ref}/"
    notify(db, people_bound(db, plan.lease), PLANS, _subject(plan, what), TOLD_TEMPLATE, path=path, now=now)


def tell_members(db: Session, plan: Plan, what: str, *, roles: Sequence[str], now: datetime) -> None:
    """Tell the landlord's members in some roles; whoever is limited, where the limit reaches the home."""
    organisation = db.get_one(Organisation, plan.organisation_id).ref
    path = f"/portfolio/{organisation}/leases/{plan.lease.ref}/ledger/plans/{plan.ref}/"
    notify(db, members_reaching(db, plan.lease, roles), PLANS, _subject(plan, what), TOLD_TEMPLATE, path=path, now=now)


def _subject(plan: Plan, what: str) -> str:
    unit = plan.lease.unit
    return f"Payment plan {what}: {money(plan.cents)} for {unit.label}, {unit.property.name}"[:200]
