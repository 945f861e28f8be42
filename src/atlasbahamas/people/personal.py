"""A person's own data: the account, roles, memberships, invitations and devices."""

from __future__ import annotations

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.people.models import Device, Invitation, Membership, Organisation, Person, PersonRole, PersonToken
from atlasbahamas.people.photo.services import photo_of, remove_photo
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving, Rows


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
    tokens = db.scalars(select(PersonToken).where(PersonToken.person_id == person_id).order_by(PersonToken.id))
    invitations = db.execute(
        select(Invitation, Organisation.name)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(or_(Invitation.invited_by_id == person_id, Invitation.answered_by_id == person_id))
        .order_by(Invitation.id)
    )
    roles = db.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id).order_by(PersonRole.role))
    photo = photo_of(db, person_id)
    return {
        "person": [{name: getattr(person, name) for name in ("name", "email", "user_name", "phone", "created")}],
        "person_photo": [{name: getattr(photo.file, name) for name in ("size", "width", "height", "created")}] if photo else [],
        "person_role": [{"role": role} for role in roles],
        "membership": [
            {"organisation": name, "role": row.role, "limited": row.limit_id is not None, "since": row.since, "until": row.until}
            for row, name in memberships
        ],
        "person_token": [
            {name: getattr(row, name) for name in ("purpose", "email", "created", "expires", "used")} for row in tokens
        ],
        "invitation": [
            {
                "organisation": name,
                "by_you": row.invited_by_id == person_id,
                "role": row.role,
                "sent": row.sent,
                "answer": row.answer,
            }
            for row, name in invitations
        ],
        "device": [
            {name: getattr(row, name) for name in ("created", "last_seen", "expires", "address", "agent")} for row in devices
        ],
    }


def erase(db: Session, leaving: Leaving) -> None:
    """Put a pseudonym in the person's place, also where an organisation was called after them or an invitation was theirs."""
    remove_photo(db, leaving.store, db.get_one(Person, leaving.person_id))
    for model in (Device, PersonToken):
        db.execute(delete(model).where(model.person_id == leaving.person_id))
    _rename_organisations(db, leaving)
    _forget_invitations(db, leaving)
    person = db.get_one(Person, leaving.person_id)
    person.name, person.email, person.user_name, person.phone = PSEUDONYM, None, None, None
    person.password, person.disabled, person.erased = None, person.disabled or leaving.now, leaving.now
    db.flush()


def _rename_organisations(db: Session, leaving: Leaving) -> None:
    belonged = select(Membership.organisation_id).where(Membership.person_id == leaving.person_id)
    named = leaving.mentioned_in(Organisation.name) | Organisation.name.in_(leaving.names)
    for organisation in db.scalars(select(Organisation).where(Organisation.id.in_(belonged), named)):
        organisation.name = leaving.redact(organisation.name)
        record(
            db,
            "atlas:organisation:changed",
            about=("organisation", organisation.ref),
            organisation_id=organisation.id,
            after={"name": organisation.name},
            note="It was called after somebody who was erased.",
        )


def _forget_invitations(db: Session, leaving: Leaving) -> None:
    theirs = or_(Invitation.answered_by_id == leaving.person_id, func.lower(Invitation.email).in_(leaving.lower_addresses))
    for invitation in db.scalars(select(Invitation).where(theirs)):
        invitation.name, invitation.email = PSEUDONYM, None
