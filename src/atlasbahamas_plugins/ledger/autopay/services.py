"""Autopay: set, paused, ended; taking what is due on its day; reminding before. Raises Refused where a rule says no.

It takes what is due and not on its way in another manner, never more, and once for each lease and day. Whoever takes has the head
of the organisation's journal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import RUNNING, Lease
from atlasbahamas_plugins.ledger.allocation.services import PAYABLE, credit_of, payable_charges
from atlasbahamas_plugins.ledger.autopay.days import day_to_remind, days_to_take
from atlasbahamas_plugins.ledger.autopay.models import Attempt, Autopay, Taking
from atlasbahamas_plugins.ledger.charges.models import Charge, Schedule
from atlasbahamas_plugins.ledger.charges.owing import lease_facts, owed_by_rule
from atlasbahamas_plugins.ledger.gateways import services as gateways
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import UNDECIDED, Payment
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.plans.services import due_by_plan
from atlasbahamas_plugins.ledger.services import open_journal

OF_THE_DAY, TAKE = "ledger.autopay_of_the_day", "ledger.take_autopay"
AT_ONCE = 500
"""How many instructions are looked at in one transaction."""

MOST_TRIES = 3
"""How often one day's money is asked for, once a day, before the instruction stops."""

RETRY_DAYS = 7
AUTOPAY = NotificationCategory(
    "ledger.autopay", "Autopay and reminders", "Rent is about to be taken or paid, or autopay stopped."
)
NO_CARD = "Its card was removed."
REFUSED_TOO_OFTEN = "The bank refused three times."


@dataclass(frozen=True)
class Wanted:
    """What a tenant wants: by which saved method (None: only to be reminded), on which day of the month, how long before."""

    method: SavedMethod | None
    day: int | None
    lead_days: int


def set_autopay(
    db: Session, lease: Lease, wanted: Wanted, *, by: int, now: datetime, today: date, ref: str | None = None
) -> Autopay:
    """Begin an instruction, in the place of the one that the tenant had. It acts from tomorrow on.

    The same `ref` again is the same one. Raises Refused.
    """
    if lease.state not in RUNNING:
        raise Refused("This lease is over, so nothing is paid for it by itself.")
    open_journal(db, lease.organisation_id)
    if ref is not None and (there := db.scalar(select(Autopay).where(Autopay.ref == ref))) is not None:
        return there
    living = _living(db, lease)
    if wanted.method is not None and any(each.method_id and each.person_id != by for each in living):
        raise Refused("Somebody else's autopay pays for this home already. Choose to be reminded, or ask them.", "how")
    for each in living:
        if each.person_id == by:
            _move(db, each, "ended", by=by)
    autopay = Autopay(
        ref=ref or long_key("autopay"),
        organisation_id=lease.organisation_id,
        lease_id=lease.id,
        person_id=by,
        method_id=wanted.method.id if wanted.method else None,
        state="active",
        day=wanted.day,
        lead_days=wanted.lead_days,
        from_day=today + timedelta(days=1),
        reminded_for=None,
        created=now,
        reason="",
    )
    db.add(autopay)
    db.flush()
    after = {"takes": wanted.method is not None, "day": wanted.day, "lead_days": wanted.lead_days}
    _record(db, "set", autopay, after=after)
    return autopay


def _living(db: Session, lease: Lease) -> list[Autopay]:
    query = select(Autopay).where(Autopay.lease_id == lease.id, Autopay.state != "ended").order_by(Autopay.id)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def takes_already(db: Session, lease: Lease, person_id: int) -> bool:
    """Whether another person's instruction takes money for a lease."""
    return any(each.method_id and each.person_id != person_id for each in _living(db, lease))


def pause_autopay(db: Session, autopay: Autopay, *, by: int) -> None:
    """Take nothing, and remind of nothing, until it goes on. Raises Refused."""
    _change(db, autopay, "paused", by)


def resume_autopay(db: Session, autopay: Autopay, *, by: int, today: date) -> None:
    """Go on from tomorrow, also after it was stopped. Raises Refused."""
    if autopay.method is not None and autopay.method.state != "saved":
        raise Refused("Its card is not saved any more. Choose another one.")
    autopay.from_day = today + timedelta(days=1)
    _change(db, autopay, "active", by)


def end_autopay(db: Session, autopay: Autopay, *, by: int) -> None:
    """End it for good; the tenant can begin another. Raises Refused."""
    _change(db, autopay, "ended", by)


def _change(db: Session, autopay: Autopay, state: str, by: int) -> None:
    open_journal(db, autopay.organisation_id)
    db.flush()
    db.refresh(autopay)
    if autopay.state == state:
        return
    if autopay.state == "ended" or (state == "paused" and autopay.state != "active"):
        raise Refused("That cannot be done with it any more. Look at it again.")
    _move(db, autopay, state, by=by)


def _move(db: Session, autopay: Autopay, state: str, *, by: int | None, reason: str = "") -> None:
    before, autopay.state, autopay.reason = {"state": autopay.state}, state, reason
    db.flush()
    _record(db, state if state != "active" else "resumed", autopay, before=before, after={"state": state}, note=reason)


def due_cents(db: Session, lease: Lease, *, day: date, now: datetime) -> int:
    """The cents that are due of a lease on a local day and are not on their way in another manner: reported, a cheque for later,
    asked of a gateway. Of what a payment plan covers, its instalments are due. Never below zero.
    """
    planned, instalments = due_by_plan(db, lease, day)
    due = sum(charge.open_cents for charge in payable_charges(db, lease) if charge.due_on <= day and charge.id not in planned)
    due += instalments
    return max(0, due - _waiting(db, lease) - gateways.on_its_way(db, lease.id, now=now))


def _waiting(db: Session, lease: Lease) -> int:
    waits = (Payment.lease_id == lease.id, is_one_of(Payment.state, *UNDECIDED))
    return int(db.scalar(select(func.sum(Payment.cents)).where(*waits)) or 0)


def take(db: Session, autopay: Autopay, day: date, *, now: datetime) -> GatewayPayment | None:
    """Take what is due by an instruction, for one of its days. Again, it takes nothing, unless what it asked for has failed."""
    open_journal(db, autopay.organisation_id)
    db.refresh(autopay)
    if autopay.state != "active" or autopay.method is None or autopay.lease.state not in RUNNING:
        return None
    if autopay.method.state != "saved":
        stop(db, autopay, NO_CARD, now=now)
        return None
    there = db.scalar(select(Taking).where(Taking.lease_id == autopay.lease_id, Taking.day == day))
    tries = db.scalars(select(Attempt).where(Attempt.taking_id == there.id).order_by(Attempt.number)).all() if there else []
    if there is not None and not _may_try_again(there, tries, autopay):
        return None
    cents = due_cents(db, autopay.lease, day=day, now=now)
    if not cents:
        # What waits may still be refused, and is then taken tomorrow.
        return None
    if there is None:
        there = Taking(autopay_id=autopay.id, lease_id=autopay.lease_id, day=day, cents=cents, made=now)
        db.add(there)
        db.flush()
    cents = min(cents, there.cents)
    payment = gateways.charge_method(db, autopay.lease, autopay.method, cents, by=autopay.person_id, now=now)
    db.add(Attempt(taking_id=there.id, number=len(tries) + 1, gateway_payment_id=payment.id))
    db.flush()
    return payment


def _may_try_again(taking: Taking, tries: Collection[Attempt], autopay: Autopay) -> bool:
    failed = all(each.payment.state == "failed" for each in tries)
    return taking.autopay_id == autopay.id and bool(tries) and failed and len(tries) < MOST_TRIES


def after_failure(db: Session, payment: GatewayPayment, *, now: datetime) -> None:
    """What was asked for has failed: tomorrow once more; after the third time the instruction stops, and its tenant is told."""
    open_journal(db, payment.organisation_id)
    attempt = db.scalar(select(Attempt).where(Attempt.gateway_payment_id == payment.id))
    if attempt is None or attempt.number < MOST_TRIES:
        return
    autopay = db.scalars(
        select(Autopay).join(Taking, Taking.autopay_id == Autopay.id).where(Taking.id == attempt.taking_id)
    ).one()
    db.refresh(autopay)
    stop(db, autopay, REFUSED_TOO_OFTEN, now=now)


def stop(db: Session, autopay: Autopay, reason: str, *, now: datetime) -> None:
    """Stop an instruction that cannot be carried out, and tell its tenant. One that is not active is left alone."""
    if autopay.state != "active":
        return
    _move(db, autopay, "stopped", by=None, reason=reason)
    _tell(db, autopay, f"Autopay stopped: {_home(autopay)}", "ledger/autopay/", now)


def stop_with_method(db: Session, method: SavedMethod, *, now: datetime) -> None:
    """Stop what would take money by a method that is gone."""
    for autopay in db.scalars(
        select(Autopay).where(Autopay.method_id == method.id, Autopay.state == "active").order_by(Autopay.id)
    ):
        stop(db, autopay, NO_CARD, now=now)


def run_day(db: Session, *, now: datetime, today: date, after: int = 0) -> None:
    """Remind of what is about to come, and ask for jobs that take what has come, for the next instructions by their ids.

    Another job goes on where there are more. It can be repeated: nobody is reminded, and nothing taken, twice.
    """
    of_lease = Lease.id == Autopay.lease_id
    query = select(Autopay).join(Lease, of_lease).where(Autopay.state == "active", Lease.state.in_(RUNNING), Autopay.id > after)
    found = list(db.scalars(query.order_by(Autopay.id).limit(AT_ONCE)))
    due = _due_days(db, {each.lease_id for each in found})
    taken = _taken_days(db, {each.lease_id for each in found})
    again = _to_try_again(db, {each.id for each in found}, today)
    for autopay in found:
        days = due.get(autopay.lease_id, set())
        if autopay.method_id is not None:
            of_lease_taken = taken.get(autopay.lease_id, set())
            latest = days_to_take(autopay.day, days, of_lease_taken, from_day=autopay.from_day, today=today)
            for day in {*again.get(autopay.id, ()), *([latest] if latest else [])}:
                enqueue(db, TAKE, {"autopay_id": autopay.id, "day": day.isoformat()}, now=now)
        _remind(db, autopay, days, now=now, today=today)
    if len(found) == AT_ONCE:
        enqueue(db, OF_THE_DAY, {"after": found[-1].id}, now=now)


def _due_days(db: Session, lease_ids: Collection[int]) -> dict[int, set[date]]:
    """The days on which something of leases is due: what is unpaid, and what will be charged next."""
    unpaid = select(Charge.lease_id, Charge.due_on).join(LedgerAccount, LedgerAccount.id == Charge.account_id)
    unpaid = unpaid.where(Charge.voided_by.is_(None), Charge.open_cents > 0, LedgerAccount.kind.in_(PAYABLE))
    coming = select(Schedule.lease_id, Schedule.next_due_on).where(Schedule.next_due_on.is_not(None))
    unpaid, coming = unpaid.where(Charge.lease_id.in_(lease_ids)), coming.where(Schedule.lease_id.in_(lease_ids))
    return _by_number([*db.execute(unpaid), *db.execute(coming)])


def _taken_days(db: Session, lease_ids: Collection[int]) -> dict[int, set[date]]:
    query = select(Taking.lease_id, Taking.day).where(Taking.lease_id.in_(lease_ids))
    return _by_number(db.execute(query))


def _to_try_again(db: Session, autopay_ids: Collection[int], today: date) -> dict[int, set[date]]:
    """Days of which the last try failed and another one is left."""
    tries = select(Taking.autopay_id, Taking.day).join(Attempt, Attempt.taking_id == Taking.id)
    tries = tries.join(GatewayPayment, GatewayPayment.id == Attempt.gateway_payment_id)
    recent = Taking.day >= today - timedelta(days=RETRY_DAYS)
    failed = func.count().filter(GatewayPayment.state == "failed")
    tries = tries.where(Taking.autopay_id.in_(autopay_ids), recent).group_by(Taking.autopay_id, Taking.day)
    rows = db.execute(tries.having(failed == func.count(), func.count() < MOST_TRIES))
    return _by_number(rows)


def _by_number(rows: Iterable[Any]) -> dict[int, set[date]]:
    found: dict[int, set[date]] = {}
    for number, day in rows:
        found.setdefault(number, set()).add(day)
    return found


def _remind(db: Session, autopay: Autopay, due: set[date], *, now: datetime, today: date) -> None:
    more: dict[str, Any] = {"from_day": autopay.from_day, "reminded_for": autopay.reminded_for}
    day = day_to_remind(autopay.day, due, lead_days=autopay.lead_days, today=today, **more)
    if day is None:
        return
    autopay.reminded_for = day
    cents = expected_cents(db, autopay.lease, day, now=now)
    if not cents:
        return
    if autopay.method_id is not None:
        _tell(db, autopay, f"On {local_date(day)} {money(cents)} is taken: {_home(autopay)}", "ledger/autopay/", now)
    else:
        words = f"Pay {money(cents)} by {local_date(day)}, reference {lease_reference(autopay.lease_id)}: {_home(autopay)}"
        _tell(db, autopay, words, "ledger/payments/", now)


def expected_cents(db: Session, lease: Lease, day: date, *, now: datetime) -> int:
    """What will be due of a lease on a day to come, as far as it is known today: also rent that is charged by then."""
    due = due_cents(db, lease, day=day, now=now)
    looked = db.scalar(select(Schedule.next_due_on).where(Schedule.lease_id == lease.id))
    if looked is None or looked > day:
        return due
    [facts] = lease_facts(db, [lease.id])
    coming = sum(each.cents for each in owed_by_rule(facts, due_from=looked, due_until=day))
    return due + max(0, coming - credit_of(db, lease))


def _tell(db: Session, autopay: Autopay, subject: str, path: str, now: datetime) -> None:
    at = f"/home/leases/{autopay.lease.ref}/{path}"
    notify(db, [autopay.person_id], AUTOPAY, subject[:200], TOLD_TEMPLATE, path=at, now=now)


def _home(autopay: Autopay) -> str:
    unit = autopay.lease.unit
    return f"{unit.label}, {unit.property.name}"


def _record(db: Session, verb: str, autopay: Autopay, **changed: Any) -> None:
    about = ("autopay", autopay.ref)
    record(db, f"ledger:autopay:{verb}", about=about, organisation_id=autopay.organisation_id, **changed)
