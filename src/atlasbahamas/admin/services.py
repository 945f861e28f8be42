"""What administrators do with accounts. The database keeps the last administrator (people/models.py); here it gets words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import KEEPS_ADMINISTRATOR, PLATFORM_ROLES, Device, Membership, Organisation, Person, PersonRole
from atlasbahamas.people.services import about, grant_platform_role

LAST_ADMINISTRATOR = Refused("The platform needs an administrator. Make somebody else one first.")


@contextmanager
def keeping_an_administrator(db: Session) -> Iterator[None]:
    """A savepoint in which the database's refusal to lose the last administrator becomes a Refused."""
    try:
        with db.begin_nested():
            yield
    except IntegrityError as error:
        if violated_constraint(error, metadata) != KEEPS_ADMINISTRATOR:
            raise
        raise LAST_ADMINISTRATOR from error


def disable_person(db: Session, person: Person, *, now: datetime) -> None:
    """Switch an account off: nobody signs in with it, and every device ends. Raises Refused for the last administrator."""
    if person.disabled is not None:
        return
    with keeping_an_administrator(db):
        person.disabled = now
        before, after = changes(person, ("disabled",))
        db.flush()
        end_devices(db, person)
    record(db, "atlas:person:disabled", about=about(person), organisation_id=None, before=before, after=after)


def enable_person(db: Session, person: Person) -> None:
    """Switch an account on again. Its devices stay ended."""
    if person.disabled is None:
        return
    person.disabled = None
    before, after = changes(person, ("disabled",))
    db.flush()
    record(db, "atlas:person:enabled", about=about(person), organisation_id=None, before=before, after=after)


def end_devices(db: Session, person: Person) -> None:
    """Sign the person out everywhere."""
    db.execute(delete(Device).where(Device.person_id == person.id))


def note_unlock(db: Session, person: Person) -> None:
    """Record that the attempts to sign in that were counted against an account were taken back."""
    record(db, "atlas:person:unlocked", about=about(person), organisation_id=None)


def grant_role(db: Session, person: Person, role: str) -> None:
    """Give a person a role on the platform; they sign in anew, as at every rise in rights. Raises Refused."""
    if role not in PLATFORM_ROLES:
        raise Refused("There is no such role.", "role")
    if person.disabled is not None:
        raise Refused("This account is switched off. Switch it on first.")
    grant_platform_role(db, person, role)
    end_devices(db, person)


def revoke_role(db: Session, person: Person, role: str) -> None:
    """Take a role on the platform away. Raises Refused for the last administrator, and for a role that they do not have."""
    held = db.get(PersonRole, (person.id, role))
    if held is None:
        raise Refused("They do not have that role.", "role")
    with keeping_an_administrator(db):
        db.delete(held)
        db.flush()
    record(db, "atlas:role:revoked", about=about(person), organisation_id=None, before={"role": role})


def roles_of(db: Session, person: Person) -> list[str]:
    """The person's roles on the platform."""
    return list(db.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id).order_by(PersonRole.role)))


def memberships_of(db: Session, person: Person) -> list[Membership]:
    """Every membership that the person has or had, the current ones first, then the latest."""
    query = (
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(Membership.until.is_not(None), Membership.until.desc(), Organisation.name, Membership.role)
    )
    return list(db.scalars(query.limit(200)))


def last_seen(db: Session, person: Person) -> datetime | None:
    """When a device of the person was last seen, of those that are still signed in."""
    return db.scalar(select(func.max(Device.last_seen)).where(Device.person_id == person.id))
