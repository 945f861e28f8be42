"""What people do with their account and their organisations. No clock, settings or request is read here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import now_acting
from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import (
    MEMBER_ROLES,
    Device,
    Membership,
    Organisation,
    Person,
    PersonRole,
    name_key,
)
from atlasbahamas.security.identity import KEPT_FOR, UNKEPT_FOR, token_hash
from atlasbahamas.security.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    hash_password,
    needs_rehash,
    verify_password,
)
from atlasbahamas.traversal.keys import new_key

TAKEN = {
    "uq_person_user_name_key": Refused("Somebody has this user name already. Please choose another.", "user_name"),
    "uq_person_email_key": Refused("This e-mail address cannot be used here. Sign in if it is yours, or leave it out.", "email"),
}
PROFILE = ("name", "email", "user_name", "phone")
LAST_OWNER = Refused("An organisation needs an owner. Make somebody else an owner first.")


@dataclass(frozen=True)
class PersonDetails:
    """What a person says of themselves. Empty text means: not given."""

    name: str
    email: str = ""
    user_name: str = ""
    phone: str = ""


def register_person(db: Session, details: PersonDetails, password: str, *, now: datetime, confirmed: bool = False) -> Person:
    """Make an account that can sign in. `confirmed`: the address is known to be theirs. Raises Refused at the field."""
    if not details.email and not details.user_name:
        raise Refused("Give an e-mail address or choose a user name: you will sign in with it.", "user_name")
    check_password(password)
    person = Person(name=details.name, created=now, password=hash_password(password))
    if confirmed and details.email:
        person.email, person.email_confirmed = details.email, now
    db.add(person)
    _, after = _write_details(db, person, details)
    record(db, "atlas:person:registered", about=about(person), organisation_id=None, after=after)
    return person


def about(person: Person) -> tuple[str, str]:
    """How the audit names a person: by id, so that nothing of an entry has to go when they are erased."""
    return "person", str(person.id)


def change_profile(db: Session, person: Person, details: PersonDetails) -> Person:
    """Change name, addresses and phone. Raises Refused when no way to sign in would be left, or a name is taken."""
    if person.password and not details.email and not details.user_name:
        raise Refused("Keep an e-mail address or a user name: you sign in with it.", "user_name")
    before, after = _write_details(db, person, details)
    if after:
        record(db, "atlas:person:changed", about=about(person), organisation_id=None, before=before, after=after)
    return person


def _write_details(db: Session, person: Person, details: PersonDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    if "@" in details.user_name:
        raise Refused("A user name cannot contain @.", "user_name")
    try:
        with db.begin_nested():
            person.name, person.phone = details.name, details.phone or None
            person.email, person.user_name = details.email or None, details.user_name or None
            db.add(person)
            changed = changes(person, PROFILE)
            db.flush()
    except IntegrityError as error:
        refusal = TAKEN.get(violated_constraint(error, metadata) or "")
        if refusal is None:
            raise
        raise refusal from error
    return changed


def check_password(password: str) -> None:
    """Raises Refused for a password that is too short or absurdly long (NIST SP 800-63B: length, no composition rules)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Refused(f"Use {MIN_LENGTH} to {MAX_LENGTH} characters.", "password")


def find_by_password(db: Session, name: str, password: str) -> Person | None:
    """The person with this e-mail or user name, if the password fits; the same work is done when there is none."""
    person = _find(db, name)
    if not verify_password(person.password if person else None, password) or person is None:
        return None
    if person.password and needs_rehash(person.password):
        person.password = hash_password(password)
    return person


def _find(db: Session, name: str) -> Person | None:
    key = name_key(name)
    column = Person.email_key if "@" in key else Person.user_name_key
    # Whoever confirmed the address comes before those who only typed it.
    return db.scalar(select(Person).where(column == key).order_by(Person.email_confirmed.is_(None), Person.id).limit(1))


def note_failed_sign_in(db: Session, name: str) -> None:
    """Record that a sign-in failed: about the account, if there is one. What was typed is not kept; it may be a password."""
    person = _find(db, name)
    note = "" if person else "no such account"
    if person is not None and person.disabled is not None:
        note = "the account is switched off"
    record(db, "atlas:sign_in:failed", about=about(person) if person else None, organisation_id=None, note=note)


def open_device(db: Session, person: Person, *, kept: bool, address: str, agent: str, now: datetime) -> str:
    """Sign a browser in; gives the token that its session carries. `kept` lasts 30 days from the last visit."""
    token = secrets.token_urlsafe(32)
    db.add(
        Device(
            person=person,
            token_hash=token_hash(token),
            created=now,
            last_seen=now,
            expires=now + (KEPT_FOR if kept else UNKEPT_FOR),
            kept=kept,
            address=address[:45],
            agent=agent[:300],
        )
    )
    db.flush()
    now_acting(db, person.id)
    record(db, "atlas:person:signed_in", about=about(person), organisation_id=None)
    return token


def end_device(db: Session, device_id: int) -> None:
    """Sign a browser out: its token opens nothing from now on, wherever a copy of it lies."""
    device = db.get(Device, device_id)
    if device is not None:
        record(db, "atlas:person:signed_out", about=about(device.person), organisation_id=None)
        db.delete(device)


def devices_of(db: Session, person_id: int, *, now: datetime) -> list[Device]:
    """Browsers in which the person is signed in, the latest first."""
    query = select(Device).where(Device.person_id == person_id, Device.expires > now)
    return list(db.scalars(query.order_by(Device.last_seen.desc(), Device.id.desc()).limit(50)))


def forget_devices(db: Session, *, now: datetime) -> None:
    """Delete the devices whose time is over: they open nothing, and say where somebody was."""
    db.execute(delete(Device).where(Device.expires <= now))


def grant_platform_role(db: Session, person: Person, role: str) -> None:
    """Give a person a role on the whole platform."""
    if db.get(PersonRole, (person.id, role)) is None:
        db.add(PersonRole(person_id=person.id, role=role))
        db.flush()
        record(db, "atlas:role:granted", about=about(person), organisation_id=None, after={"role": role})


def create_organisation(
    db: Session, name: str, owner_id: int, *, now: datetime, words: str | None = None, code: str | None = None
) -> Organisation:
    """Make an organisation with its first owner. Its key begins with `words`, or its name; `code` fixes its end (demo data)."""
    organisation = Organisation(ref=new_key(name if words is None else words, code=code), name=name, created=now)
    db.add(organisation)
    db.flush()
    record(
        db,
        "atlas:organisation:created",
        about=("organisation", organisation.ref),
        organisation_id=organisation.id,
        after={"name": name},
    )
    add_member(db, organisation, owner_id, "owner", now=now)
    return organisation


def add_member(
    db: Session, organisation: Organisation, person_id: int, role: str, *, now: datetime, limit_id: int | None = None
) -> Membership:
    """Give a person a role in an organisation, in all of it or as far as a limit reaches.

    Raises Refused for a role that members cannot have.
    """
    if role not in MEMBER_ROLES:
        raise Refused("There is no such role.", "role")
    membership = Membership(
        ref=new_key("m"), organisation_id=organisation.id, person_id=person_id, role=role, since=now, limit_id=limit_id
    )
    db.add(membership)
    db.flush()
    record(
        db,
        "atlas:membership:begun",
        about=("membership", membership.ref),
        organisation_id=organisation.id,
        after={"person": person_id, "role": role},
    )
    return membership


def change_member_role(db: Session, membership: Membership, role: str, *, now: datetime) -> Membership:
    """End the membership and begin one with another role, so that who was what when stays known. Raises Refused."""
    if role == membership.role:
        return membership
    with db.begin_nested():
        lock_organisation(db, membership.organisation_id)
        limit_id = None if role == "owner" else membership.limit_id
        begun = add_member(db, membership.organisation, membership.person_id, role, now=now, limit_id=limit_id)
        end_membership(db, membership, now=now)
    return begun


def end_membership(db: Session, membership: Membership, *, now: datetime) -> None:
    """End a membership. Raises Refused for the last owner: an organisation that nobody can manage must be impossible."""
    lock_organisation(db, membership.organisation_id)
    try:
        with db.begin_nested():
            db.execute(update(Membership).where(Membership.id == membership.id).values(until=now))
    except IntegrityError as error:
        raise LAST_OWNER from error
    db.refresh(membership)
    record(
        db,
        "atlas:membership:ended",
        about=("membership", membership.ref),
        organisation_id=membership.organisation_id,
        before={"person": membership.person_id, "role": membership.role},
    )


def lock_organisation(db: Session, organisation_id: int) -> None:
    """Queue for the organisation's row: the first lock of the documented order (docs/decisions/0003)."""
    db.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def edit_organisation(db: Session, organisation: Organisation, *, name: str, brea_licence: str) -> None:
    """Rename an organisation, or change its BREA licence number (domain.md section 4)."""
    organisation.name, organisation.brea_licence = name, brea_licence or None
    before, after = changes(organisation, ("name", "brea_licence"))
    db.flush()
    if after:
        record(
            db,
            "atlas:organisation:changed",
            about=("organisation", organisation.ref),
            organisation_id=organisation.id,
            before=before,
            after=after,
        )


def organisations_of(db: Session, person_id: int) -> list[Organisation]:
    """Organisations that the person belongs to today, by name."""
    belongs = select(Membership.organisation_id).where(Membership.person_id == person_id, Membership.until.is_(None))
    return list(db.scalars(select(Organisation).where(Organisation.id.in_(belongs)).order_by(Organisation.name, Organisation.id)))
