"""Payment plans: proposed, agreed, looked at each night, ended. Raises Refused where a rule says no.

Whoever moves a plan has the head of the journal, as whoever charges or allocates: what is unpaid does not move meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.leaving.models import HERE
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.ledger.allocation.services import payable_charges
from atlasbahamas_plugins.ledger.bills.models import BillPayment
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.lateness.services import settle_late_fees
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.plans.models import MOST_INSTALMENTS, OPEN, Instalment, Plan, PlanCharge
from atlasbahamas_plugins.ledger.plans.schedule import Due, Met, Waiting, becomes, progress
from atlasbahamas_plugins.ledger.plans.telling import tell_members, tell_tenants
from atlasbahamas_plugins.ledger.reasons import BOTH_READ_IT, said_why
from atlasbahamas_plugins.ledger.services import open_journal

LONGEST = timedelta(days=2 * 366)
"""How far from today the last instalment can be."""

CHANGED = Refused("Somebody changed this plan meanwhile. Look at it again.")
OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")


@dataclass(frozen=True)
class Proposal:
    """What a plan is to be: for which charges (ids), which instalments, how many days of grace. `ref` is the form's key."""

    charges: Sequence[int]
    instalments: Sequence[Due]
    grace_days: int = 0
    ref: str = field(default_factory=lambda: long_key("plan"))

    @property
    def cents(self) -> int:
        """All of it."""
        return sum(each.cents for each in self.instalments)


def arrears_of(db: Session, lease: Lease, *, today: date) -> list[Charge]:
    """The charges of a lease of which something is unpaid and that were due by a local day, the oldest first."""
    ids = [charge.id for charge in payable_charges(db, lease) if charge.due_on <= today]
    return list(db.scalars(select(Charge).where(Charge.id.in_(ids)).order_by(Charge.due_on, Charge.id)))


def propose_plan(db: Session, lease: Lease, wanted: Proposal, *, by: int, now: datetime, today: date) -> Plan:
    """Propose a plan to the tenants, who are told. The same `ref` again gives the same plan. Raises Refused."""
    open_journal(db, lease.organisation_id)
    there = db.scalar(select(Plan).where(Plan.ref == wanted.ref))
    if there is not None:
        if (there.lease_id, there.cents) != (lease.id, wanted.cents):
            raise OTHERS_KEY
        return there
    if lease.state not in BINDING:
        raise Refused("This lease binds nobody, so nothing is owed on it.")
    if open_plan_of(db, lease) is not None:
        raise Refused("There is a plan for this lease already. End it before you propose another one.")
    unpaid = {charge.id: charge for charge in arrears_of(db, lease, today=today)}
    covered = [unpaid[number] for number in dict.fromkeys(wanted.charges) if number in unpaid]
    if not covered or len(covered) != len(wanted.charges):
        raise Refused("Choose what is unpaid and due. Something of this is not, any more.", "charges")
    _check(wanted, sum(charge.open_cents for charge in covered), today)
    plan = Plan(
        ref=wanted.ref,
        organisation_id=lease.organisation_id,
        lease=lease,
        state="proposed",
        cents=wanted.cents,
        grace_days=wanted.grace_days,
        proposed=now,
        proposed_by_id=by,
        reason="",
    )
    db.add(plan)
    db.flush()
    for position, (due_on, cents) in enumerate(wanted.instalments, 1):
        db.add(Instalment(plan_id=plan.id, position=position, due_on=due_on, cents=cents))
        db.flush()
    for charge in covered:
        db.add(PlanCharge(plan_id=plan.id, charge_id=charge.id, cents=charge.open_cents))
    db.flush()
    _record(db, "proposed", plan, after={"cents": plan.cents, "instalments": len(wanted.instalments)})
    tell_tenants(db, plan, "proposed", now=now)
    return plan


def _check(wanted: Proposal, unpaid: int, today: date) -> None:
    days = [each.due_on for each in wanted.instalments]
    if not 0 < len(days) <= MOST_INSTALMENTS:
        raise Refused(f"A plan has 1 to {MOST_INSTALMENTS} instalments.", "count")
    if any(each.cents <= 0 for each in wanted.instalments):
        raise Refused("Each instalment needs an amount.")
    if days[0] < today:
        raise Refused("The first instalment cannot be due before today.", "day_0")
    for at in range(1, len(days)):
        if days[at] <= days[at - 1]:
            raise Refused("Each instalment is due later than the one before.", f"day_{at}")
    if days[-1] > today + LONGEST:
        raise Refused("The last instalment has to be due within two years.", f"day_{len(days) - 1}")
    if wanted.cents != unpaid:
        raise Refused("The instalments have to add up to what is unpaid.", f"cents_{len(days) - 1}")


def agree_to_plan(
    db: Session,
    plan: Plan,
    party: LeaseParty,
    *,
    now: datetime,
    today: date,
    tell: Sequence[str] = (),
    way: str = HERE,
    written_by: int | None = None,
) -> None:
    """A tenant agrees: by themselves, or somebody writes down how they said it. From this day on no fee runs on what keeps to it.

    `tell`: the landlord's members in these roles. Raises Refused where it is no proposal any more, or something of it was taken
    back meanwhile; what was paid meanwhile keeps the first instalments.
    """
    _lock(db, plan, "proposed")
    if any(each.charge.voided_by is not None for each in plan.covered):
        raise Refused("Something that this plan covers was taken back meanwhile. Propose another one.")
    plan.state, plan.agreed_on, plan.party, plan.way, plan.written_by_id = "agreed", today, party, way, written_by
    db.flush()
    _record(db, "agreed", plan, after={"party": party.contact.ref, "way": way})
    tell_members(db, plan, "agreed", roles=tell, now=now)
    if written_by is not None:
        tell_tenants(db, plan, "agreed", now=now)


def end_plan(db: Session, plan: Plan, reason: str, *, now: datetime, today: date, tell: Sequence[str] = ()) -> None:
    """End a plan: it is withdrawn, declined, or both sides let it go. Fees run again from this day. Both sides are told."""
    _lock(db, plan, *OPEN)
    plan.reason = said_why(reason, BOTH_READ_IT)
    _close(db, plan, "ended", now=now, today=today, tell=tell)


def look_at_plans(db: Session, *, now: datetime, today: date, tell: Sequence[str], after: int = 0, most: int = 200) -> int | None:
    """What became of the plans that were agreed, of the next ones by their ids; gives the last id, None where none is left."""
    agreed = select(Plan).where(Plan.state == "agreed", Plan.id > after).order_by(Plan.id).limit(most)
    found = db.scalars(agreed).all()
    for plan in sorted(found, key=lambda plan: (plan.organisation_id, plan.id)):
        look_at_plan(db, plan, now=now, today=today, tell=tell)
    return found[-1].id if len(found) == most else None


def look_at_plan(db: Session, plan: Plan, *, now: datetime, today: date, tell: Sequence[str]) -> str:
    """Whether a plan is kept, or broken: then both sides are told, and late fees run again. Gives its state."""
    open_journal(db, plan.organisation_id)
    db.refresh(plan)
    if plan.state != "agreed":
        return plan.state
    state = becomes(met_by(plan), _waiting(db, plan), today)
    if state != "agreed":
        _close(db, plan, state, now=now, today=today, tell=tell)
    return state


def _close(db: Session, plan: Plan, state: str, *, now: datetime, today: date, tell: Sequence[str]) -> None:
    before = plan.state
    plan.state, plan.closed_on = state, today
    db.flush()
    if before == "agreed":
        settle_late_fees(db, plan.organisation_id, [plan.lease_id], day=today, now=now)
    _record(db, state, plan, before={"state": before}, note=plan.reason)
    tell_tenants(db, plan, state, now=now)
    tell_members(db, plan, state, roles=tell, now=now)


def paid_of(plan: Plan) -> int:
    """The cents of what a plan covers that are unpaid no more: paid, credited, or taken back."""
    return sum(each.cents - min(each.cents, _unpaid(each.charge)) for each in plan.covered)


def _unpaid(charge: Charge) -> int:
    return 0 if charge.voided_by is not None else charge.open_cents


def met_by(plan: Plan) -> list[Met]:
    """The instalments of a plan, each with what of it is paid."""
    wanted = [Due(each.due_on, each.cents) for each in plan.instalments]
    return progress(wanted, paid_of(plan), plan.grace_days)


def _waiting(db: Session, plan: Plan) -> list[Waiting]:
    # What is said to be paid for a bill is not for a plan.
    for_a_bill = exists().where(BillPayment.payment_id == Payment.id)
    reported = select(Payment.received_on, Payment.cents).where(Payment.lease_id == plan.lease_id, Payment.state == "reported")
    return [Waiting(*row) for row in db.execute(reported.where(~for_a_bill))]


WHOLE = (
    selectinload(Plan.instalments),
    selectinload(Plan.covered),
    joinedload(Plan.party).joinedload(LeaseParty.contact),
    joinedload(Plan.written_by),
)
"""What a page of plans needs."""


def plans_of(db: Session, lease: Lease) -> Sequence[Plan]:
    """The plans of a lease, the newest first."""
    return db.scalars(select(Plan).where(Plan.lease_id == lease.id).options(*WHOLE).order_by(Plan.id.desc())).all()


def open_plan_of(db: Session, lease: Lease) -> Plan | None:
    """The plan of a lease that is proposed or agreed, if there is one."""
    return db.scalar(select(Plan).where(Plan.lease_id == lease.id, Plan.state.in_(OPEN)))


def next_instalments(db: Session, lease_ids: Collection[int]) -> dict[int, tuple[Plan, Met]]:
    """The agreed plan of each of these leases that has one, by their ids, with its first instalment that is not paid."""
    if not lease_ids:
        return {}
    query = select(Plan).where(Plan.lease_id.in_(lease_ids), Plan.state == "agreed")
    plans = db.scalars(query.options(selectinload(Plan.instalments), selectinload(Plan.covered)))
    met = ((plan, next((each for each in met_by(plan) if not each.is_paid), None)) for plan in plans)
    return {plan.lease_id: (plan, each) for plan, each in met if each is not None}


def due_by_plan(db: Session, lease: Lease, day: date) -> tuple[set[int], int]:
    """The ids of the charges that the plan of a lease covers, and the cents of its instalments that are due by a local day and
    unpaid; nothing of either while no plan is agreed.
    """
    plan = open_plan_of(db, lease)
    if plan is None or plan.state != "agreed":
        return set(), 0
    unpaid = sum(each.cents - each.paid_cents for each in met_by(plan) if each.due_on <= day)
    return {each.charge_id for each in plan.covered}, unpaid


def _lock(db: Session, plan: Plan, *states: str) -> None:
    open_journal(db, plan.organisation_id)
    db.refresh(plan)
    if plan.state not in states:
        raise CHANGED


def _record(db: Session, verb: str, plan: Plan, **changed: Any) -> None:
    record(db, f"ledger:plan:{verb}", about=("plan", plan.ref), organisation_id=plan.organisation_id, **changed)
