"""A person's own data among bills: those of their homes that they see, and those that they said were paid."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.bills.models import NUMBER_LENGTH, OF_TENANTS, PAYERS, Bill, BillAccount
from atlasbahamas_plugins.ledger.bills.services import has_day
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of
from atlasbahamas_plugins.portfolio.places.models import Utility


def export(db: Session, person_id: int, leases: Select[int]) -> list[dict[str, Any]]:
    """`leases` are the ids of those that name the person."""
    theirs = (Bill.unit_id == Lease.unit_id, Bill.organisation_id == Lease.organisation_id, has_day(Bill.starts))
    of_home = select(Bill.id).join(Lease, and_(*theirs)).where(Lease.id.in_(leases), Bill.payer.in_(OF_TENANTS))
    query = select(Bill, BillAccount.number, Utility.name).join(BillAccount, BillAccount.id == Bill.account_id)
    query = query.join(Utility, Utility.id == BillAccount.utility_id)
    rows = db.execute(query.where(or_(Bill.paid_by_id == person_id, Bill.id.in_(of_home))).order_by(Bill.id))
    return [
        {
            "company": company,
            "account": number,
            "from": bill.starts,
            "to": bill.ends,
            "due_on": bill.due_on,
            "cents": bill.cents,
            "who_pays": PAYERS[bill.payer],
            "paid_on": bill.paid_on,
            "said_by_you": bill.paid_by_id == person_id,
        }
        for bill, number, company in rows
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Their name goes from the numbers of accounts; bills, days, amounts and proofs stay, as the landlord's evidence."""
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    there = and_(BillAccount.organisation_id.in_(known), leaving.mentioned_in(BillAccount.number))
    named = or_(leaving.named_within(BillAccount.organisation_id, BillAccount.number), there)
    for account in db.scalars(select(BillAccount).where(named)):
        account.number = leaving.redact_line(account.number)[:NUMBER_LENGTH]
    db.flush()
