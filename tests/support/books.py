"""Books for tests: the accounts of two leases of the demo data, and a few things that happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.journal import services
from atlasbahamas_plugins.ledger.services import (
    CHARGE,
    PAYMENT,
    AccountKey,
    AccountRef,
    Entry,
    EntryKind,
    Source,
    Transfer,
    accounts,
    post,
)
from atlasbahamas_plugins.portfolio.models import Unit

HERE, ELSEWHERE = "Blue Hole Property Management", "Bethel Family Homes"
JUNE = date(2026, 6, 1)


@dataclass(frozen=True)
class Books:
    """The accounts of a lease, and those that it shares with the rest of its organisation."""

    organisation_id: int
    lease_id: int
    owed: AccountRef
    rent: AccountRef
    bank: AccountRef
    deposit: AccountRef

    def charge(self, cents: int, day: date = JUNE, **more: Any) -> Entry:
        """Rent that is due."""
        return self.entry(CHARGE, day, Transfer(self.owed, self.rent, cents), **more)

    def payment(self, cents: int, day: date = JUNE, **more: Any) -> Entry:
        """Rent that was paid."""
        return self.entry(PAYMENT, day, Transfer(self.bank, self.owed, cents), **more)

    def entry(self, kind: EntryKind, day: date, *transfers: Transfer, ref: str = "t-1", **more: Any) -> Entry:
        """Anything else."""
        return Entry(kind, day, transfers, Source("test", ref), **more)


def books_of(db: Session, name: str = HERE) -> Books:
    """The books of the first lease of an organisation."""
    mine = select(Lease.id, Lease.organisation_id, Unit.property_id).join(Unit, Unit.id == Lease.unit_id)
    mine = mine.join(Organisation, Organisation.id == Lease.organisation_id).where(Organisation.name == name)
    lease_id, organisation_id, property_id = db.execute(mine.order_by(Lease.id).limit(1)).one()
    keys = (
        AccountKey("receivable", lease_id),
        AccountKey("rent_income", property_id=property_id),
        AccountKey("bank"),
        AccountKey("deposit_held", lease_id),
    )
    found = accounts(db, organisation_id, keys)
    return Books(organisation_id, lease_id, *[found[key] for key in keys])


def open_books(site: Site, name: str = HERE) -> Books:
    """The same, in a transaction of its own."""
    with site.db.transaction() as db:
        return books_of(db, name)


def posted(site: Site, books: Books, *entries: Entry) -> list[int]:
    """Post in a transaction of its own."""
    with site.db.transaction() as db:
        return post(db, books.organisation_id, entries, now=site.clock.now())


def lock(site: Site, books: Books, until: date) -> None:
    """Lock a period."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        organisation = db.get_one(Organisation, books.organisation_id)
        services.lock_period(db, organisation, until, today=START.date())
