"""Charging late fees, and setting them right. Whoever does has the head of the journal.

What leases owe in fees is worked out anew from what was paid when, and compared with what was charged: a run can be repeated,
days can be missed and come in any order, and a payment that turns out to have come in time takes the fee back. So it is whenever
something is paid, credited, refused or taken back. A fee that somebody forgave stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import Entry, record_several
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.writing.services import LateFee
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases, open_charges
from atlasbahamas_plugins.ledger.bills.models import BillPayment
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.posting import NewCharge, post_charges
from atlasbahamas_plugins.ledger.lateness.unpaid import Facts, Late, Planned, RentOwed, Share, Waiting, lateness
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart
from atlasbahamas_plugins.ledger.plans.models import Plan, PlanCharge
from atlasbahamas_plugins.ledger.services import Source, open_journal, reverse
from atlasbahamas_plugins.portfolio.models import Unit

AT_ONCE = 2000
"""How many leases are looked at in one transaction."""

ONE_DAY = timedelta(days=1)
RUN = "ledger.charge_late_fees"
RUN_ALL = "ledger.charge_all_late_fees"
KIND = "late_fee"
"""What such a charge is, its rule, and the source of the entry that takes one back."""


class Charged(NamedTuple):
    """A fee that counts, for the period of rent that begins on a day."""

    starts: date
    due_on: date
    cents: int
    entry_number: int
    forgiven: bool


def settle_late_fees(db: Session, organisation_id: int, lease_ids: Collection[int], *, day: date, now: datetime) -> int:
    """Charge the fees that leases owe on a local day, and take back those that they do not; gives how many were charged.

    What came of a later day stays: the days can come in any order.
    """
    open_journal(db, organisation_id)
    # Whatever was paid ahead counts, so what is left of it is used before.
    allocate_leases(db, organisation_id, lease_ids, now=now)
    facts, homes = _facts(db, lease_ids)
    there = _charged(db, facts)
    until = {lease_id: max([day, *(fee.due_on for fee in there.get(lease_id, ()))]) for lease_id in facts}
    back: dict[int, list[Charged]] = {}
    while wrong := {key: fees for key in facts if (fees := _wrong(lateness(facts[key], until[key]), there.get(key, ())))}:
        numbers = [fee.entry_number for fees in wrong.values() for fee in fees]
        reverse(db, organisation_id, numbers, source=Source(KIND, day.isoformat()), now=now)
        # What paid them pays rent now, perhaps in time.
        allocate_leases(db, organisation_id, list(wrong), now=now)
        facts |= _facts(db, list(wrong))[0]
        there |= {key: [] for key in wrong} | _charged(db, list(wrong))
        for lease_id, fees in wrong.items():
            back.setdefault(lease_id, []).extend(fees)
    new = {key: late for key in facts if (late := _missing(lateness(facts[key], until[key]), there.get(key, ())))}
    charges = [_new(key, homes[key][1], facts[key].fee, each) for key, late in new.items() for each in late]
    post_charges(db, organisation_id, charges, now=now)
    if charges:
        allocate_leases(db, organisation_id, list(new), now=now)
    entries = []
    for lease_id in [key for key in facts if key in back or key in new]:
        before = {fee.starts.isoformat(): fee.cents for fee in back.get(lease_id, ())}
        after = {each.rent.starts.isoformat(): each.fee_cents for each in new.get(lease_id, ())}
        about = ("lease", homes[lease_id][0])
        entries.append(Entry("ledger:late_fee:settled", about, organisation_id, {"fees": before}, {"fees": after}))
    if entries:
        record_several(db, entries)
    return len(charges)


def settle_today(db: Session, organisation_id: int, lease_ids: Collection[int], *, now: datetime) -> None:
    """The same on the local day of a moment in which something was paid, credited, refused or taken back."""
    settle_late_fees(db, organisation_id, lease_ids, day=now.astimezone(NASSAU).date(), now=now)


def _wrong(late: Iterable[Late], there: Iterable[Charged]) -> list[Charged]:
    """What was charged and is not owed. What waits holds a fee, and takes none back: it can be all that is owed without it."""
    owed = {each.rent.starts: each for each in late}
    return [
        fee
        for fee in there
        if not fee.forgiven and ((now := owed.get(fee.starts)) is None or not now.fee_cents <= fee.cents <= now.sure_cents)
    ]


def _missing(late: Iterable[Late], there: Iterable[Charged]) -> list[Late]:
    """What is owed and was not charged."""
    charged = {fee.starts for fee in there}
    return [each for each in late if each.fee_cents and each.rent.starts not in charged]


def _new(lease_id: int, property_id: int, fee: LateFee, late: Late) -> NewCharge:
    explanation = {
        "unpaid_cents": late.unpaid_cents,
        "kind": fee.kind,
        "fee_cents": fee.cents,
        "hundredths": fee.hundredths,
        "cap_cents": fee.cap_cents,
    }
    rent = late.rent
    return NewCharge(lease_id, property_id, KIND, KIND, rent.starts, rent.ends, late.late_on, late.fee_cents, explanation)


def _facts(db: Session, lease_ids: Collection[int]) -> tuple[dict[int, Facts], dict[int, tuple[str, int]]]:
    """What the fees of leases follow from, and (reference, property) of each, with the same few queries for any number."""
    facts: dict[int, Facts] = {}
    homes: dict[int, tuple[str, int]] = {}
    query = select(Lease.id, Lease.ref, Unit.property_id, Lease.grace_days, Lease.late_fee_kind, Lease.late_fee_cents)
    query = query.add_columns(Lease.late_fee_hundredths, Lease.late_fee_cap_cents).join(Unit, Unit.id == Lease.unit_id)
    for row in db.execute(query.where(Lease.id.in_(lease_ids)).order_by(Lease.id)):
        facts[row.id], homes[row.id] = Facts(LateFee(*row[4:]), row.grace_days), (row.ref, row.property_id)
    rents = select(Charge.lease_id, Charge.id, Charge.period_starts, Charge.period_ends, Charge.due_on, Charge.cents)
    rents = rents.where(Charge.lease_id.in_(facts), Charge.what == "rent", Charge.voided_by.is_(None))
    for charge in db.execute(rents.order_by(Charge.id)):
        facts[charge.lease_id].rents.append(RentOwed(*charge[1:]))
    _add_money(db, facts)
    _add_plans(db, facts)
    for lease_id, charges in open_charges(db, list(facts)).items():
        # A report covers no bill: that is paid by itself.
        facts[lease_id].open = [charge for charge in charges if charge.what != "bill"]
    return facts, homes


def _add_money(db: Session, facts: dict[int, Facts]) -> None:
    paid = (
        select(Allocation.lease_id, Allocation.charge_id, Allocation.cents, Payment.received_on)
        .join(PaymentPart, PaymentPart.id == Allocation.part_id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
    )
    credited = select(Allocation.lease_id, Allocation.charge_id, Allocation.cents, Credit.counts_on)
    for query in (paid, credited.join(Credit, Credit.id == Allocation.credit_id)):
        for row in db.execute(query.where(Allocation.lease_id.in_(facts))):
            facts[row.lease_id].shares.append(Share(*row[1:]))
    # What is said to be paid for a bill covers no rent.
    for_a_bill = exists().where(BillPayment.payment_id == Payment.id)
    waiting = select(Payment.lease_id, Payment.received_on, Payment.cents).where(Payment.state == "reported", ~for_a_bill)
    for report in db.execute(waiting.where(Payment.lease_id.in_(facts)).order_by(Payment.received_on, Payment.id)):
        facts[report.lease_id].waiting.append(Waiting(*report[1:]))


def _add_plans(db: Session, facts: dict[int, Facts]) -> None:
    query: Any = select(Plan.lease_id, PlanCharge.charge_id, Plan.agreed_on, Plan.state, Plan.closed_on)
    query = query.join(PlanCharge, PlanCharge.plan_id == Plan.id).where(Plan.lease_id.in_(facts), Plan.agreed_on.is_not(None))
    for lease_id, charge_id, agreed_on, state, closed_on in db.execute(query):
        # What kept to a plan was paid by the day on which that was seen.
        until = closed_on + ONE_DAY if closed_on is not None and state == "kept" else closed_on
        facts[lease_id].plans.append(Planned(charge_id, agreed_on, until))


def _charged(db: Session, lease_ids: Collection[int]) -> dict[int, list[Charged]]:
    forgiven = exists().where(Credit.charge_id == Charge.id, Credit.voided_by.is_(None))
    query = select(Charge.lease_id, Charge.period_starts, Charge.due_on, Charge.cents, Charge.entry_number, forgiven)
    query = query.where(Charge.lease_id.in_(lease_ids), Charge.what == KIND, Charge.voided_by.is_(None))
    found: dict[int, list[Charged]] = {}
    for row in db.execute(query.order_by(Charge.id)):
        found.setdefault(row.lease_id, []).append(Charged(*row[1:]))
    return found


def leases_to_look_at(organisation_id: int, day: date) -> Select[int]:
    """SELECT of the ids of the leases that may owe a fee which was not charged: rent unpaid since before a day, a fee agreed.

    What is paid, refused or taken back later is looked at in the moment in which that happens.
    """
    fee = alias_of(Charge, "fee")
    of_period = (fee.lease_id == Charge.lease_id, fee.period_starts == Charge.period_starts)
    charged = exists().where(*of_period, fee.what == KIND, fee.voided_by.is_(None))
    unpaid = (Charge.organisation_id == organisation_id, Charge.voided_by.is_(None), Charge.open_cents > 0, Charge.due_on < day)
    query = select(Charge.lease_id).join(Lease, Lease.id == Charge.lease_id)
    query = query.where(*unpaid, Charge.what == "rent", ~charged, Lease.late_fee_kind != "none", Lease.state.in_(BINDING))
    return query.distinct().order_by(Charge.lease_id)


def run_late_fees(db: Session, organisation_id: int, *, day: date, now: datetime, after: int = 0) -> int:
    """The fees of an organisation, of the next leases with an id above `after`; another job goes on where there are more."""
    wanted = leases_to_look_at(organisation_id, day).where(Charge.lease_id > after).limit(AT_ONCE)
    ids = db.scalars(wanted).all()
    posted = settle_late_fees(db, organisation_id, ids, day=day, now=now) if ids else 0
    if len(ids) == AT_ONCE:
        payload = {"organisation_id": organisation_id, "day": day.isoformat(), "after": ids[-1]}
        enqueue(db, RUN, payload, now=now)
    return posted


def organisations_to_run(db: Session, day: date) -> list[int]:
    """Ids of the organisations with rent that is unpaid since before a local day."""
    query = select(Charge.organisation_id).join(Lease, Lease.id == Charge.lease_id)
    unpaid = (Charge.what == "rent", Charge.voided_by.is_(None), Charge.open_cents > 0, Charge.due_on < day)
    return sorted(db.scalars(query.where(*unpaid, Lease.late_fee_kind != "none").distinct()))
