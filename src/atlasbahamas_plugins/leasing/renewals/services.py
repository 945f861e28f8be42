"""Renewals, amendments and new rents. Raises Refused where a rule says no.

A renewal and an amendment are one thing: an agreement of its own, with its own signatures, that continues a lease from a day on.
What was agreed before stays as it was and ends on the day before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import PERIODS, RUNNING, Lease, RentTerm
from atlasbahamas_plugins.leasing.notices.services import last_day_by_rule
from atlasbahamas_plugins.leasing.services import CHANGED, ONE_DAY, following_of, lock_lease, record_in_audit, told, whole_lease
from atlasbahamas_plugins.leasing.settings import Span
from atlasbahamas_plugins.leasing.telling import LANDLORDS_LEASES, mail_parties, tell_members, tell_parties
from atlasbahamas_plugins.leasing.writing.services import Agreed, LeaseDetails, write_leases

SAY_BEFORE = timedelta(days=60)
"""How long before its term is over people are told what becomes of a lease (issue: 60 days)."""

SAY = "leasing.say_roll_over"
AT_ONCE = 200
RENT_TEMPLATE = "leasing/mail/rent.jinja2"
TERM_TEMPLATE = "leasing/mail/term.jinja2"


def write_following(
    db: Session, former: Lease, details: LeaseDetails, *, now: datetime, known: Collection[int] | None = None
) -> Lease:
    """Draft an agreement that continues a lease from a day on, to be sent and signed. `known` as in `record_lease`.

    Nothing about the former lease changes before everybody has signed. Raises Refused.
    """
    lock_lease(db, former)
    starts = details.terms.starts
    if former.state not in ("signed", "active"):
        raise Refused("Only a lease that goes on can be renewed or changed. Is there a notice to take back first?")
    if (following := following_of(db, former)) is not None:
        raise Refused(f"Another agreement from {local_date(following.starts)} is written already. Change that one, or cancel it.")
    if starts <= former.starts:
        raise Refused(f"What is agreed now began on {local_date(former.starts)}: the new terms begin later.", "starts")
    if former.last_day is not None and starts > former.last_day + ONE_DAY:
        raise Refused(f"It runs until {local_date(former.last_day)}: no day may be without a lease.", "starts")
    agreed = Agreed(former.unit, details, continues=former)
    (lease,) = write_leases(db, [agreed], "signed_here", now=now, known=known)
    record_in_audit(db, "drafted", lease, after={"continues": former.ref, "unit": former.unit.ref, **told(lease)})
    return lease


def change_rent(db: Session, lease: Lease, starts: date, cents: int, *, least: Span, now: datetime, today: date) -> RentTerm:
    """Say what the rent is from a day on (local date, integer cents), and tell the tenants; what was due before stays.

    Within a fixed term, and sooner than a notice of that length allows, it takes an agreement instead. Raises Refused.
    """
    lock_lease(db, lease)
    if lease.state not in ("signed", "active", "notice"):
        raise CHANGED
    lease = whole_lease(db, lease)
    if lease.term_last_day is not None and starts <= lease.term_last_day:
        words = (
            f"Its term runs until {local_date(lease.term_last_day)}: before that, a new rent takes an agreement that all sign."
        )
        raise Refused(words, "starts")
    earliest = last_day_by_rule(lease, today, least) + ONE_DAY
    if starts < earliest:
        raise Refused(f"By the rule as we know it, the earliest day is {local_date(earliest)}. Seek advice.", "starts")
    last = lease.rents[-1]
    if starts <= last.starts:
        raise Refused(f"A rent from {local_date(last.starts)} is said already: the next one is later.", "starts")
    if cents == last.cents:
        raise Refused("That is what it is already.", "rent_cents")
    if lease.last_day is not None and starts > lease.last_day:
        raise Refused(f"It ends on {local_date(lease.last_day)}.", "starts")
    term = RentTerm(lease_id=lease.id, starts=starts, cents=cents)
    db.add(term)
    db.flush()
    record_in_audit(db, "rent_changed", lease, before={"rent_cents": last.cents}, after={"rent_cents": cents, "starts": starts})
    subject = f"Your rent is {money(cents)} {PERIODS[lease.period]} from {local_date(starts)}"
    tell_parties(db, lease, subject, "", now=now)
    mail_parties(db, lease, RENT_TEMPLATE, {"words": subject}, now=now)
    return term


def say_that_terms_end(db: Session, *, roles: Sequence[str], now: datetime, today: date) -> int:
    """Tell landlord and tenants of each lease whose term is over in 60 days or less what becomes of it; gives how many.

    Tenants without a sign-in get a mail where they have an address.

    It goes on by itself, or it ends with its term; one that another agreement continues needs no word. Each lease once; another
    job goes on where there are more than AT_ONCE. `roles` may write leases.
    """
    later = alias_of(Lease, "later")
    continued = exists().where(later.continues_id == Lease.id, later.state.in_(RUNNING))
    soon = Lease.term_last_day.between(today, today + SAY_BEFORE)
    rolls = and_(Lease.rolls_over, Lease.last_day.is_(None))
    ends = and_(~Lease.rolls_over, Lease.last_day == Lease.term_last_day, ~continued)
    wanted = select(Lease).where(Lease.state.in_(("signed", "active")), or_(rolls, ends), soon)
    found = db.scalars(wanted.where(Lease.roll_over_told.is_(None)).order_by(Lease.id).limit(AT_ONCE)).all()
    for lease in found:
        lock_lease(db, lease)
        if lease.roll_over_told is None and lease.state in RUNNING:
            _say_that_it_ends(db, whole_lease(db, lease), roles, now, today)
    if len(found) == AT_ONCE:
        enqueue(db, SAY, {}, now=now)
    return len(found)


def _say_that_it_ends(db: Session, lease: Lease, roles: Sequence[str], now: datetime, today: date) -> None:
    lease.roll_over_told = today
    db.flush()
    where, last_day = f"{lease.unit.label}, {lease.unit.property.name}", local_date(lease.term_last_day)
    becomes = "the term ends on {} and goes on from month to month" if lease.rolls_over else "the lease ends with its term, on {}"
    subject = f"{where}: {becomes.format(last_day)}"
    tell_members(db, lease, subject, "", roles=roles, now=now, category=LANDLORDS_LEASES)
    tell_parties(db, lease, subject, "", now=now)
    mail_parties(db, lease, TERM_TEMPLATE, {"words": subject}, now=now)
