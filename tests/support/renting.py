"""Leases for tests of what is owed, and what was charged on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge
from atlasbahamas_plugins.ledger.charges.run import Ran, run_rent
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Unit

HOME, LABEL = "Cable Beach Court", "1A"


def unit_of(db: Session, label: str = LABEL) -> Unit:
    """A unit of the demo data that nobody has a lease of yet."""
    return db.scalars(select(Unit).join(Property).where(Property.name == HOME, Unit.label == label)).one()


def new_lease(
    site: Site,
    starts: date,
    *,
    rent_cents: int = 120_000,
    last_day: date | None = None,
    deposits: Mapping[str, int] | None = None,
    **terms: Any,
) -> int:
    """Record a lease by word of mouth; gives its id."""
    kind = "month_to_month" if last_day is None else "fixed"
    agreed = Terms(starts, kind, last_day, last_day is None, rent_cents, **terms)
    party = PartyLine(None, ContactDetails("Rosalie Rent"), "primary")
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        details = LeaseDetails(agreed, [party], dict(deposits or {}))
        return record_lease(db, unit_of(db), "oral", details, now=site.clock.now(), today=site.clock.today()).id


def organisation_of(site: Site, lease_id: int) -> int:
    """The organisation of a lease."""
    with site.db.transaction("read") as db:
        return db.get_one(Lease, lease_id).organisation_id


def run(site: Site, organisation_id: int, day: date | None = None, *, batch_id: int | None = None, **more: Any) -> Ran:
    """A rent run in a transaction of its own."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        today = site.clock.today()
        batch = db.get(Batch, batch_id) if batch_id is not None else None
        ran = run_rent(db, organisation_id, day or today, now=site.clock.now(), today=today, batch=batch, **more)
        if ran.batch is not None:
            db.refresh(ran.batch)
            db.expunge(ran.batch)
        return ran


def charged(site: Site, lease_id: int, *, voided: bool = False) -> list[tuple[str, date, date, date, int]]:
    """(rule, first day, last day, due on, cents) of the charges that count, or that were taken back."""
    wanted = Charge.voided_by.is_not(None) if voided else Charge.voided_by.is_(None)
    query = select(Charge).where(Charge.lease_id == lease_id, wanted).order_by(Charge.due_on, Charge.rule, Charge.id)
    with site.db.transaction("read") as db:
        return [(row.rule, row.period_starts, row.period_ends, row.due_on, row.cents) for row in db.scalars(query)]
