"""A person's own data in the books: which entries they made, what they owed and paid, and the memos that name them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, delete, exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.autopay import personal as autopay
from atlasbahamas_plugins.ledger.bills import personal as bills
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.words import what_it_is, why
from atlasbahamas_plugins.ledger.deposits import personal as deposits
from atlasbahamas_plugins.ledger.gateways import personal as gateways
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerEntry, WordsRelease
from atlasbahamas_plugins.ledger.payments import personal as payments
from atlasbahamas_plugins.ledger.plans import personal as plans
from atlasbahamas_plugins.ledger.sharing import personal as sharing
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of

_SHOWN = ("organisation_id", "number", "effective", "posted_at", "kind", "source_kind", "source_ref")


def export(db: Session, person_id: int) -> Rows:
    """The entries and runs that they made; what was charged on the leases that name them, and taken off.

    What is in the entries is the organisation's.
    """
    columns = [getattr(LedgerEntry, name) for name in _SHOWN]
    made = select(*columns).where(LedgerEntry.by_person_id == person_id)
    rows = db.execute(made.order_by(LedgerEntry.organisation_id, LedgerEntry.number))
    return {
        "ledger_entry": [dict(row._mapping) for row in rows],
        "ledger_batch": _runs(db, person_id),
        "ledger_charge": _charges(db, person_id),
        "ledger_credit": _credits(db, person_id),
        "ledger_bill": bills.export(db, person_id, _leases(db, person_id)),
        "ledger_payment": payments.export(db, person_id, _leases(db, person_id)),
        "ledger_autopay": autopay.export(db, person_id),
        **gateways.export(db, person_id),
        "ledger_sharing": sharing.export(db, person_id, _leases(db, person_id)),
        "ledger_plan": plans.export(db, person_id, _leases(db, person_id)),
        **deposits.export(db, person_id, _leases(db, person_id)),
    }


def _runs(db: Session, person_id: int) -> list[dict[str, Any]]:
    mine = or_(Batch.by_person_id == person_id, Batch.reversed_by_id == person_id)
    columns = (Batch.ref, Batch.what, Batch.day, Batch.made, Batch.charges, Batch.cents, Batch.reversed_at)
    return [dict(row._mapping) for row in db.execute(select(*columns).where(mine).order_by(Batch.id))]


def _leases(db: Session, person_id: int) -> Select[int]:
    bound = select(LeaseParty.lease_id).join(Contact, Contact.id == LeaseParty.contact_id)
    return bound.where(is_contact_of(db, person_id))


def _charges(db: Session, person_id: int) -> list[dict[str, Any]]:
    of_entry = and_(EntryWords.organisation_id == Charge.organisation_id, EntryWords.entry_number == Charge.entry_number)
    query = select(Charge, Lease.ref, EntryWords.memo).join(Lease, Lease.id == Charge.lease_id).outerjoin(EntryWords, of_entry)
    rows = db.execute(query.where(Charge.lease_id.in_(_leases(db, person_id))).order_by(Charge.id))
    return [
        {
            "lease": lease_ref,
            "what": what_it_is(row.what, row.period_starts, row.period_ends, row.explanation),
            "why": why(row.what, row.explanation, memo or ""),
            "due_on": row.due_on,
            "cents": row.cents,
            "taken_back": row.voided_by is not None,
        }
        for row, lease_ref, memo in rows
    ]


def _credits(db: Session, person_id: int) -> list[dict[str, Any]]:
    of_entry = and_(EntryWords.organisation_id == Credit.organisation_id, EntryWords.entry_number == Credit.entry_number)
    query = select(Credit, Lease.ref, EntryWords.memo).join(Lease, Lease.id == Credit.lease_id).outerjoin(EntryWords, of_entry)
    rows = db.execute(query.where(Credit.lease_id.in_(_leases(db, person_id))).order_by(Credit.id))
    return [
        {
            "lease": lease_ref,
            "what": CREDIT_KINDS[row.what].title,
            "why": memo,
            "counts_on": row.counts_on,
            "cents": row.cents,
            "taken_back": row.voided_by is not None,
        }
        for row, lease_ref, memo in rows
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """Let go of the memos that name them, where they work or worked and where they are a contact: tenants and owners.

    Entries keep the number of who made them; it leads to a pseudonym.
    """
    known = select(Contact.organisation_id).where(is_contact_of(db, leaving.person_id))
    named = or_(
        leaving.named_within(EntryWords.organisation_id, EntryWords.memo),
        and_(EntryWords.organisation_id.in_(known), leaving.mentioned_in(EntryWords.memo)),
    )
    at = literal(leaving.now, WordsRelease.__table__.c.at.type)
    gone = select(EntryWords.organisation_id, EntryWords.entry_number, at).where(named)
    db.execute(insert(WordsRelease).from_select(["organisation_id", "entry_number", "at"], gone))
    let_go = exists().where(
        WordsRelease.organisation_id == EntryWords.organisation_id, WordsRelease.entry_number == EntryWords.entry_number
    )
    db.execute(delete(EntryWords).where(let_go))
    # Why a run was taken back stands with it too.
    known_there = and_(Batch.organisation_id.in_(known), leaving.mentioned_in(Batch.reason))
    for batch in db.scalars(select(Batch).where(or_(leaving.named_within(Batch.organisation_id, Batch.reason), known_there))):
        batch.reason = leaving.redact_line(batch.reason)
    db.flush()
    payments.erase(db, leaving)
    autopay.erase(db, leaving)
    gateways.erase(db, leaving)
    deposits.erase(db, leaving)
    plans.erase(db, leaving)
    sharing.erase(db, leaving)
    bills.erase(db, leaving)
