"""Who may do what with the views of the ledger."""

from __future__ import annotations

from datetime import date

from books import ELSEWHERE, books_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.ledger.journal.resources import Books, LedgerEntryNode
from atlasbahamas_plugins.ledger.journal.services import lock_period
from atlasbahamas_plugins.ledger.services import post

# The books are all of the organisation's, so whoever is limited to a part of it does not open them.
BOOKKEEPERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing within outside",
    ok="bookkeeper manager owner admin",
)


def arrange(db: Session) -> None:
    """An entry here and two elsewhere, and a period that is locked."""
    here, elsewhere = books_of(db, HERE), books_of(db, ELSEWHERE)
    post(db, here.organisation_id, [here.charge(120_000)], now=START)
    post(db, elsewhere.organisation_id, [elsewhere.charge(1), elsewhere.charge(2)], now=START)
    lock_period(db, db.get_one(Organisation, here.organisation_id), date(2026, 3, 31), today=START.date())


def _books(db: Session) -> str:
    return f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()}/books/"


def places(db: Session) -> dict[str, str]:
    """The books, and an entry."""
    return {"books": _books(db), "entry": f"{_books(db)}1/"}


def crossed(db: Session) -> dict[str, str]:
    """An entry of a number that only another organisation's books have."""
    return {"another organisation's entry": f"{_books(db)}2/"}


TABLE = Table(
    "ledger",
    places,
    (
        View(Books, "", BOOKKEEPERS, at="books"),
        View(Books, "lock", BOOKKEEPERS, at="books", send={"until": "2026-05-15"}),
        View(Books, "unlock", BOOKKEEPERS, at="books", send={"until": "2026-02-28", "reason": "A receipt was found"}),
        View(LedgerEntryNode, "", BOOKKEEPERS, at="entry"),
    ),
    crossed=crossed,
    arrange=arrange,
)
