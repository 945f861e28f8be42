"""Keeping what a proof found, and telling how old the oldest one is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from atlasbahamas_plugins.ledger.journal.models import Journal, LedgerEntry
from atlasbahamas_plugins.ledger.verifying.models import BooksVerified


def note_verified(db: Session, organisation_id: int, *, entries: int, wrong: int, now: datetime) -> None:
    """Note what a proof found, in the place of what the one before did."""
    row = db.get(BooksVerified, organisation_id)
    if row is None:
        db.add(BooksVerified(organisation_id=organisation_id, at=now, entries=entries, wrong=wrong))
    else:
        row.at, row.entries, row.wrong = now, entries, wrong
    db.flush()


def books_wrong(db: Session, now: datetime) -> float:
    """How many things did not hold when all books were proved last."""
    return float(db.scalar(select(func.coalesce(func.sum(BooksVerified.wrong), 0))) or 0)


def books_verified_age_seconds(db: Session, now: datetime) -> float:
    """How old the oldest proof of any books is; books that never were proved count from their first entry. 0 without books."""
    since = case((BooksVerified.at.is_(None), LedgerEntry.posted_at), else_=BooksVerified.at)
    first = and_(LedgerEntry.organisation_id == Journal.organisation_id, LedgerEntry.number == 1)
    query = select(func.min(since)).select_from(Journal).join(LedgerEntry, first)
    query = query.outerjoin(BooksVerified, BooksVerified.organisation_id == Journal.organisation_id)
    oldest = db.scalar(query)
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
