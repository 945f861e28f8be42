"""Figures that pages begin with: what a tenant pays next, and who has not paid. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.db.statements import Rows, among, is_one_of, made_once, read
from atlasbahamas.people.models import Membership
from atlasbahamas_plugins.leasing.models import BINDING, FOR_EVER, RUNNING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import leases_in
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.ledger.charges.models import Charge, is_open
from atlasbahamas_plugins.ledger.charges.owing import Due, next_rent, rent_terms
from atlasbahamas_plugins.ledger.charges.services import OWED
from atlasbahamas_plugins.ledger.figures.ages import AGES, Age
from atlasbahamas_plugins.ledger.figures.models import ALL_PROPERTIES, MonthSum, Standing
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import UNDECIDED, Payment
from atlasbahamas_plugins.ledger.plans.models import Plan
from atlasbahamas_plugins.ledger.sharing.models import Sharing
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.models import Property, Unit

MOST_ORGANISATIONS = 20


UNPAID = is_open(Charge)
"""SQL: something is unpaid of a charge."""


def due_within(age: Age, today: date) -> ColumnElement[bool]:
    """SQL: a charge was due on one of the days of an age."""
    first, last = age.days(today)
    return and_(*[] if first is None else [Charge.due_on >= first], *[] if last is None else [Charge.due_on <= last])


def last_payment(lease_id: Any) -> tuple[ScalarSelect[date], ScalarSelect[int]]:
    """SQL: the day and the cents of the payment for a lease that was received last, of those that count."""
    counts = select(Payment).where(Payment.lease_id == lease_id, is_one_of(Payment.state, "confirmed"))
    last = counts.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(1)
    day, cents = (last.with_only_columns(column).scalar_subquery() for column in (Payment.received_on, Payment.cents))
    return day, cents


def unpaid_of(lease_id: Any, *when: ColumnElement[bool]) -> ScalarSelect[int]:
    """SQL: what is unpaid of a lease's charges, or of those of them; `lease_id` is a column of the query around it."""
    return (
        select(func.coalesce(func.sum(Charge.open_cents), 0)).where(Charge.lease_id == lease_id, UNPAID, *when).scalar_subquery()
    )


def balance_of(lease_id: Any, kinds: Sequence[str] = OWED) -> ScalarSelect[int]:
    """SQL: what a lease owes by the journal, as `owed_by` says it; below zero where it is ahead."""
    return (
        select(func.coalesce(func.sum(AccountBalance.debit_cents - AccountBalance.credit_cents), 0))
        .join(LedgerAccount, LedgerAccount.id == AccountBalance.account_id)
        .where(LedgerAccount.lease_id == lease_id, among(LedgerAccount.kind, kinds))
        .scalar_subquery()
    )


@dataclass(frozen=True)
class NextToPay:
    """What a tenant pays next for one lease.

    `cents` are to be paid now: since `day`, which has come. Where they are 0, `next_cents` fall due on `next_day`, if anything
    does, and `next_rent` is the rent of it that is not charged yet. `waiting_cents` were reported and are not confirmed,
    `ahead_cents` were paid and pay what falls due next. `coming_rent` is the next rent that is not charged yet, also where
    something else falls due before it. `is_shared`: roommates pay it together. `is_planned`: a plan for what is owed is agreed.
    """

    cents: int
    day: date | None
    next_cents: int
    next_day: date | None
    next_rent: Due | None
    waiting_cents: int
    ahead_cents: int
    coming_rent: Due | None
    is_shared: bool
    is_planned: bool

    @property
    def rent_is_next(self) -> bool:
        """Whether what falls due next is that rent and nothing else."""
        return self.next_rent is not None and self.next_cents == self.next_rent.cents

    @property
    def coming_cents(self) -> int:
        """What of that rent was neither paid ahead nor given already."""
        return max(0, self.coming_rent.cents - self.ahead_cents - self.waiting_cents) if self.coming_rent is not None else 0

    @property
    def left_cents(self) -> int:
        """What of the next amount was not paid ahead."""
        return max(0, self.next_cents - self.ahead_cents)


def next_to_pay(db: Session, leases: Sequence[Lease], *, today: date) -> dict[int, NextToPay]:
    """What is due of each of these leases that bind, by their ids. One query; they are loaded with their rents."""
    binding = {lease.id: lease for lease in leases if lease.state in BINDING}
    if not binding:
        return {}
    rows = read(db, _due_of_leases(), {"lease_ids": list(binding), "today": today})
    found = {}
    for lease_id, since, later_day, later_cents, unpaid, reported, balance, paid_to, brought_in, *told in rows:
        coming = next_rent(rent_terms(binding[lease_id], paid_to, brought_in), today)
        next_day = min((day for day in (later_day, coming and coming.due_on) if day), default=None)
        rent = coming if coming is not None and coming.due_on == next_day else None
        next_cents = (int(later_cents) if next_day and later_day == next_day else 0) + (rent.cents if rent else 0)
        since = since if unpaid else None
        found[lease_id] = NextToPay(unpaid, since, next_cents, next_day, rent, reported, max(0, -balance), coming, *told)
    return found


@made_once
def _due_of_leases() -> Rows:
    today: BindParameter[date] = bindparam("today")
    waiting = select(func.coalesce(func.sum(Payment.cents), 0)).where(
        Payment.lease_id == Lease.id, is_one_of(Payment.state, *UNDECIDED)
    )
    later = select(Charge).where(Charge.lease_id == Lease.id, UNPAID, Charge.due_on > today)
    first = later.group_by(Charge.due_on).order_by(Charge.due_on).limit(1)
    on, how_much = (first.with_only_columns(each).scalar_subquery() for each in (Charge.due_on, func.sum(Charge.open_cents)))
    return (
        select(Lease.id, Standing.unpaid_since, on, how_much, unpaid_of(Lease.id, Charge.due_on <= today))
        .add_columns(waiting.scalar_subquery(), balance_of(Lease.id, ("receivable",)))
        .add_columns(Opening.paid_to, Opening.brought_in)
        .add_columns(exists().where(Sharing.lease_id == Lease.id))
        .add_columns(exists().where(Plan.lease_id == Lease.id, Plan.state == "agreed"))
        .outerjoin(Standing, Standing.lease_id == Lease.id)
        .outerjoin(Opening, Opening.lease_id == Lease.id)
        .where(Lease.id.in_(bindparam("lease_ids", expanding=True)))
    )


@dataclass(frozen=True)
class NotPaid:
    """A lease of which something was due before today and is not paid: who lives where, how much, since when."""

    organisation_id: int
    lease_ref: str
    name: str
    home: str
    cents: int
    since: date


def not_paid(
    db: Session, person_id: int, organisation_ids: Sequence[int], roles: Sequence[str], *, today: date, most: int
) -> list[NotPaid]:
    """Those who have not paid for longest, `most` of each of a person's organisations, as far as the person reaches them by one
    of the roles. One query.
    """
    few = [_longest(organisation_id, person_id, roles, today, most) for organisation_id in organisation_ids[:MOST_ORGANISATIONS]]
    if not few or not roles:
        return []
    rows = db.execute(union_all(*[select(each.subquery()) for each in few]))
    return [
        NotPaid(here, ref, name or "", f"{label}, {above}", cents, since) for here, ref, name, label, above, cents, since in rows
    ]


def _longest(organisation_id: int, person_id: int, roles: Sequence[str], today: date, most: int) -> Select[Any]:
    first_tenant = (
        select(Contact.name)
        .join(LeaseParty, LeaseParty.contact_id == Contact.id)
        .where(LeaseParty.lease_id == Standing.lease_id, is_one_of(LeaseParty.role, "primary"))
    )
    own = alias_of(Membership, "own")
    mine = (own.organisation_id == organisation_id, own.person_id == person_id, own.until.is_(None), own.role.in_(roles))
    reached = select(literal(1)).where(*mine, or_(own.limit_id.is_(None), reaches_unit(own.limit_id, Lease.unit_id)))
    return (
        select(Standing.organisation_id, Lease.ref, first_tenant.scalar_subquery().label("name"), Unit.label, Property.name)
        .add_columns(unpaid_of(Standing.lease_id, Charge.due_on < today).label("cents"), Standing.unpaid_since)
        .join(Lease, Lease.id == Standing.lease_id)
        .join(Unit, Unit.id == Lease.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .where(and_(Standing.organisation_id == organisation_id, Standing.unpaid_since < today))
        .where(reached.correlate_except(own).exists())
        .order_by(Standing.unpaid_since, Standing.lease_id)
        .limit(most)
    )


def tenant_names(lease_id: Any) -> ScalarSelect[str]:
    """SQL: those who live there, the first one first, as one line: what `Lease.tenant_names` says without reading everybody."""
    who = select(Contact.name).join(LeaseParty, LeaseParty.contact_id == Contact.id)
    mine = who.where(LeaseParty.lease_id == lease_id, LeaseParty.role != "guarantor").order_by(LeaseParty.position)
    names = mine.correlate(Lease).subquery("who")
    return select(func.aggregate_strings(names.c.name, ", ")).scalar_subquery()


def charges_in(organisation_id: int, property_id: int) -> Select[Any]:
    """SELECT of the charges of an organisation's leases of a property's units."""
    found = leases_in(organisation_id, property_id)
    return select(Charge).join(found, found.c.id == Charge.lease_id)


def standings(leases: Select[Any], organisation_id: int, property_id: int | None) -> Select[Any]:
    """Some leases of an organisation (a SELECT of Lease) with their standings; those of a property, where one is given."""
    if property_id is None:
        of_here = and_(Standing.lease_id == Lease.id, Standing.organisation_id == organisation_id)
        return leases.join(Standing, of_here)
    found = leases_in(organisation_id, property_id)
    return select(Lease).join(found, found.c.id == Lease.id).join(Standing, Standing.lease_id == Lease.id)


ON_THE_ROLL = or_(among(Lease.state, RUNNING), Standing.unpaid_cents > 0)
"""SQL: the rent roll has a lease that runs, or on which something is unpaid."""

# Each says it all, and each is the beginning of an index: that of the list's order is read.
OWES = and_(Standing.unpaid_cents > 0, Standing.unpaid_since < date.fromisoformat(FOR_EVER))
"""SQL: something is unpaid of a lease."""


def unpaid_by_age(db: Session, charges: Select[Any], today: date) -> dict[str, int]:
    """The cents that are unpaid of some charges (a SELECT of Charge), by the names of AGES."""
    sums = [
        func.coalesce(func.sum(case((due_within(age, today), Charge.open_cents), else_=0)), 0).label(name)
        for name, age in AGES.items()
    ]
    found = db.execute(charges.where(UNPAID).with_only_columns(*sums, maintain_column_froms=True)).one()
    return dict(zip(AGES, map(int, found), strict=True))


def month_sums(organisation_id: int, properties: Select[Any] | None, property_id: int | None) -> Select[Any]:
    """SELECT of the months of an organisation with sums: of one property, of some (a SELECT of Property), or (None) of all."""
    columns = {"charged": MonthSum.charged_cents, "unpaid": MonthSum.unpaid_cents, "received": MonthSum.received_cents}
    sums: list[Any] = [func.sum(column).label(name) for name, column in columns.items()]
    query = select(MonthSum.month, *sums).where(MonthSum.organisation_id == organisation_id).group_by(MonthSum.month)
    if property_id is None and properties is not None:
        return query.where(MonthSum.property_id.in_(properties.with_only_columns(Property.id)))
    return query.where(MonthSum.property_id == (ALL_PROPERTIES if property_id is None else property_id))
