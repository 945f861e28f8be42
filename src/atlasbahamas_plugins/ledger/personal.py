"""A person's own data in the books: which entries they made, and the memos that name them."""

from __future__ import annotations

from sqlalchemy import and_, delete, exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerEntry, WordsRelease
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of

_SHOWN = ("organisation_id", "number", "effective", "posted_at", "kind", "source_kind", "source_ref")


def export(db: Session, person_id: int) -> Rows:
    """The entries that they made. What is in them is the organisation's."""
    columns = [getattr(LedgerEntry, name) for name in _SHOWN]
    made = select(*columns).where(LedgerEntry.by_person_id == person_id)
    rows = db.execute(made.order_by(LedgerEntry.organisation_id, LedgerEntry.number))
    return {"ledger_entry": [dict(row._mapping) for row in rows]}


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
