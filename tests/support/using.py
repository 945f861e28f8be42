"""People who use a public site without a break, each in a thread of their own, while something happens to it."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from books import HERE
from fronted import Caller, PublicSite
from paying import binding_lease
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from atlasbahamas.db.engine import Database
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import NASSAU


class Users:
    """Each does one thing again and again, and rests for `pause` seconds before it.

    `contacts` is where a contact of the organisation is added, `payments` where a payment of a lease of it is recorded.
    """

    def __init__(self, site: PublicSite, *, pause: float) -> None:
        database = Database(site.database)
        with database.transaction("read") as db:
            lease = lease_path(db)
        database.dispose()
        self.contacts = f"{lease.partition('/leases/')[0]}/contacts/new"
        self.payments = f"{lease}/ledger/payments/record"
        self.over = threading.Event()
        self._pause = pause
        self._threads: list[threading.Thread] = []

    def begin(self, *acts: Callable[[int], None]) -> None:
        """Let one person do each of these, which are given their number."""
        self._threads = [threading.Thread(target=self._go_on, args=(act,)) for act in acts]
        for thread in self._threads:
            thread.start()

    def _go_on(self, act: Callable[[int], None]) -> None:
        for number in itertools.count():
            if self.over.is_set():
                return
            time.sleep(self._pause)
            act(number)

    def end(self) -> None:
        """Let everybody finish."""
        self.over.set()
        for thread in self._threads:
            thread.join()


def caller(site: PublicSite, address: str, *, signed_in: bool) -> Caller:
    """Somebody at a browser; signed in, an owner of the organisation."""
    person = Caller(site.nginx, address)
    if signed_in:
        assert person.sign_in("keva", DEMO_PASSWORD) == 303
    return person


def lease_path(db: Session) -> str:
    """The address of a lease that binds."""
    here = db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()
    return f"/portfolio/{here}/leases/{binding_lease(db).ref}"


def of_cash(number: int) -> dict[str, str]:
    """What is typed for a payment; none is as much as another."""
    # A clock that is set back an hour knows no day that began since.
    day = (datetime.now(NASSAU) - timedelta(hours=1)).date().isoformat()
    return {"cents": f"{10 + number}", "received_on": day, "rail": "cash", "currency": "BSD"}


def rows(site: PublicSite, named: str) -> tuple[Counter[str], Counter[str]]:
    """How many contacts there are of each name that begins so, and payments of each key."""
    database = Database(site.database)
    with database.transaction("read") as db:
        contacts = db.scalars(text("SELECT name FROM portfolio_contact WHERE name LIKE :named"), {"named": f"{named} %"}).all()
        payments = db.scalars(text("SELECT ref FROM ledger_payment")).all()
    database.dispose()
    return Counter(contacts), Counter(payments)
