"""Who may do what with the views of the ledger."""

from __future__ import annotations

from datetime import date

from books import ELSEWHERE, books_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.resources import BatchNode, ChargeNode, CreditNode, LeaseLedger, RentRuns
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge, give_credit
from atlasbahamas_plugins.ledger.journal.models import Journal
from atlasbahamas_plugins.ledger.journal.resources import Books, LedgerEntryNode
from atlasbahamas_plugins.ledger.journal.services import lock_period
from atlasbahamas_plugins.ledger.services import post
from authorisation.leasing import PARTIES, READERS, lease_of

# The books are all of the organisation's, so whoever is limited to a part of it does not open them.
BOOKKEEPERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing within outside",
    ok="bookkeeper manager owner admin",
)
# What is owed on a lease is changed by whoever keeps the books, as far as their limit goes.
CHARGERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance leasing",
    ok="bookkeeper manager owner admin within",
)
BEFORE_TODAY, MORE_ELSEWHERE = date(2026, 5, 15), 1000
BY_HAND = {"what": "fee", "cents": "20.50", "day": "2026-06-01", "reason": "As was said"}


def arrange(db: Session) -> None:
    """An entry here and more elsewhere, a period that is locked, a rent run, and what is written by hand on two leases."""
    here, elsewhere = books_of(db, HERE), books_of(db, ELSEWHERE)
    post(db, here.organisation_id, [here.charge(120_000)], now=START)
    post(db, elsewhere.organisation_id, [elsewhere.charge(1)] * MORE_ELSEWHERE, now=START)
    lock_period(db, db.get_one(Organisation, here.organisation_id), date(2026, 3, 31), today=START.date())
    run_rent(db, here.organisation_id, BEFORE_TODAY, now=START, today=START.date())
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        keys = ByHand("fee", 2_500, START.date(), "A key was lost", f"charge-{number}1")
        goodwill = ByHand("credit", 500, START.date(), "For the noise", f"credit-{number}1")
        more = {"by": 1, "now": START, "today": START.date()}
        add_charge(db, lease, keys, **more)
        give_credit(db, lease, goodwill, **more)


def _books(db: Session) -> str:
    return f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()}/books/"


def places(db: Session) -> dict[str, str]:
    """The books and an entry; the ledgers of two leases, with a charge and a credit; the runs."""
    here = _books(db).removesuffix("books/")
    ledger, runs = f"{here}leases/{lease_of(db, 'active')}/ledger/", f"{here}rent-runs/"
    batch = db.scalars(select(Batch.ref)).one()
    return {
        "books": _books(db),
        "entry": f"{_books(db)}1/",
        "ledger": ledger,
        "charge": f"{ledger}charge-01/",
        "credit": f"{ledger}credits/credit-01/",
        "my ledger": f"/home/leases/{lease_of(db, 'signed')}/ledger/",
        "runs": runs,
        "run": f"{runs}{batch}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """An entry of a number that only another organisation's books have; what another lease owes."""
    ledger = f"{_books(db).removesuffix('books/')}leases/{lease_of(db, 'active')}/ledger/"
    assert db.scalars(select(Charge.ref).where(Charge.ref == "charge-11")).one()
    assert db.scalars(select(Credit.ref).where(Credit.ref == "credit-11")).one()
    assert db.scalar(select(Journal.number).join(Organisation).where(Organisation.name == HERE)) < MORE_ELSEWHERE
    return {
        "another organisation's entry": f"{_books(db)}{MORE_ELSEWHERE}/",
        "a charge of another lease": f"{ledger}charge-11/forgive",
        "a credit of another lease": f"{ledger}credits/credit-11/take-back",
    }


TABLE = Table(
    "ledger",
    places,
    (
        View(Books, "", BOOKKEEPERS, at="books"),
        View(Books, "lock", BOOKKEEPERS, at="books", send={"until": "2026-05-15"}),
        View(Books, "unlock", BOOKKEEPERS, at="books", send={"until": "2026-02-28", "reason": "A receipt was found"}),
        View(LedgerEntryNode, "", BOOKKEEPERS, at="entry"),
        View(LeaseLedger, "", READERS, at="ledger"),
        View(LeaseLedger, "", PARTIES, at="my ledger"),
        View(LeaseLedger, "charge", CHARGERS, at="ledger", send=BY_HAND, shows=True),
        View(LeaseLedger, "credit", CHARGERS, at="ledger", send={**BY_HAND, "what": "credit"}, shows=True),
        View(ChargeNode, "forgive", CHARGERS, at="charge", send={**BY_HAND, "what": "write_off"}, shows=True),
        View(ChargeNode, "take-back", CHARGERS, at="charge", send={"reason": "It was found"}),
        View(CreditNode, "take-back", CHARGERS, at="credit", send={"reason": "It was too much"}),
        View(RentRuns, "", BOOKKEEPERS, at="runs"),
        View(RentRuns, "new", BOOKKEEPERS, at="runs", send={"day": "2026-06-01"}),
        View(BatchNode, "", BOOKKEEPERS, at="run"),
        View(BatchNode, "reverse", BOOKKEEPERS, at="run", send={"reason": "The wrong file came in"}),
    ),
    crossed=crossed,
    arrange=arrange,
)
