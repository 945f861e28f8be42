"""The rent run: charges what is due and was not charged, and sets right what a lease says otherwise by now.

A run looks at the leases of which something is due (Schedule) and at those that changed since the last one (LeaseChange), many at
once. What a lease owes by its rules is worked out anew and compared with what was charged, so a run can be repeated, days can be
missed, and come in any order: what is charged in the end depends on the leases and on the latest day alone.

Whoever runs has the head of the journal, so two runs at once have one effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import canonical
from atlasbahamas.db import metadata
from atlasbahamas.db.inserts import insert_many
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.charges.batches import SOURCE, record_batch
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit, LeaseChange, Schedule
from atlasbahamas_plugins.ledger.charges.owing import (
    BY_RULE,
    Due,
    Given,
    LeaseFacts,
    given_by_rule,
    lease_facts,
    next_look,
    owed_by_rule,
)
from atlasbahamas_plugins.ledger.charges.posting import NewCharge, NewCredit, post_charges, post_credits
from atlasbahamas_plugins.ledger.lateness.services import settle_late_fees
from atlasbahamas_plugins.ledger.services import Source, open_journal, reverse

AT_ONCE = 5000
"""How many leases a run looks at in one transaction."""

RUN = "ledger.charge_rent"
RUN_ALL = "ledger.charge_all"
_SCHEDULES = metadata.tables[Schedule.__tablename__]


class Charged(NamedTuple):
    """A charge that counts, as far as a run compares it."""

    id: int
    lease_id: int
    what: str
    rule: str
    starts: date
    ends: date
    due_on: date
    cents: int
    explanation: dict[str, Any]
    entry_number: int

    def is_as(self, due: Due) -> bool:
        """Whether it says the same as the rule does now."""
        same = (self.ends, self.due_on, self.cents) == (due.ends, due.due_on, due.cents)
        return same and self.explanation == due.explanation


class Credited(NamedTuple):
    """A credit that counts, as far as a run compares it."""

    lease_id: int
    what: str
    rule: str
    cents: int
    entry_number: int


@dataclass
class Plan:
    """What a run would do with some leases: charge, credit, take back. `last` is the last of them, None where none is left."""

    due: list[tuple[LeaseFacts, Due]] = field(default_factory=list)
    given: list[tuple[LeaseFacts, Given]] = field(default_factory=list)
    back: list[tuple[LeaseFacts, Charged]] = field(default_factory=list)
    credits_back: list[tuple[LeaseFacts, Credited]] = field(default_factory=list)
    looks: dict[int, date | None] = field(default_factory=dict)
    changes: list[int] = field(default_factory=list)
    last: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to post."""
        return not (self.due or self.given or self.back or self.credits_back)

    @property
    def cents(self) -> int:
        """What is charged, all of it."""
        return sum(due.cents for _, due in self.due)

    @property
    def cents_back(self) -> int:
        """What of the charges is taken back, all of it."""
        return sum(charged.cents for _, charged in self.back)

    @property
    def number(self) -> int:
        """A number that is another one for another plan, for the form that carries it out."""
        due = [[facts.id, *due[:6]] for facts, due in self.due]
        given = [[facts.id, *given] for facts, given in self.given]
        back = [charged.entry_number for _, charged in self.back] + [credit.entry_number for _, credit in self.credits_back]
        content = canonical({"due": due, "given": given, "back": back})
        return int(hashlib.sha256(content.encode()).hexdigest()[:14], 16)


def plan_run(db: Session, organisation_id: int, day: date, *, after: int = 0, at_once: int = AT_ONCE) -> Plan:
    """What a run up to a local day would do with the next leases, by their ids above `after`. Writes nothing."""
    due = select(Schedule.lease_id).where(
        Schedule.organisation_id == organisation_id, Schedule.next_due_on <= day, Schedule.lease_id > after
    )
    changed = select(LeaseChange.lease_id).where(LeaseChange.organisation_id == organisation_id, LeaseChange.lease_id > after)
    wanted = union(due, changed).subquery()
    ids = db.scalars(select(wanted.c.lease_id).order_by(wanted.c.lease_id).limit(at_once)).all()
    plan = Plan()
    if not ids:
        return plan
    plan.last = ids[-1] if len(ids) == at_once else None
    # Changes before leases: what changes in between is in here next time.
    notes = select(LeaseChange.id, LeaseChange.lease_id).where(LeaseChange.organisation_id == organisation_id)
    noted = db.execute(notes.where(LeaseChange.lease_id.in_(ids))).all()
    plan.changes = [number for number, _ in noted]
    looks = select(Schedule.lease_id, Schedule.next_due_on).where(Schedule.lease_id.in_(ids))
    seen: dict[int, date | None] = {row.lease_id: row.next_due_on for row in db.execute(looks)}
    new = {lease_id for _, lease_id in noted} | {lease_id for lease_id in ids if lease_id not in seen}
    there, credited = _charged(db, new), _credited(db, new)
    for facts in lease_facts(db, ids):
        if facts.id in new:
            _compare(plan, facts, there.get(facts.id, []), credited.get(facts.id, []), day)
        else:
            plan.due += [(facts, each) for each in owed_by_rule(facts, due_from=seen[facts.id], due_until=day)]
            plan.looks[facts.id] = next_look(facts, day)
    return plan


def _charged(db: Session, ids: Iterable[int]) -> dict[int, list[Charged]]:
    query = select(
        *(Charge.id, Charge.lease_id, Charge.what, Charge.rule, Charge.period_starts, Charge.period_ends),
        *(Charge.due_on, Charge.cents, Charge.explanation, Charge.entry_number),
    ).where(Charge.lease_id.in_(ids), Charge.voided_by.is_(None))
    found: dict[int, list[Charged]] = {}
    for row in db.execute(query.order_by(Charge.id)):
        found.setdefault(row.lease_id, []).append(Charged(*row))
    return found


def _credited(db: Session, ids: Iterable[int]) -> dict[int, list[Credited]]:
    query = select(Credit.lease_id, Credit.what, Credit.rule, Credit.cents, Credit.entry_number)
    found: dict[int, list[Credited]] = {}
    for row in db.execute(query.where(Credit.lease_id.in_(ids), Credit.voided_by.is_(None)).order_by(Credit.id)):
        found.setdefault(row.lease_id, []).append(Credited(*row))
    return found


def _compare(plan: Plan, facts: LeaseFacts, there: Sequence[Charged], credited: Sequence[Credited], day: date) -> None:
    """A lease that changed: what was charged and does not fit goes, what is missing comes.

    Of a lease that was cancelled everything goes, also what somebody wrote by hand.
    """
    if facts.binds:
        there = [each for each in there if each.what in BY_RULE]
        credited = [each for each in credited if each.what == "opening"]
    until = max([day, *(each.due_on for each in there)])
    wanted = {each.key: each for each in owed_by_rule(facts, due_until=until)}
    for charged in there:
        if (due := wanted.get((charged.rule, charged.starts))) is not None and charged.is_as(due):
            del wanted[due.key]
        else:
            plan.back.append((facts, charged))
    plan.due += [(facts, each) for each in wanted.values()]
    given = {each.rule: each for each in given_by_rule(facts) if each.on <= until}
    for credit in credited:
        if (now := given.get(credit.rule)) is not None and now.cents == credit.cents:
            del given[credit.rule]
        else:
            plan.credits_back.append((facts, credit))
    plan.given += [(facts, each) for each in given.values()]
    plan.looks[facts.id] = next_look(facts, until)


class Ran(NamedTuple):
    """What a run did: its batch, None where there was nothing to do; and the last lease, None where none is left."""

    batch: Batch | None
    last: int | None


def run_rent(
    db: Session,
    organisation_id: int,
    day: date,
    *,
    now: datetime,
    today: date,
    by: int | None = None,
    batch: Batch | None = None,
    after: int = 0,
    seen: int | None = None,
    at_once: int = AT_ONCE,
) -> Ran:
    """Charge what is due up to a local day and was not charged, and set right what does not fit any more, for the next leases.

    Dated on the day on which each is due, or on the first one that is open. `batch` goes on with one. `seen`: the number of the
    plan that was shown to whoever runs it. Raises Refused for a day to come, and where the plan is another one by now.
    """
    if day > today:
        raise Refused("Rent is charged when it is due. Choose today, or a day before.", "day")
    open_journal(db, organisation_id)
    plan = plan_run(db, organisation_id, day, after=after, at_once=at_once)
    if seen is not None and plan.number != seen:
        raise Refused("Something changed meanwhile. This is what would be charged now.")
    if batch is not None:
        # Somebody may have taken back what it charged so far; the rest is not part of that.
        db.refresh(batch)
        batch = None if batch.reversed_at is not None else batch
    if not plan.is_empty:
        batch = batch or _begin(db, organisation_id, day, now=now, by=by)
        _carry_out(db, batch, plan, now=now, by=by)
    _keep_looks(db, organisation_id, plan)
    return Ran(batch, plan.last)


def _begin(db: Session, organisation_id: int, day: date, *, now: datetime, by: int | None) -> Batch:
    batch = Batch(
        ref=new_key(f"rent-{day.isoformat()}"),
        organisation_id=organisation_id,
        what="rent_run",
        day=day,
        made=now,
        by_person_id=by,
        charges=0,
        cents=0,
        taken_back=0,
        taken_back_cents=0,
        reason="",
    )
    db.add(batch)
    db.flush()
    return batch


def _carry_out(db: Session, batch: Batch, plan: Plan, *, now: datetime, by: int | None) -> None:
    organisation_id = batch.organisation_id
    # What is wrong goes first: of one lease, rule and day there is one charge that counts.
    back = [charged.entry_number for _, charged in plan.back] + [credit.entry_number for _, credit in plan.credits_back]
    reverse(db, organisation_id, back, source=Source(SOURCE, batch.ref), now=now, by=by, batch=batch.ref)
    charges = [
        NewCharge(facts.id, facts.property_id, due.what, due.rule, due.starts, due.ends, due.due_on, due.cents, due.explanation)
        for facts, due in plan.due
    ]
    post_charges(db, organisation_id, charges, now=now, by=by, batch=batch)
    pays = _paid_by(db, [facts.id for facts, given in plan.given if given.pays])
    credits = [
        NewCredit(
            facts.id,
            facts.property_id,
            given.what,
            given.rule,
            given.on,
            given.cents,
            given.owed,
            pays.get((facts.id, given.pays)),
        )
        for facts, given in plan.given
    ]
    post_credits(db, organisation_id, credits, now=now, by=by, batch=batch)
    # What was paid ahead pays what is charged now.
    allocate_leases(db, organisation_id, {facts.id for facts, _ in [*plan.due, *plan.given, *plan.back]}, now=now)
    if plan.back:
        settle_late_fees(db, organisation_id, {facts.id for facts, _ in plan.back}, day=batch.day, now=now)
    batch.charges += len(charges)
    batch.cents += plan.cents
    batch.taken_back += len(plan.back)
    batch.taken_back_cents += plan.cents_back
    db.flush()
    after = {"day": batch.day, "charges": len(charges), "cents": plan.cents, "taken_back": len(plan.back)}
    record_batch(db, "posted", batch, after=after)


def _paid_by(db: Session, ids: Sequence[int]) -> dict[tuple[int, str | None], int]:
    query = select(Charge.lease_id, Charge.rule, Charge.id).where(Charge.lease_id.in_(ids), Charge.voided_by.is_(None))
    return {(lease_id, rule): number for lease_id, rule, number in db.execute(query.where(Charge.what == "deposit"))}


def _keep_looks(db: Session, organisation_id: int, plan: Plan) -> None:
    db.execute(delete(Schedule).where(Schedule.lease_id.in_(list(plan.looks))))
    rows = [
        {"lease_id": lease_id, "organisation_id": organisation_id, "next_due_on": day} for lease_id, day in plan.looks.items()
    ]
    insert_many(db, _SCHEDULES, rows)
    for start in range(0, len(plan.changes), AT_ONCE):
        db.execute(delete(LeaseChange).where(LeaseChange.id.in_(plan.changes[start : start + AT_ONCE])))


def bring_up_to_date(db: Session, lease: Lease, *, now: datetime, today: date, by: int | None = None) -> None:
    """Charge one lease what it owes by its rules today, as a run would, for whoever settles it and cannot wait for the night."""
    one: dict[str, Any] = {"after": lease.id - 1, "at_once": 1}
    if lease.id in plan_run(db, lease.organisation_id, today, **one).looks:
        run_rent(db, lease.organisation_id, today, now=now, today=today, by=by, **one)


def organisations_to_run(db: Session, day: date) -> list[int]:
    """Ids of the organisations of which some lease has to be looked at."""
    due = select(Schedule.organisation_id).where(Schedule.next_due_on <= day)
    return sorted(db.scalars(union(due, select(LeaseChange.organisation_id))))


def run_or_go_on(db: Session, organisation_id: int, day: date, *, now: datetime, today: date, **more: Any) -> Batch | None:
    """Run, and where leases are left let a job go on with them, so that nobody waits for the journal for long; gives the batch.

    `more` and what it raises as `run_rent`.
    """
    ran = run_rent(db, organisation_id, day, now=now, today=today, **more)
    if ran.last is not None:
        batch_id = ran.batch.id if ran.batch is not None else None
        payload = {"organisation_id": organisation_id, "day": day.isoformat(), "after": ran.last, "batch_id": batch_id}
        enqueue(db, RUN, payload, now=now)
    return ran.batch
