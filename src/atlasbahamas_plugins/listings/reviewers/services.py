"""Who may decide about what: nobody about their own, as long as there is somebody else; and telling them that something waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Membership, Person, PersonRole
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import ListingVersion

WAITING = NotificationCategory(
    "listings.waiting", "Listings that wait for review", "Each morning on which listings wait for you to look at them."
)
TELL = "listings.tell_reviewers"
COUNTED_UP_TO = 100


def is_own(person_id: Any) -> ColumnElement[bool]:
    """Whether a version is a person's own: they submitted it, or work for the organisation whose listing it is.

    For a query of versions and their listings; `person_id` may be a column of it.
    """
    works_there = (Membership.organisation_id == Listing.organisation_id, Membership.person_id == person_id)
    member = select(literal(1)).where(*works_there, Membership.until.is_(None)).correlate_except(Membership).exists()
    return or_(ListingVersion.submitted_by_id.is_not_distinct_from(person_id), member)


def may_decide(person_id: Any, reviewing: Sequence[str]) -> ColumnElement[bool]:
    """Whether somebody may decide about a version: it is not their own, or there is nobody else to whom it is not.

    `reviewing` are the platform's roles that review. For a query of versions and their listings.
    """
    holds, other = alias_of(PersonRole, "holds"), alias_of(Person, "other")
    somebody = select(literal(1)).select_from(holds).join(other, other.id == holds.person_id)
    somebody = somebody.where(holds.role.in_(reviewing), other.disabled.is_(None), ~is_own(holds.person_id))
    return or_(~is_own(person_id), ~somebody.correlate_except(holds, other).exists())


def barred_from(db: Session, versions: Sequence[ListingVersion], person_id: int, reviewing: Sequence[str]) -> set[int]:
    """The ids of those among some versions that a reviewer has to leave to somebody else."""
    of = select(ListingVersion.id).join(Listing, Listing.id == ListingVersion.listing_id)
    return set(db.scalars(of.where(ListingVersion.id.in_([row.id for row in versions]), ~may_decide(person_id, reviewing))))


def count_waiting(db: Session, person_id: int, reviewing: Sequence[str]) -> int:
    """How many versions wait for a reviewer, counted up to COUNTED_UP_TO."""
    some = select(ListingVersion.id).join(Listing, Listing.id == ListingVersion.listing_id)
    some = some.where(is_one_of(ListingVersion.state, "submitted"), may_decide(person_id, reviewing)).limit(COUNTED_UP_TO)
    return db.scalar(select(func.count()).select_from(some.subquery())) or 0


def tell_reviewers(db: Session, reviewing: Sequence[str], *, now: datetime) -> None:
    """Tell each reviewer who can sign in how much waits for them, where something does."""
    people = select(Person.id).join(PersonRole, PersonRole.person_id == Person.id)
    people = people.where(PersonRole.role.in_(reviewing), Person.disabled.is_(None)).distinct().order_by(Person.id)
    for person_id in db.scalars(people).all():
        count = count_waiting(db, person_id, reviewing)
        if count:
            many = f"{count}{'+' if count == COUNTED_UP_TO else ''} listings wait"
            subject = f"{'1 listing waits' if count == 1 else many} for you to look at"
            notify(db, [person_id], WAITING, subject, TOLD_TEMPLATE, path="/admin/review/", now=now)
