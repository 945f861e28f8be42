"""A person's own data in the audit: what they did and from where, and what was done to their account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.models import CHANGE, ORIGIN, AuditDetail, AuditEntry
from atlasbahamas.audit.services import part_of, release
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Membership
from atlasbahamas.personal.leaving import Leaving, Rows


def _about(person_id: int) -> ColumnElement[bool]:
    return and_(AuditEntry.about_kind == "person", AuditEntry.about_ref == str(person_id))


def _from_them(person_id: int) -> ColumnElement[bool]:
    """Their own entries, and those about them of somebody who was not signed in: a failed sign-in, a registration."""
    return or_(AuditEntry.person_id == person_id, and_(AuditEntry.person_id.is_(None), _about(person_id)))


def export(db: Session, person_id: int) -> Rows:
    """Entries by them and about them. What an organisation's things were before and after is that organisation's."""
    change, origin = alias_of(AuditDetail, "change"), alias_of(AuditDetail, "origin")
    rows = db.execute(
        select(AuditEntry, change.content, origin.content)
        .outerjoin(change, and_(change.entry_id == AuditEntry.id, change.part == CHANGE, _about(person_id)))
        .outerjoin(origin, and_(origin.entry_id == AuditEntry.id, origin.part == ORIGIN, _from_them(person_id)))
        .where(or_(AuditEntry.person_id == person_id, _about(person_id)))
        .order_by(AuditEntry.id)
    )
    return {"audit_entry": [_row(*row) for row in rows]}


def _row(entry: AuditEntry, change: str | None, origin: str | None) -> dict[str, Any]:
    names = ("at", "action", "role", "about_kind", "about_ref", "request_id")
    return {**{name: getattr(entry, name) for name in names}, **part_of(change), **part_of(origin)}


def earlier_profiles(db: Session, person_id: int) -> list[dict[str, Any]]:
    """What was recorded of a person's name, addresses and phone over time, each as far as it changed."""
    contents = db.scalars(
        select(AuditDetail.content)
        .join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
        .where(AuditDetail.part == CHANGE, _about(person_id))
        .order_by(AuditEntry.id)
    )
    return [change[moment] for change in map(part_of, contents) for moment in ("before", "after") if moment in change]


def erase(db: Session, leaving: Leaving) -> None:
    """Let go of where they came from, of what was done to their account, and of every change that names them.

    Others' changes are looked at only where the person could be meant: in their organisations, past and present, and in what
    is about no organisation and no other person.
    """
    release(db, ORIGIN, _from_them(leaving.person_id), reason="erasure", now=leaving.now)
    belonged = select(Membership.organisation_id).where(Membership.person_id == leaving.person_id)
    nobodys = and_(AuditEntry.organisation_id.is_(None), func.coalesce(AuditEntry.about_kind, "") != "person")
    near = or_(nobodys, AuditEntry.organisation_id.in_(belonged))
    named = and_(near, leaving.mentioned_in_json(AuditDetail.content, ascii_only=False))
    release(db, CHANGE, or_(_about(leaving.person_id), named), reason="erasure", now=leaving.now)
