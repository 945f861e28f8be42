"""Moving out, step by step, up to the statement. Raises Refused where a rule says no. Answers belong to answers.py.

Amounts are worked out and shown. No money moves here: the statement says what is owed, and whoever keeps the books posts it
(events.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from atlasbahamas.audit.services import canonical, changes, record
from atlasbahamas.errors import Refused
from atlasbahamas.files.services import delete_file
from atlasbahamas.files.store import Store
from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.ending.services import end_lease
from atlasbahamas_plugins.leasing.leaving.events import DepositKeeper, Missing
from atlasbahamas_plugins.leasing.leaving.models import (
    HELD,
    Deduction,
    DeductionAnswer,
    DeductionPhoto,
    MoveOutStep,
    Statement,
)
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.notices.models import Notice, is_newest
from atlasbahamas_plugins.leasing.services import CHANGED, WITH_LATER, lock_lease, whole_lease
from atlasbahamas_plugins.leasing.telling import tell_parties

FORMAT = 1
VERBS = {"date": "date_agreed", "meter": "meter_read", "keys": "keys_returned", "vacant": "vacated"}
SENT = Refused("The final statement was sent. Nothing of it changes any more.")


@dataclass(frozen=True)
class Step:
    """Something that was done on a day: `name` and `reading` of a meter, `count` of keys."""

    kind: str
    day: date
    name: str = ""
    reading: str = ""
    count: int | None = None


@dataclass(frozen=True)
class DeductionDetails:
    """What is to be taken from the deposits, and why; cents."""

    kind: str
    words: str
    reason: str
    cents: int
    wear_cents: int = 0


@dataclass(frozen=True)
class Account:
    """What the deposits come to, in cents. Either something is paid back, or something is still owed, or neither.

    `missing_cents` is what of the deposits that were agreed is not there: never paid, or used before.
    """

    held_cents: int
    taken_cents: int
    missing_cents: int = 0

    @property
    def back_cents(self) -> int:
        """What the tenants get back."""
        return max(0, self.held_cents - self.missing_cents - self.taken_cents)

    @property
    def owed_cents(self) -> int:
        """What they still owe beyond the deposits."""
        return max(0, self.taken_cents - max(0, self.held_cents - self.missing_cents))


@dataclass(frozen=True)
class MoveOut:
    """Everything that is known of one."""

    steps: Sequence[MoveOutStep]
    deductions: Sequence[Deduction]
    deposits: Mapping[str, int]
    statement: Statement | None
    photos: Mapping[int, Sequence[DeductionPhoto]] = field(default_factory=dict)
    answers: Mapping[int, Sequence[DeductionAnswer]] = field(default_factory=dict)
    missing: Sequence[Missing] = ()
    notice: Notice | None = None

    @property
    def account(self) -> Account:
        """What the deposits come to."""
        taken = sum(deduction.taken_cents for deduction in self.deductions)
        return Account(sum(self.deposits.values()), taken, sum(each.cents for each in self.missing))


def is_leaving(lease: Lease) -> bool:
    """Whether somebody moves out of a lease, or did: not where another one that counts continues it, of whichever landlord.

    A lease under notice is continued by none: that takes the notice back first, and a new landlord's begins when it has ended.
    """
    if lease.state != "ended":
        return lease.state == "notice"
    return not any(later.state in BINDING for later in lease.later)


def move_out_of(db: Session, lease: Lease, keepers: Sequence[DepositKeeper] = ()) -> MoveOut:
    """The notice that counts, steps, deductions with photos and answers, deposits that are held, the statement. Four queries, or
    three.

    The lease then has its deposits, and those that continue it. Until the statement is sent, `keepers` say what of the deposits
    is not there.
    """
    sent = select(Lease, Statement, Notice).outerjoin(Statement, Statement.lease_id == Lease.id).where(Lease.id == lease.id)
    sent = sent.outerjoin(Notice, and_(Notice.lease_id == Lease.id, Notice.taken_back.is_(None), is_newest()))
    with_parts = sent.options(joinedload(Lease.deposits), joinedload(Notice.servings), WITH_LATER)
    _, statement, notice = db.execute(with_parts).unique().one()
    photos: dict[int, list[DeductionPhoto]] = {}
    deductions: dict[int, Deduction] = {}
    found = select(Deduction, DeductionPhoto).outerjoin(DeductionPhoto, DeductionPhoto.deduction_id == Deduction.id)
    found = found.where(Deduction.lease_id == lease.id).order_by(Deduction.id, DeductionPhoto.position)
    # A deduction without a photo has no file either.
    for deduction, photo in db.execute(found.options(joinedload(DeductionPhoto.file, innerjoin=False))):
        deductions[deduction.id] = deduction
        photos.setdefault(deduction.id, []).extend([photo] if photo is not None else [])
    answers: dict[int, list[DeductionAnswer]] = {number: [] for number in deductions}
    if statement is not None and deductions:
        said = select(DeductionAnswer).where(DeductionAnswer.deduction_id.in_(deductions)).order_by(DeductionAnswer.id)
        for answer in db.scalars(said):
            answers[answer.deduction_id].append(answer)
    deposits = {deposit.kind: deposit.cents for deposit in lease.deposits if deposit.kind in HELD}
    steps = db.scalars(select(MoveOutStep).where(MoveOutStep.lease_id == lease.id).order_by(MoveOutStep.id)).all()
    missing = missing_in(statement) if statement is not None else [each for one in keepers for each in one.missing(db, lease)]
    return MoveOut(steps, list(deductions.values()), deposits, statement, photos, answers, missing, notice)


def missing_in(statement: Statement) -> list[Missing]:
    """What of the deposits was not there when a statement was sent."""
    return [Missing(**each) for each in json.loads(statement.content).get("missing", ())]


def statement_of(db: Session, lease: Lease) -> Statement | None:
    """The final statement of a lease, if it was sent."""
    return db.scalar(select(Statement).where(Statement.lease_id == lease.id))


def take_step(db: Session, lease: Lease, step: Step, *, person_id: int | None, now: datetime, today: date) -> None:
    """Write down something that was done. Raises Refused for a day before the lease, or one that is still to come.

    Only the date that was agreed may be to come.
    """
    _lock(db, lease)
    if step.day < lease.starts:
        raise Refused(f"The lease began on {local_date(lease.starts)}.", "day")
    if step.day > today and step.kind != "date":
        raise Refused("This day has not come yet.", "day")
    names = ("kind", "day", "name", "reading", "count")
    values = {name: getattr(step, name) for name in names}
    db.add(MoveOutStep(lease_id=lease.id, person_id=person_id, created=now, **values))
    db.flush()
    record_move_out(db, f"move_out:{VERBS[step.kind]}", lease, after={name: value for name, value in values.items() if value})


def vacate(db: Session, lease: Lease, day: date, *, person_id: int | None, now: datetime, today: date) -> None:
    """The home is empty since a day: the lease ends with it at the latest. Raises Refused where that was said before."""
    _lock(db, lease)
    said = select(MoveOutStep.id).where(MoveOutStep.lease_id == lease.id, MoveOutStep.kind == "vacant")
    if db.scalar(said) is not None:
        raise CHANGED
    take_step(db, lease, Step("vacant", day), person_id=person_id, now=now, today=today)
    if lease.state == "notice":
        assert lease.last_day is not None
        end_lease(db, lease, min(day, lease.last_day), lease.reason, today=today, vacant=True)


def add_deduction(db: Session, lease: Lease, details: DeductionDetails, *, now: datetime, code: str | None = None) -> Deduction:
    """Write down what is to be taken from the deposits. Raises Refused when the statement was sent."""
    _lock_unsent(db, lease)
    deduction = Deduction(ref=new_key("item", code=code), lease_id=lease.id, created=now)
    _write(db, deduction, details)
    db.add(deduction)
    db.flush()
    record_move_out(db, "deduction:added", lease, after={"deduction": deduction.ref, **_told(deduction)})
    return deduction


def change_deduction(db: Session, lease: Lease, deduction: Deduction, details: DeductionDetails) -> None:
    """Write it anew. Raises Refused when the statement was sent."""
    _lock_unsent(db, lease)
    _write(db, deduction, details)
    before, after = changes(deduction, ("kind", "cents", "wear_cents"))
    worded = changes(deduction, ("words", "reason")) != ({}, {})
    db.flush()
    if after or worded:
        record_move_out(db, "deduction:changed", lease, before=before, after={"deduction": deduction.ref, **after})


def remove_deduction(db: Session, store: Store, lease: Lease, deduction: Deduction) -> None:
    """Take it away with its photos. Raises Refused when the statement was sent."""
    _lock_unsent(db, lease)
    photos = db.scalars(select(DeductionPhoto).where(DeductionPhoto.deduction_id == deduction.id)).all()
    files, before = [photo.file for photo in photos], {"deduction": deduction.ref, **_told(deduction)}
    for photo in photos:
        db.delete(photo)
    db.flush()
    for file in files:
        delete_file(db, store, file)
    db.delete(deduction)
    db.flush()
    record_move_out(db, "deduction:removed", lease, before=before)


def statement_content(db: Session, lease: Lease, keepers: Sequence[DepositKeeper] = ()) -> str:
    """The statement as it would be sent now: canonical JSON, whole numbers and text only. `keepers` as in `move_out_of`."""
    whole, found = whole_lease(db, lease), move_out_of(db, lease, keepers)
    account = found.account
    content = {
        "format": FORMAT,
        "lease": whole.ref,
        "landlord": db.get_one(Organisation, whole.organisation_id).name,
        "home": {"unit": whole.unit.label, "property": whole.unit.property.name},
        "tenants": [party.contact.name for party in whole.tenants],
        "last_day": whole.last_day,
        "deposits": dict(found.deposits),
        "held_cents": account.held_cents,
        "missing": [each._asdict() for each in found.missing],
        "deductions": [
            {
                **{name: getattr(each, name) for name in ("ref", "kind", "words", "reason", "cents", "wear_cents")},
                "photos": [photo.file.digest for photo in found.photos[each.id]],
            }
            for each in found.deductions
        ],
        "taken_cents": account.taken_cents,
        "back_cents": account.back_cents,
        "owed_cents": account.owed_cents,
        "meters": [{"name": step.name, "reading": step.reading, "day": step.day} for step in found.steps if step.kind == "meter"],
        "keys": sum(step.count or 0 for step in found.steps),
    }
    return canonical(content)


def number_of(content: str) -> int:
    """A number that is another one for another statement, for the form that sends it."""
    return int(hashlib.sha256(content.encode()).hexdigest()[:14], 16)


def send_statement(
    db: Session,
    lease: Lease,
    *,
    seen: int,
    person_id: int | None,
    now: datetime,
    keepers: Sequence[DepositKeeper] = (),
) -> Statement:
    """Freeze the statement; from then on the tenants see it, nothing of it changes, and the `keepers` of deposits were told.

    `seen`: the number of what was shown to the sender. Raises Refused where that is another by now.
    """
    _lock_unsent(db, lease)
    content = statement_content(db, lease, keepers)
    if number_of(content) != seen:
        raise CHANGED
    account = move_out_of(db, lease, keepers).account
    statement = Statement(
        lease_id=lease.id,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        held_cents=account.held_cents,
        taken_cents=account.taken_cents,
        person_id=person_id,
        sent=now,
    )
    db.add(statement)
    db.flush()
    after = {"held_cents": account.held_cents, "taken_cents": account.taken_cents, "digest": statement.digest}
    record_move_out(db, "move_out:statement_sent", lease, after=after)
    tell_parties(db, lease, f"The final statement: {lease.unit.label}, {lease.unit.property.name}", "move-out/", now=now)
    for keeper in keepers:
        keeper.statement_sent(db, lease, statement, by=person_id, now=now)
    return statement


def _lock(db: Session, lease: Lease) -> None:
    lock_lease(db, lease)
    if not is_leaving(lease):
        raise CHANGED


def _lock_unsent(db: Session, lease: Lease) -> None:
    _lock(db, lease)
    if statement_of(db, lease) is not None:
        raise SENT


def _write(db: Session, deduction: Deduction, details: DeductionDetails) -> None:
    if details.wear_cents > details.cents:
        raise Refused("This cannot be more than the amount.", "wear_cents")
    with db.no_autoflush:
        for name in ("kind", "words", "reason", "cents", "wear_cents"):
            setattr(deduction, name, getattr(details, name))


def _told(deduction: Deduction) -> dict[str, Any]:
    return {name: getattr(deduction, name) for name in ("kind", "cents", "wear_cents")}


def record_move_out(db: Session, verb: str, lease: Lease, **changed: Any) -> None:
    """Write into the audit what was done about leaving a lease."""
    record(db, f"leasing:{verb}", about=("lease", lease.ref), organisation_id=lease.organisation_id, **changed)
