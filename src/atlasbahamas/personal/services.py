"""Taking one's data along, and erasing oneself. Each part of the site does its own; here they are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from atlasbahamas.admin.services import revoke_role, roles_of
from atlasbahamas.audit.personal import earlier_profiles
from atlasbahamas.audit.services import record
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.errors import Refused
from atlasbahamas.files.store import Store, read_all
from atlasbahamas.people.models import Membership, Organisation, Person, name_key
from atlasbahamas.people.photo.services import photo_of
from atlasbahamas.people.services import PROFILE, about, end_membership
from atlasbahamas.personal.leaving import Erase, Export, Leaving
from atlasbahamas.plugins.discovery import PluginError, resolve
from atlasbahamas.plugins.manifest import Plugin

CORE = (
    ("audit", "atlasbahamas.audit.personal"),
    ("people", "atlasbahamas.people.personal"),
    ("files", "atlasbahamas.files.personal"),
    ("jobs", "atlasbahamas.jobs.personal"),
    ("mail", "atlasbahamas.mail.personal"),
    ("notifications", "atlasbahamas.notifications.personal"),
)
"""The core's parts: each module has `export` and `erase`. The audit is first, because the first is erased last: what the others
record while they erase has to go as well."""

STAYS: Mapping[str, str] = {
    "audit_entry.person_id": "entries stay whole; the number leads to a pseudonym, and what was personal hung on it and is gone",
    "invitation.answered_by_id": "an organisation keeps who came to it by which invitation; the number leads to a pseudonym",
    "invitation.invited_by_id": "an organisation keeps who invited whom; the number leads to a pseudonym",
    "membership.person_id": "an organisation keeps that somebody had a role in it and when; the number leads to a pseudonym",
}
"""Columns that still point to an erased person, and why; a feature's are in its manifest (`data_stays`)."""


@dataclass(frozen=True)
class Part:
    """A part of the site that holds data about people."""

    name: str
    export: Export
    erase: Erase


def parts_of(manifests: Sequence[Plugin]) -> tuple[Part, ...]:
    """The core's parts and those of the active features, in the order in which they export; they erase in the opposite one.

    Raises PluginError for a function that cannot be found.
    """
    found = [Part(name, resolve(f"{module}:export"), resolve(f"{module}:erase")) for name, module in CORE]
    for manifest in manifests:
        if manifest.data_export and manifest.data_erase:
            try:
                found.append(Part(manifest.name, resolve(manifest.data_export), resolve(manifest.data_erase)))
            except (ImportError, AttributeError) as error:
                raise PluginError(f"plugin {manifest.name!r}: data_export or data_erase cannot be found: {error}") from error
    return tuple(found)


def export_person(db: Session, parts: Sequence[Part], person: Person) -> dict[str, list[dict[str, Any]]]:
    """Everything that the site holds about a person, as rows by table. That it was taken is recorded."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for table, rows in part.export(db, person.id).items():
            tables.setdefault(table, []).extend(dict(row) for row in rows)
    record(db, "atlas:person:exported", about=about(person), organisation_id=None)
    return tables


def files_of(db: Session, store: Store, person: Person) -> dict[str, bytes]:
    """The files that are a person's own, by name: their photo."""
    photo = photo_of(db, person.id)
    return {photo.file.name: read_all(store, photo.file.digest, photo.file.size)} if photo else {}


def erase_person(db: Session, store: Store, parts: Sequence[Part], person: Person, *, now: datetime) -> None:
    """Erase a person: memberships and roles end, and every part takes them out. What stays leads to a pseudonym.

    Raises Refused for the only owner of an organisation, and for the last administrator.
    """
    alone = owned_alone(db, person)
    if alone:
        names = ", ".join(organisation.name for organisation in alone)
        raise Refused(f"You are the only owner of {names}. Make somebody else an owner first, or ask us to close it.")
    current = select(Membership).where(Membership.person_id == person.id, Membership.until.is_(None))
    for membership in db.scalars(current.order_by(Membership.organisation_id, Membership.id)):
        end_membership(db, membership, now=now)
    for role in roles_of(db, person):
        revoke_role(db, person, role)
    record(db, "atlas:person:erased", about=about(person), organisation_id=None)
    leaving = who_leaves(db, store, person, now=now)
    for part in reversed(parts):
        part.erase(db, leaving)
    db.flush()
    db.expire_all()


def who_leaves(db: Session, store: Store, person: Person, *, now: datetime) -> Leaving:
    """What a person is called, and was called before, as the audit still knows.

    An e-mail address that somebody else has as well is not taken for this person's: anybody may type one.
    """
    called: dict[str, set[str]] = {name: {getattr(person, name) or ""} for name in PROFILE}
    for earlier in earlier_profiles(db, person.id):
        for name in PROFILE:
            called[name].add(earlier.get(name) or "")
    names, emails, user_names, phones = (tuple(sorted(called[name] - {""})) for name in PROFILE)
    keys = {name_key(email): email for email in emails}
    shared = set(db.scalars(select(Person.email_key).where(Person.email_key.in_(keys), Person.id != person.id)))
    own = [email for key, email in keys.items() if key not in shared]
    return Leaving(person.id, names, user_names, (*own, *phones), now, store)


def owned_alone(db: Session, person: Person) -> list[Organisation]:
    """Organisations of which the person is the only owner today, by name."""
    mine, others = alias_of(Membership, "mine"), alias_of(Membership, "others")
    somebody_else = exists().where(
        others.organisation_id == Organisation.id,
        others.role == "owner",
        others.until.is_(None),
        others.person_id != person.id,
    )
    query = (
        select(Organisation)
        .join(mine, mine.organisation_id == Organisation.id)
        .where(mine.person_id == person.id, mine.role == "owner", mine.until.is_(None), ~somebody_else)
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.scalars(query))
