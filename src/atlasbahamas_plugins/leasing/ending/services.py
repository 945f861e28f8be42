"""Ending leases: on a day, after all not, or as if they had never been. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.leaving.models import Statement
from atlasbahamas_plugins.leasing.models import BINDING, RECORDED, RUNNING, Lease
from atlasbahamas_plugins.leasing.services import (
    CHANGED,
    ONE_DAY,
    days_apart,
    following_of,
    former_of,
    last_day_of_terms,
    lock_lease,
    lock_leases,
    move_lease,
    move_leases,
)
from atlasbahamas_plugins.leasing.telling import mail_parties, tell_parties

LAST_DAY_TEMPLATE = "leasing/mail/last_day.jinja2"


def end_lease(db: Session, lease: Lease, last_day: date, reason: str, *, today: date, vacant: bool = False) -> None:
    """Say on which day the tenants leave, or left. Until that day is over the lease is under notice, unless they are gone
    (`vacant`). Raises Refused.
    """
    lock_lease(db, lease)
    if lease.state not in ("active", "notice"):
        raise CHANGED
    if (following := following_of(db, lease)) is not None and following.state in RUNNING:
        words = f"It goes on with new terms from {local_date(following.starts)}. Call that off first."
        raise Refused(words, "last_day")
    if last_day < lease.starts:
        raise Refused(f"The lease began on {local_date(lease.starts)}: it cannot end before.", "last_day")
    if not lease.rolls_over and lease.term_last_day is not None and last_day > lease.term_last_day:
        raise Refused(f"Its term runs out on {local_date(lease.term_last_day)}.", "last_day")
    with days_apart(db, "last_day"):
        state = "ended" if last_day < today or vacant else "notice"
        move_lease(db, lease, state, "ended" if state == "ended" else "notice_given", last_day=last_day, reason=reason)


def say_last_day(db: Session, lease: Lease, last_day: date, reason: str, *, now: datetime, today: date) -> None:
    """A member says on which day the tenants leave, or left, and the tenants are told. Raises Refused as `end_lease` does."""
    end_lease(db, lease, last_day, reason, today=today)
    home = f"{lease.unit.label}, {lease.unit.property.name}"
    subject = f"{home}: your landlord wrote down {local_date(last_day)} as the last day of your lease"
    tell_parties(db, lease, subject, "", now=now)
    mail_parties(db, lease, LAST_DAY_TEMPLATE, {"words": subject}, now=now)


def keep_lease(db: Session, lease: Lease) -> None:
    """Take a notice back: the tenants stay. Raises Refused where somebody else has the unit from then on."""
    lock_lease(db, lease)
    if lease.state != "notice":
        raise CHANGED
    with days_apart(db, None):
        move_lease(db, lease, "active", "notice_taken_back", last_day=last_day_of_terms(lease), reason="")


def cancel_lease(db: Session, lease: Lease, reason: str) -> None:
    """Call a lease off before it began, or take one away recorded by mistake: its days are free again. Raises Refused."""
    cancel_leases(db, [lease], reason)


def cancel_leases(db: Session, leases: Sequence[Lease], reason: str) -> None:
    """The same for several, all or none."""
    lock_leases(db, leases)
    if not all(can_be_cancelled(lease) for lease in leases):
        raise Refused("This lease has begun, so it can only be ended.")
    ids = [lease.id for lease in leases]
    if settled(db, ids):
        raise Refused("The final statement was sent, so this lease has been, and cannot be called off.")
    going_on = select(Lease.id).where(Lease.continues_id.in_(ids), Lease.id.not_in(ids), Lease.state != "cancelled")
    if db.scalar(going_on.limit(1)) is not None:
        raise Refused("Another agreement goes on from this one. Cancel that one first.")
    counted = [lease for lease in leases if lease.state in BINDING]
    move_leases(db, leases, "cancelled", "cancelled", reason=reason)
    for lease in counted:
        _give_days_back(db, lease)


def settled(db: Session, ids: Sequence[int]) -> set[int]:
    """The ids of those leases of which the final statement was sent."""
    return set(db.scalars(select(Statement.lease_id).where(Statement.lease_id.in_(ids))))


def _give_days_back(db: Session, lease: Lease) -> None:
    """What was continued by a lease that is called off goes on as it would have without it."""
    former = former_of(db, lease)
    if former is None:
        return
    lock_lease(db, former)
    if former.state in ("signed", "active") and former.last_day == lease.starts - ONE_DAY:
        move_lease(db, former, former.state, "goes_on", last_day=last_day_of_terms(former))


def can_be_cancelled(lease: Lease) -> bool:
    """Whether a lease can be called off: what has begun was recorded only, and nobody signed it here."""
    return lease.state in ("draft", "sent", "signed") or (lease.state != "cancelled" and lease.origin in RECORDED)
