"""Giving notice, proving that it was served, and taking it back. Raises Refused where a rule says no.

A notice says that people are to leave, or want to. Nothing here makes them: who does not go is a matter for a court.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from textwrap import shorten
from typing import Any

from sqlalchemy import ScalarSelect, select, update
from sqlalchemy.orm import Session, joinedload

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.ending.services import end_lease, keep_lease
from atlasbahamas_plugins.leasing.leaving.models import Statement
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import HERE, Notice, Serving, is_newest
from atlasbahamas_plugins.leasing.services import CHANGED, lock_lease
from atlasbahamas_plugins.leasing.settings import Span
from atlasbahamas_plugins.leasing.telling import tell_members, tell_parties
from atlasbahamas_plugins.portfolio.contacts.models import Contact

ONE_DAY = timedelta(days=1)
DAYS = {"weekly": 7, "fortnightly": 14, "four_weekly": 28}
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
NOT_YET = "This day has not come yet."


@dataclass(frozen=True)
class Served:
    """How a notice reached the other side. `party` is the tenant who does it on this site."""

    way: str
    by: str
    on: date
    photo: Upload | File | None = None
    party: LeaseParty | None = None


@dataclass(frozen=True)
class NoticeDetails:
    """A notice. `knows_short`: whoever gives it was told that it may be too short, and wants it all the same."""

    giver: str
    given: date
    last_day: date
    words: str
    knows_short: bool = False


def last_day_by_rule(lease: Lease, given: date, least: Span) -> date:
    """The first day with which a notice that is given on a day can end a lease, as far as we know the rule.

    The least notice, up to the end of the period of rent that it falls into; a fixed term is not cut short. Uncertain.
    """
    if lease.term_last_day is not None and not lease.rolls_over:
        return lease.term_last_day
    earliest = _later(given, least.months) + timedelta(days=least.days)
    ends = _end_of_period(lease.since, lease.period, max(earliest, lease.since))
    return ends if lease.term_last_day is None else max(ends, lease.term_last_day)


def give_notice(
    db: Session,
    store: Store,
    lease: Lease,
    details: NoticeDetails,
    served: Served,
    *,
    least: Span,
    now: datetime,
    today: date,
    tell: Sequence[str] = (),
) -> Notice:
    """Write a notice down with how it was served; the lease is under notice from then on, and the other side is told.

    A last day before that of the rule is taken only from somebody who was told so. `tell`: the landlord's members in these
    roles are told of what a tenant does here. Raises Refused.
    """
    lock_lease(db, lease)
    if lease.state not in ("active", "notice"):
        raise CHANGED
    _check_days(lease, details, served, today)
    rule = last_day_by_rule(lease, served.on, least)
    if details.last_day < rule and not details.knows_short:
        words = f"By the rule as we know it, the last day is {local_date(rule)} or later. A shorter notice may not count."
        raise Refused(f"{words} Seek advice, or tick below that you want it all the same.", "last_day")
    notice = Notice(
        ref=new_key("notice"),
        lease_id=lease.id,
        giver=details.giver,
        party=served.party,
        given=details.given,
        last_day=details.last_day,
        rule_last_day=rule,
        words=details.words,
        created=now,
    )
    db.add(notice)
    db.flush()
    serving = _serve(db, store, notice, served, now=now)
    end_lease(db, lease, details.last_day, shorten(details.words, 200, placeholder=" ..."), today=today)
    names = ("giver", "given", "last_day", "rule_last_day")
    after = {"lease": lease.ref, **{name: getattr(notice, name) for name in names}, "way": serving.way}
    _record(db, "given", lease, notice, after=after)
    home, path = f"{lease.unit.label}, {lease.unit.property.name}", f"notices/{notice.ref}/"
    if details.giver == "landlord":
        tell_parties(db, lease, f"Your landlord gave notice: {home}", path, now=now)
    elif served.party is not None:
        tell_members(db, lease, f"{served.by} gave notice: {home}"[:200], path, roles=tell, now=now)
    return notice


def serve_again(
    db: Session, store: Store, lease: Lease, notice: Notice, served: Served, *, now: datetime, today: date
) -> Serving:
    """Add another proof that a notice was served. Raises Refused for days that cannot be."""
    lock_lease(db, lease)
    if served.on > today:
        raise Refused(NOT_YET, "served_on")
    if served.on < notice.given:
        raise Refused(f"The notice was given on {local_date(notice.given)}.", "served_on")
    serving = _serve(db, store, notice, served, now=now)
    _record(db, "served", lease, notice, after={"way": serving.way, "served_on": serving.served_on})
    return serving


def read_notice(db: Session, lease: Lease, notice: Notice, party: LeaseParty, *, now: datetime, today: date) -> None:
    """A tenant says that they have read the landlord's notice. Raises Refused where they have said so before."""
    lock_lease(db, lease)
    if notice.giver != "landlord" or has_read(db, notice, party):
        raise CHANGED
    _serve(db, None, notice, Served(HERE, party.contact.name, today, party=party), now=now)
    _record(db, "read", lease, notice, after={"party": party.contact.ref})


def has_read(db: Session, notice: Notice, party: LeaseParty) -> bool:
    """Whether a tenant said that they have read a notice."""
    mine = select(Serving.id).where(Serving.notice_id == notice.id, Serving.party_id == party.id)
    return db.scalar(mine.limit(1)) is not None


def unread_by(person_id: Any) -> ScalarSelect[str]:
    """SQL: the key of the landlord's notice by which a lease ends, that of the query around it, until a person who is bound by it
    says that they have read it.
    """
    read = select(Serving.id).join(LeaseParty, LeaseParty.id == Serving.party_id)
    read = read.join(Contact, Contact.id == LeaseParty.contact_id)
    unread = ~read.where(Serving.notice_id == Notice.id, Contact.person_id == person_id).exists()
    counting = (Notice.lease_id == Lease.id, Notice.giver == "landlord", Notice.taken_back.is_(None), Lease.state == "notice")
    return select(Notice.ref).where(*counting, is_newest(), unread).correlate(Lease).scalar_subquery()


def take_back(db: Session, lease: Lease, *, now: datetime) -> None:
    """The tenants stay: the lease goes on, and its notices say that they were taken back.

    Raises Refused as `keep_lease` does, and where the final statement was sent.
    """
    if db.scalar(select(Statement.id).where(Statement.lease_id == lease.id)) is not None:
        raise Refused("The final statement was sent, so this lease ends. Write a new one if they stay.")
    keep_lease(db, lease)
    standing = update(Notice).where(Notice.lease_id == lease.id, Notice.taken_back.is_(None))
    db.execute(standing.values(taken_back=now))


def notices_of(db: Session, lease: Lease) -> Sequence[Notice]:
    """The notices of a lease with how they were served, the newest first. One that has not begun has none."""
    if lease.state in ("draft", "sent", "signed"):
        return []
    mine = select(Notice).where(Notice.lease_id == lease.id).order_by(Notice.id.desc()).limit(50)
    return db.scalars(mine.options(joinedload(Notice.servings))).unique().all()


def counts(lease: Lease, notice: Notice, newest: Notice) -> bool:
    """Whether a notice is the one by which a lease ends."""
    return notice.id == newest.id and notice.taken_back is None and lease.state in ("notice", "ended")


def _check_days(lease: Lease, details: NoticeDetails, served: Served, today: date) -> None:
    for day, name in ((details.given, "given"), (served.on, "served_on")):
        if day > today:
            raise Refused(NOT_YET, name)
    if details.given < lease.starts:
        raise Refused(f"The lease began on {local_date(lease.starts)}.", "given")
    if served.on < details.given:
        raise Refused("It cannot be served before it is given.", "served_on")
    if details.last_day < served.on:
        raise Refused("The last day cannot be before the day on which it was served.", "last_day")


def _serve(db: Session, store: Store | None, notice: Notice, served: Served, *, now: datetime) -> Serving:
    file = None
    if served.photo is not None and store is not None:
        file = keep_upload(db, store, served.photo, person_id=None, now=now)
        renditions_wanted(db, file, now=now)
    serving = Serving(
        ref=new_key("served"),
        notice_id=notice.id,
        way=served.way,
        served_by=served.by,
        served_on=served.on,
        party_id=served.party.id if served.party else None,
        file=file,
        created=now,
    )
    db.add(serving)
    db.flush()
    return serving


def _record(db: Session, verb: str, lease: Lease, notice: Notice, **changed: Any) -> None:
    record(db, f"leasing:notice:{verb}", about=("notice", notice.ref), organisation_id=lease.organisation_id, **changed)


def _end_of_period(anchor: date, period: str, day: date) -> date:
    """The last day of the period of rent that a day falls into; periods are counted from `anchor`."""
    if period in DAYS:
        step = DAYS[period]
        return anchor + timedelta(days=((day - anchor).days // step + 1) * step) - ONE_DAY
    step = MONTHS[period]
    count = ((day.year - anchor.year) * 12 + day.month - anchor.month) // step
    while _later(anchor, count * step) <= day:
        count += 1
    return _later(anchor, count * step) - ONE_DAY


def _later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
