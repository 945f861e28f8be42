"""A person's own data: the account, roles, memberships and devices."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.people.models import Device, Membership, Organisation, Person, PersonRole
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving, Rows

NAMELESS = "An organisation without a name"


def export(db: Session, person_id: int) -> Rows:
    """The account without what only signs one in: no password, no token."""
    person = db.get_one(Person, person_id)
    memberships = db.execute(
        select(Membership, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.id)
    )
    devices = db.scalars(select(Device).where(Device.person_id == person_id).order_by(Device.id))
    roles = db.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id).order_by(PersonRole.role))
    return {
        "person": [{name: getattr(person, name) for name in ("name", "email", "user_name", "phone", "created")}],
        "person_role": [{"role": role} for role in roles],
        "membership": [
            {"organisation": name, "role": row.role, "since": row.since, "until": row.until} for row, name in memberships
        ],
        "device": [
            {name: getattr(row, name) for name in ("created", "last_seen", "expires", "address", "agent")} for row in devices
        ],
    }


def erase(db: Session, leaving: Leaving) -> None:
    """Put a pseudonym in the person's place. An organisation that was called after them loses the name."""
    db.execute(delete(Device).where(Device.person_id == leaving.person_id))
    belonged = select(Membership.organisation_id).where(Membership.person_id == leaving.person_id)
    namesakes = select(Organisation).where(
        Organisation.id.in_(belonged), leaving.mentioned_in(Organisation.name) | (Organisation.name == leaving.name)
    )
    for organisation in db.scalars(namesakes):
        organisation.name = NAMELESS
        record(
            db,
            "atlas:organisation:changed",
            about=("organisation", organisation.ref),
            organisation_id=organisation.id,
            after={"name": NAMELESS},
            note="It was called after somebody who was erased.",
        )
    person = db.get_one(Person, leaving.person_id)
    person.name, person.email, person.user_name, person.phone = PSEUDONYM, None, None, None
    person.password, person.disabled, person.erased = None, person.disabled or leaving.now, leaving.now
    db.flush()
