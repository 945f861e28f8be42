"""Telling the people who write a listing what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit

REVIEW_CATEGORY = NotificationCategory(
    "listings.review", "Review of your listings", "What became of a listing in review, and what an administrator did with one."
)


@dataclass(frozen=True)
class By:
    """Who does something with a listing, and when. Members in `roles` write listings, and are told of it."""

    person_id: int
    roles: Sequence[str]
    at: datetime


def writing_memberships(roles: Any, organisation_id: Any, unit_id: Any) -> Select[Any]:
    """SELECT of the people who may write the listing of a unit (None: of none); both ids may be columns of the query around it.

    A member who is limited to some properties counts where the limit reaches the unit.
    """
    reached = or_(Membership.limit_id.is_(None), reaches_unit(Membership.limit_id, unit_id))
    current = (Membership.organisation_id == organisation_id, Membership.until.is_(None), Membership.role.in_(roles))
    return select(Membership.person_id).where(*current, reached)


def tell_writers(
    db: Session, listing: Listing, category: NotificationCategory, subject: str, *, roles: Sequence[str], now: datetime
) -> None:
    """Tell the members who may write a listing's text what became of it."""
    writers = writing_memberships(roles, listing.organisation_id, listing.unit_id)
    people = db.scalars(writers.distinct().order_by(Membership.person_id)).all()
    organisation = db.scalars(select(Organisation.ref).where(Organisation.id == listing.organisation_id)).one()
    path = f"/portfolio/{organisation}/listings/{listing.ref}/"
    notify(db, people, category, subject, TOLD_TEMPLATE, path=path, now=now)


def tell_of_others(db: Session, listing: Listing, did: str, by: By | None) -> None:
    """Tell the members who write a listing what somebody did with it who is none of them, such as an administrator.

    `did` is what they did: "paused". Nobody is told of what one of them does, nor without `by`.
    """
    if by is None:
        return
    writers = writing_memberships(by.roles, listing.organisation_id, listing.unit_id)
    if db.scalars(writers.where(Membership.person_id == by.person_id).limit(1)).first() is None:
        subject = f"An administrator {did} “{listing.title[:120]}”"
        tell_writers(db, listing, REVIEW_CATEGORY, subject, roles=by.roles, now=by.at)
