"""What people can be told of by leasing, and telling either side of a lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atlasbahamas.mail.services import send_mail
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit

MY_LEASE = NotificationCategory("leasing.mine", "Your lease", "Your lease waits for you, or somebody did something about it.")
TENANTS_ANSWER = NotificationCategory(
    "leasing.answers", "Tenants and their leases", "A tenant signed, declined, or asks for something."
)
LANDLORDS_LEASES = NotificationCategory("leasing.terms", "Leases you let", "A term is about to end, or to go on by itself.")


def people_bound(db: Session, lease: Lease) -> list[int]:
    """Ids of those whom a lease binds, as far as they have a sign-in."""
    bound = select(Contact.person_id).join(LeaseParty, LeaseParty.contact_id == Contact.id)
    people = db.scalars(bound.where(LeaseParty.lease_id == lease.id, Contact.person_id.is_not(None)).order_by(LeaseParty.id))
    return [each for each in people if each]


def members_reaching(db: Session, lease: Lease, roles: Sequence[str]) -> Sequence[int]:
    """Ids of the landlord's members in some roles; of whoever is limited, where the limit reaches the unit."""
    reached = or_(Membership.limit_id.is_(None), reaches_unit(Membership.limit_id, lease.unit_id))
    current = (Membership.organisation_id == lease.organisation_id, Membership.until.is_(None), Membership.role.in_(roles))
    return db.scalars(select(Membership.person_id).where(*current, reached).distinct().order_by(Membership.person_id)).all()


def tell_parties(db: Session, lease: Lease, subject: str, path: str, *, now: datetime) -> None:
    """Tell those whom a lease binds, as far as they have a sign-in; `path` is below their lease."""
    path = f"/home/leases/{lease.ref}/{path}"
    notify(db, people_bound(db, lease), MY_LEASE, subject, TOLD_TEMPLATE, path=path, now=now)


def mail_parties(db: Session, lease: Lease, template: str, content: dict[str, Any], *, now: datetime) -> None:
    """Send a mail to those whom a lease binds who have an address and no sign-in, at which they would be told.

    The template is given its `content`, and the names of the landlord, the home and whom it goes to. Whoever has neither is
    for the landlord to tell.
    """
    landlord = db.get_one(Organisation, lease.organisation_id).name
    everywhere = {**content, "landlord": landlord, "home": lease.unit.property.name}
    for contact in (party.contact for party in lease.parties):
        if contact.person_id is None and contact.email:
            send_mail(db, template, address=contact.email, content={**everywhere, "name": contact.name}, now=now)


def tell_members(
    db: Session,
    lease: Lease,
    subject: str,
    path: str,
    *,
    roles: Sequence[str],
    now: datetime,
    category: NotificationCategory = TENANTS_ANSWER,
) -> None:
    """Tell the landlord's members in some roles, as what a tenant did; whoever is limited, where the limit reaches the unit."""
    organisation = db.get_one(Organisation, lease.organisation_id).ref
    place = f"/portfolio/{organisation}/leases/{lease.ref}/{path}"
    notify(db, members_reaching(db, lease, roles), category, subject, TOLD_TEMPLATE, path=place, now=now)
