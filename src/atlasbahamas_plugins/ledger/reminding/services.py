"""Telling tenants of rent before it is due, and when it is late; of each due day once. Nothing here moves money.

The amounts are those that the ledger of the lease shows: what can be paid now, and what comes to it on the day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from atlasbahamas.db import metadata
from atlasbahamas.db.inserts import insert_many
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import notify
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import BINDING, MOST_GRACE_DAYS, RUNNING, Lease, LeaseParty
from atlasbahamas_plugins.ledger.allocation.services import credit_of_leases, owed_by_leases
from atlasbahamas_plugins.ledger.bills.models import BillPayment
from atlasbahamas_plugins.ledger.charges.late_fees import late_from
from atlasbahamas_plugins.ledger.charges.models import Charge, Schedule
from atlasbahamas_plugins.ledger.charges.owing import RENT, lease_facts, owed_by_rule
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.reminding.models import DUE, LATE, Told
from atlasbahamas_plugins.portfolio.contacts.models import Contact

RENT_DUE = NotificationCategory("ledger.due", "Rent that will be due", "Your rent will be due in a few days.")
RENT_LATE = NotificationCategory("ledger.late", "Rent that is late", "Your rent was not paid when the days of grace were over.")
DUE_TEMPLATE, LATE_TEMPLATE = "ledger/mail/rent_due.jinja2", "ledger/mail/rent_late.jinja2"

AT_ONCE = 200
LATE_WITHIN = timedelta(days=7)
"""How long after the days of grace somebody is still told: a job that was missed is made up, old arrears are not news."""

_TOLD = metadata.tables[Told.__tablename__]
_HAS_SOMEBODY = exists().where(
    LeaseParty.lease_id == Lease.id, LeaseParty.contact_id == Contact.id, Contact.person_id.is_not(None)
)


@dataclass(frozen=True)
class _Home:
    """A lease, as far as its tenants are told of it: whom (tenants, and with them who answers for them), and where it is."""

    lease: Lease
    tenants: Sequence[int]
    bound: Sequence[int]

    @property
    def name(self) -> str:
        return f"{self.lease.unit.label}, {self.lease.unit.property.name}"

    @property
    def path(self) -> str:
        return f"/home/leases/{self.lease.ref}/ledger/payments/"


def remind_of_rent(db: Session, *, today: date, now: datetime, lead_days: int, after: int = 0) -> int | None:
    """Tell the tenants of the next leases (ids above `after`) of rent that is due within some days; gives the last id, or None.

    Who paid ahead is told nothing.
    """
    told = exists().where(Told.lease_id == Schedule.lease_id, Told.what == DUE, Told.due_on == Schedule.next_due_on)
    soon = Schedule.next_due_on.between(today, today + timedelta(days=lead_days))
    query = select(Schedule.lease_id, Schedule.next_due_on).join(Lease, Lease.id == Schedule.lease_id)
    query = query.where(soon, Schedule.lease_id > after, Lease.state.in_(RUNNING), _HAS_SOMEBODY, ~told)
    found = {row.lease_id: row.next_due_on for row in db.execute(query.order_by(Schedule.lease_id).limit(AT_ONCE))}
    # First, so that of two who do it at once the second fails before anybody is told.
    _keep(db, DUE, found.items(), now)
    homes, owed, credit = _homes(db, found), owed_by_leases(db, set(found)), credit_of_leases(db, set(found))
    for facts in lease_facts(db, list(found)):
        due_on = found[facts.id]
        due = [each for each in owed_by_rule(facts, due_from=due_on, due_until=due_on) if each.rule == RENT]
        rent_cents = sum(each.cents for each in due)
        to_pay = rent_cents + owed.get(facts.id, 0) - credit.get(facts.id, 0)
        if rent_cents and to_pay > 0:
            _tell_due(db, homes[facts.id], due_on, rent_cents, to_pay, now=now)
    return max(found) if len(found) == AT_ONCE else None


def _tell_due(db: Session, home: _Home, due_on: date, rent_cents: int, to_pay: int, *, now: datetime) -> None:
    content = {
        "amount": money(to_pay),
        "rent": money(rent_cents) if to_pay != rent_cents else "",
        "due": local_date(due_on),
        "home": home.name,
        "reference": lease_reference(home.lease.id),
    }
    subject = f"{money(to_pay)} to pay by {local_date(due_on)}: {home.name}"[:200]
    notify(db, home.tenants, RENT_DUE, subject, DUE_TEMPLATE, path=home.path, now=now, content=content)


def tell_of_late_rent(db: Session, *, today: date, now: datetime, after: int = 0) -> int | None:
    """Tell the tenants, and those who answer for them, of rent that is unpaid since its days of grace are over; the next charges
    with an id above `after`; gives the last id, or None. Whoever reported a payment that waits is not told.
    """
    found = _unpaid(db, today, after)
    late = [row for row in found if today - LATE_WITHIN <= late_from(row.due_on, row.grace_days) <= today]
    _keep(db, LATE, {(row.lease_id, row.due_on) for row in late}, now)
    ids = {row.lease_id for row in late}
    homes, owed, fees = _homes(db, ids), owed_by_leases(db, ids), _fees(db, ids)
    for row in late:
        home, fee = homes[row.lease_id], fees.get((row.lease_id, row.period_starts), 0)
        content = {
            "amount": money(row.open_cents),
            "due": local_date(row.due_on),
            "fee": money(fee) if fee else "",
            "total": money(owed.get(row.lease_id, 0)),
            "home": home.name,
            "reference": lease_reference(row.lease_id),
        }
        subject = f"{money(row.open_cents)} of the rent from {local_date(row.due_on)} is late: {home.name}"[:200]
        notify(db, home.bound, RENT_LATE, subject, LATE_TEMPLATE, path=home.path, now=now, content=content)
    return found[-1].id if len(found) == AT_ONCE else None


def _unpaid(db: Session, today: date, after: int) -> Sequence[Any]:
    told = exists().where(Told.lease_id == Charge.lease_id, Told.what == LATE, Told.due_on == Charge.due_on)
    for_a_bill = exists().where(BillPayment.payment_id == Payment.id)
    waits = exists().where(Payment.lease_id == Charge.lease_id, Payment.state == "reported", ~for_a_bill)
    columns = (Charge.id, Charge.lease_id, Charge.due_on, Charge.period_starts, Charge.open_cents, Lease.grace_days)
    earliest = today - timedelta(days=MOST_GRACE_DAYS + 1) - LATE_WITHIN
    query = (
        select(*columns)
        .join(Lease, Lease.id == Charge.lease_id)
        .where(
            Charge.what == "rent",
            Charge.voided_by.is_(None),
            Charge.open_cents > 0,
            Charge.due_on.between(earliest, today),
            Charge.id > after,
            Lease.state.in_(BINDING),
            _HAS_SOMEBODY,
            ~told,
            ~waits,
        )
    )
    return db.execute(query.order_by(Charge.id).limit(AT_ONCE)).all()


def _fees(db: Session, lease_ids: Collection[int]) -> dict[tuple[int, date], int]:
    query = select(Charge.lease_id, Charge.period_starts, Charge.cents)
    query = query.where(Charge.lease_id.in_(lease_ids), Charge.what == "late_fee", Charge.voided_by.is_(None))
    return {(row.lease_id, row.period_starts): row.cents for row in db.execute(query)} if lease_ids else {}


def _homes(db: Session, lease_ids: Collection[int]) -> dict[int, _Home]:
    if not lease_ids:
        return {}
    people: dict[int, list[tuple[int, str]]] = {}
    linked = and_(Contact.id == LeaseParty.contact_id, Contact.person_id.is_not(None))
    query = select(LeaseParty.lease_id, Contact.person_id, LeaseParty.role).join(Contact, linked)
    for lease_id, person_id, role in db.execute(query.where(LeaseParty.lease_id.in_(lease_ids)).order_by(LeaseParty.id)):
        assert person_id is not None
        people.setdefault(lease_id, []).append((person_id, role))
    found = {}
    for lease in db.scalars(select(Lease).where(Lease.id.in_(lease_ids))):
        bound = people.get(lease.id, [])
        found[lease.id] = _Home(lease, [each for each, role in bound if role != "guarantor"], [each for each, _ in bound])
    return found


def _keep(db: Session, what: str, told: Iterable[tuple[int, date]], now: datetime) -> None:
    rows = [{"lease_id": lease_id, "what": what, "due_on": due_on, "at": now} for lease_id, due_on in sorted(told)]
    insert_many(db, _TOLD, rows)
