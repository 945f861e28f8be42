"""Utility bills for tests: of the home of which Nadia was a tenant, and of which Andre is one now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.bills import services
from atlasbahamas_plugins.ledger.bills.models import Bill, BillAccount
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

HOME = ("No 1", "Sandyport Mews")
THEN, NOW = (date(2025, 2, 1), date(2025, 2, 28)), (date(2026, 5, 1), date(2026, 5, 31))
"""Days of Nadia's, and of Andre's."""


def unit_of(db: Session) -> Unit:
    """The home."""
    label, name = HOME
    return db.scalars(select(Unit).join(Property).where(Unit.label == label, Property.name == name)).one()


def lease_of(db: Session, tenant: str) -> Lease:
    """The lease of one of the two, by their first name."""
    named = Contact.name.startswith(tenant)
    of_home = select(Lease).join(LeaseParty).join(Contact, Contact.id == LeaseParty.contact_id)
    return db.scalars(of_home.where(named, Lease.unit_id == unit_of(db).id)).one()


@dataclass
class Counter:
    """An account of the home, and what is done with its bills: each act in a transaction of its own."""

    site: Site
    account_id: int
    by: int

    @classmethod
    def of(cls, site: Site, payer: str = "rebilled", number: str = "55-0102") -> Counter:
        """With a new account for electricity."""
        with site.db.transaction() as db:
            db.info[ACTOR] = COMMAND
            unit = unit_of(db)
            utility = services.utilities_for(db, unit)[0]
            details = services.AccountDetails(utility.id, number, payer)
            account = services.open_account(db, unit, unit.property.organisation_id, details, now=site.clock.now())
            by = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
            return cls(site, account.id, by)

    def act(self, do: Any) -> Any:
        """`do(db)` in a transaction; gives what it gives."""
        with self.site.db.transaction() as db:
            db.info[ACTOR] = COMMAND
            return do(db)

    def clock(self) -> dict[str, Any]:
        """What services take."""
        return {"by": self.by, "now": self.site.clock.now(), "today": self.site.clock.today()}

    def enter(self, cents: int, days: tuple[date, date] = NOW, due_on: date = date(2026, 6, 20), **more: Any) -> int:
        """Enter a bill; gives its id."""
        details = services.BillDetails(*days, due_on, cents, **more)
        return int(self.act(lambda db: services.enter_bill(
            db, self.site.store, db.get_one(BillAccount, self.account_id), details, **self.clock()
        ).id))  # fmt: skip

    def correct(self, bill_id: int, details: services.BillDetails, payer: str) -> None:
        """Correct it."""
        self.act(lambda db: services.correct_bill(
            db, self.site.store, db.get_one(Bill, bill_id), details, payer, **self.clock()
        ))  # fmt: skip

    def pass_on(self, bill_id: int) -> int:
        """Charge the tenants; gives the charge's id."""
        return int(self.act(lambda db: services.pass_on(db, db.get_one(Bill, bill_id), **self.clock()).id))

    def take_back(self, bill_id: int) -> None:
        """The tenants do not owe it."""
        more = {"by": self.by, "now": self.site.clock.now()}
        self.act(lambda db: services.take_back(db, db.get_one(Bill, bill_id), "The wrong meter", **more))

    def pay(self, bill_id: int, cents: int, **more: Any) -> int:
        """The tenants pay a bill that was passed on; gives the payment's id."""

        def do(db: Session) -> int:
            charge = services.owed_charge(db.get_one(Bill, bill_id))
            paid = Paid(cents, self.site.clock.today(), "cash", charge_id=charge.id, **more)
            return record_payment(db, self.site.store, charge.lease, paid, **self.clock()).id

        return int(self.act(do))

    def state(self, bill_id: int) -> tuple[bool, bool]:
        """Whether it is owed to the landlord, and whether it is paid."""
        with self.site.db.transaction("read") as db:
            bill = db.get_one(Bill, bill_id)
            return bill.is_passed_on, bill.is_paid
