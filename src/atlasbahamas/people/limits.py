"""Members who are limited to some parts of an organisation (domain.md 3.1).

The core keeps that a membership is limited, and by which limit; what the parts are is a feature's, which gives `Parts` to the
point `member-limits`. Which rows a limit reaches is said by their nodes (Limitable and LimitableList in resources.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import MemberLimit, Membership
from atlasbahamas.people.services import change_member_role, lock_organisation

LIMITS = "member-limits"
"""The extension point. One feature gives to it: a membership has one limit, and a limit one kind of parts."""
RIGHTS = NotificationCategory("atlas.rights", "What you may see", "An organisation changed what you may see and do there.")
OWNER = Refused("An owner sees everything. Choose another role, or let them see everything.", "reach")
NOTHING = Refused("Choose at least one.", "parts")


@runtime_checkable
class Parts(Protocol):
    """What members can be limited to. `title` is what the parts are called together: "Properties"."""

    title: str

    def offered(self, db: Session, organisation_id: int) -> list[tuple[str, str]]:
        """(key, name) of every part of an organisation."""

    def chosen(self, db: Session, limit_id: int) -> list[tuple[str, str]]:
        """(key, name) of the parts that a limit reaches."""

    def choose(self, db: Session, limit: MemberLimit, keys: Sequence[str]) -> None:
        """Let a limit reach these parts and no others. Raises Refused for one that is not the organisation's."""


@dataclass(frozen=True)
class Reach:
    """What somebody is to see: the parts with these keys; `keys` None: everything."""

    parts: Parts | None
    keys: Sequence[str] | None

    def make_limit(self, db: Session, organisation_id: int, role: str) -> int | None:
        """The id of a new limit, None for everything. Raises Refused for an owner, and for no part at all."""
        if self.keys is None or self.parts is None:
            return None
        if role == "owner":
            raise OWNER
        if not self.keys:
            raise NOTHING
        limit = MemberLimit(organisation_id=organisation_id)
        db.add(limit)
        db.flush()
        self.parts.choose(db, limit, self.keys)
        return limit.id


EVERYTHING = Reach(None, None)


def parts_of(registry: Any) -> Parts | None:
    """What members can be limited to on this site; None when no feature says so."""
    return next(iter(registry.atlas_points.get(LIMITS)), None)


def keys_of(db: Session, parts: Parts | None, limit_id: int | None) -> list[str] | None:
    """Keys of the parts that a limit reaches; None for no limit."""
    return None if limit_id is None or parts is None else [key for key, _ in parts.chosen(db, limit_id)]


def names_of(db: Session, parts: Parts | None, limit_id: int | None) -> list[str] | None:
    """Names of the parts that a limit reaches; None for no limit."""
    return None if limit_id is None or parts is None else [name for _, name in parts.chosen(db, limit_id)]


def change_member(db: Session, membership: Membership, role: str, reach: Reach, *, now: datetime) -> Membership:
    """Give a member a role and what they may see with it. Raises Refused, also for an owner who would be limited."""
    if reach.keys is not None and role == "owner":
        raise OWNER
    changed = change_member_role(db, membership, role, now=now)
    if reach.parts is not None:
        limit_member(db, changed, reach, now=now)
    return changed


def limit_member(db: Session, membership: Membership, reach: Reach, *, now: datetime) -> None:
    """Change what a member may see; they are told. Nothing happens where it is so already. Raises Refused."""
    lock_organisation(db, membership.organisation_id)
    before = keys_of(db, reach.parts, membership.limit_id)
    if before == (None if reach.keys is None else sorted(reach.keys)):
        return
    # A limit of its own each time: what a membership that is over reached stays known.
    membership.limit_id = reach.make_limit(db, membership.organisation_id, membership.role)
    db.flush()
    record(
        db,
        "atlas:membership:limited",
        about=("membership", membership.ref),
        organisation_id=membership.organisation_id,
        before={"may_see": _told(before)},
        after={"may_see": _told(keys_of(db, reach.parts, membership.limit_id))},
    )
    organisation = membership.organisation
    subject = f"What you may see at {organisation.name} was changed"
    notify(db, [membership.person_id], RIGHTS, subject, TOLD_TEMPLATE, path=f"/portfolio/{organisation.ref}/", now=now)


def _told(keys: Sequence[str] | None) -> Any:
    return "everything" if keys is None else list(keys)
