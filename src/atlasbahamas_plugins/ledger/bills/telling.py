"""What people are told of bills, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.telling import people_bound
from atlasbahamas_plugins.ledger.bills.models import Bill
from atlasbahamas_plugins.ledger.bills.services import lease_of_bill
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit

BILLS = NotificationCategory("ledger.bills", "Utility bills", "A bill for electricity, water, internet or phone will be due.")
DUE_TEMPLATE = "ledger/mail/bill.jinja2"
KEEPERS = ("owner", "manager", "bookkeeper")


def remind_of_bills(db: Session, *, today: date, now: datetime, lead_days: int, most: int = 200) -> int:
    """Tell whoever pays it of each bill that will be due within some days and is not paid, once; gives how many were looked at.

    Tenants of what they pay, to the company or to the landlord; members of what the landlord pays, or is still to pass on.
    """
    soon = select(Bill).where(Bill.reminded.is_(None), Bill.paid_on.is_(None), Bill.due_on <= today + timedelta(days=lead_days))
    found = db.scalars(soon.order_by(Bill.due_on, Bill.id).limit(most).with_for_update(skip_locked=True)).all()
    for bill in found:
        bill.reminded = now
        # What is over already nobody has to be told of before.
        if bill.due_on >= today and not bill.is_paid:
            _remind(db, bill, now=now)
    db.flush()
    return len(found)


def _remind(db: Session, bill: Bill, *, now: datetime) -> None:
    lease = lease_of_bill(db, bill)
    unit, company = bill.account.unit, bill.account.utility.name
    subject = f"{money(bill.cents)} to {company} by {local_date(bill.due_on)}: {unit.label}, {unit.property.name}"[:200]
    content: dict[str, Any] = {"amount": money(bill.cents), "due": local_date(bill.due_on), "company": company}
    content["number"] = bill.account.number
    if lease is not None and (bill.payer == "tenant" or bill.is_passed_on):
        people, path = people_bound(db, lease), f"/home/leases/{lease.ref}/bills/{bill.ref}/"
        content["to_landlord"] = bill.payer == "rebilled"
        notify(db, people, BILLS, subject, DUE_TEMPLATE, path=path, now=now, content=content)
    elif bill.payer != "tenant":
        organisation = db.get_one(Organisation, bill.organisation_id)
        people = _keepers_of(db, bill)
        path = f"/portfolio/{organisation.ref}/bills/{bill.ref}/"
        notify(db, people, BILLS, subject, TOLD_TEMPLATE, path=path, now=now)


def _keepers_of(db: Session, bill: Bill) -> list[int]:
    """The landlord's members who keep bills; whoever is limited, where the limit reaches the home."""
    here = (Membership.organisation_id == bill.organisation_id, Membership.until.is_(None), Membership.role.in_(KEEPERS))
    reached = or_(Membership.limit_id.is_(None), reaches_unit(Membership.limit_id, bill.unit_id))
    return list(db.scalars(select(Membership.person_id).where(*here, reached).distinct().order_by(Membership.person_id)))
