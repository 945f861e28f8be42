"""Charges and payments for tests: of a lease of the demo data, with the entries that the journal has of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from books import HERE, JUNE, Books, open_books
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.posting import NewCharge, NewCredit, post_charges, post_credits
from atlasbahamas_plugins.ledger.journal.services import reverse
from atlasbahamas_plugins.ledger.payments import services
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart
from atlasbahamas_plugins.ledger.services import Source
from atlasbahamas_plugins.portfolio.contacts.models import Contact

TODAY = START.date()


def binding_lease(db: Session, name: str = HERE) -> Lease:
    """A lease of the organisation that binds."""
    mine = select(Lease).join(Organisation, Organisation.id == Lease.organisation_id).where(Organisation.name == name)
    return db.scalars(mine.where(Lease.state.in_(BINDING)).order_by(Lease.id)).first()  # type: ignore[return-value]


def _explained(what: str, cents: int, day: date) -> dict[str, Any]:
    """The arithmetic that a run writes."""
    if what == "rent":
        day_of = {"first": day.isoformat(), "last": day.isoformat(), "days": 1, "of_days": 1, "rent_cents": cents, "cents": cents}
        return {"period": "monthly", "segments": [day_of]}
    return {"kind": "key", "cents": cents, "before_cents": 0}


def charge(db: Session, lease: Lease, cents: int, due_on: date = JUNE, what: str = "rent", *, now: datetime = START) -> Charge:
    """Something that is owed, with its entry."""
    property_id, ref = lease.unit.property_id, long_key("charge")
    new = NewCharge(lease.id, property_id, what, ref, due_on, due_on, due_on, cents, _explained(what, cents, due_on), ref=ref)
    post_charges(db, lease.organisation_id, [new], now=now)
    return db.scalars(select(Charge).where(Charge.ref == ref)).one()


def credit(db: Session, lease: Lease, cents: int, *, of: Charge | None = None, on: date = JUNE) -> Credit:
    """Something that is owed no more, with its entry."""
    ref = long_key("credit")
    new = NewCredit(lease.id, lease.unit.property_id, "credit", ref, on, cents, charge_id=of.id if of else None, ref=ref)
    post_credits(db, lease.organisation_id, [new], now=START)
    return db.scalars(select(Credit).where(Credit.ref == ref)).one()


def settle_in(db: Session, lease: Lease, user_name: str = "jerome") -> None:
    """Somebody who signs in is the first tenant of a lease."""
    lease.parties[0].contact.person_id = db.scalars(select(Person.id).where(Person.user_name == user_name)).one()


def fill(page: Any, **typed: Any) -> Any:
    """The form of a page, with this typed into it."""
    form = page.forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form


@dataclass
class Till:
    """A lease of a site, and what is done with its money: each act in a transaction of its own."""

    site: Site
    lease_id: int
    by: int

    @classmethod
    def of(cls, site: Site, name: str = HERE) -> Till:
        """Of a lease that binds."""
        with site.db.transaction("read") as db:
            by = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
            return cls(site, binding_lease(db, name).id, by)

    @classmethod
    def of_tenant(cls, site: Site, user_name: str) -> Till:
        """Of the lease of somebody who signs in."""
        with site.db.transaction("read") as db:
            by = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
            theirs = select(Lease.id).join(LeaseParty, LeaseParty.lease_id == Lease.id).join(LeaseParty.contact)
            mine = (
                theirs.join(Person, Person.id == Contact.person_id)
                .where(Person.user_name == user_name, Lease.state.in_(BINDING))
                .order_by(Lease.id)
            )
            return cls(site, db.scalars(mine).first(), by)  # type: ignore[arg-type]

    def charge(self, cents: int, due_on: date = JUNE, what: str = "rent") -> int:
        """Owe something; gives the charge's id."""
        with self.act() as db:
            return charge(db, self.lease(db), cents, due_on, what, now=self.site.clock.now()).id

    def credit(self, cents: int, of: int | None = None) -> int:
        """Owe something no more; gives the credit's id."""
        with self.act() as db:
            return credit(db, self.lease(db), cents, of=db.get(Charge, of) if of else None).id

    def record(self, cents: int, on: date = TODAY, rail: str = "cash", **more: Any) -> int:
        """Record a payment; gives its id."""
        paid = services.Paid(cents, on, rail, **more)
        with self.act() as db:
            when = {"now": self.site.clock.now(), "today": self.site.clock.today()}
            return services.record_payment(db, self.site.store, self.lease(db), paid, by=self.by, **when).id

    def report(self, cents: int, on: date = TODAY, rail: str = "transfer", **more: Any) -> int:
        """Report a payment as a tenant; gives its id."""
        paid = services.Paid(cents, on, rail, **more)
        with self.act() as db:
            when = {"now": self.site.clock.now(), "today": self.site.clock.today(), "roles": ("owner",)}
            return services.report_payment(db, self.site.store, self.lease(db), paid, by=self.by, **when).id

    def confirm(self, payment_id: int, **more: Any) -> None:
        """Confirm one."""
        with self.act() as db:
            when = {"now": self.site.clock.now(), "today": self.site.clock.today()}
            services.confirm_payment(db, db.get_one(Payment, payment_id), by=self.by, **when, **more)

    def void(self, charge_id: int) -> None:
        """Take a charge back in the journal, and nothing else."""
        with self.act() as db:
            row = db.get_one(Charge, charge_id)
            now = self.site.clock.now()
            reverse(db, row.organisation_id, [row.entry_number], source=Source("test", "t-3"), now=now)

    def allocate(self) -> int:
        """Use what is left."""
        with self.act() as db:
            return allocate_leases(db, self.lease(db).organisation_id, [self.lease_id], now=START)

    def act(self) -> Any:
        """A transaction in which somebody acts."""
        return _Acting(self.site)

    def addresses(self) -> tuple[str, str]:
        """Where the lease is for its landlord, and for its tenants."""
        with self.site.db.transaction("read") as db:
            lease = self.lease(db)
            organisation = db.get_one(Organisation, lease.organisation_id)
            return f"/portfolio/{organisation.ref}/leases/{lease.ref}/", f"/home/leases/{lease.ref}/"

    def ledgers(self) -> tuple[str, str]:
        """Where its ledger is, for the same two."""
        here, home = self.addresses()
        return f"{here}ledger/", f"{home}ledger/"

    def lease(self, db: Session) -> Lease:
        """The lease."""
        return db.get_one(Lease, self.lease_id)

    def open_of(self, *charge_ids: int) -> list[int]:
        """What is unpaid of charges."""
        with self.site.db.transaction("read") as db:
            return [db.get_one(Charge, charge_id).open_cents for charge_id in charge_ids]

    def payment(self, payment_id: int) -> dict[str, Any]:
        """A payment's columns, and what is left of it."""
        with self.site.db.transaction("read") as db:
            row = db.get_one(Payment, payment_id)
            parts = db.scalars(select(PaymentPart).where(PaymentPart.payment_id == payment_id)).all()
            columns = {column.name: getattr(row, column.name) for column in Payment.__table__.columns}
            return {**columns, "left": sum(part.open_cents for part in parts), "parts": [part.cents for part in parts]}


class _Acting:
    def __init__(self, site: Site) -> None:
        self._transaction = site.db.transaction()

    def __enter__(self) -> Session:
        db = self._transaction.__enter__()
        db.info[ACTOR] = COMMAND
        return db

    def __exit__(self, *error: Any) -> Any:
        return self._transaction.__exit__(*error)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


__all__ = ["Books", "Till", "binding_lease", "charge", "credit", "days", "open_books"]
