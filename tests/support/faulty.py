"""People who use a public site while something of it fails, and write down what they got and when."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException

from books import HERE
from fronted import Caller, PublicSite
from over_http import hidden_fields
from paying import binding_lease
from rolling import HERE_IS
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from atlasbahamas.db.engine import Database
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation

REST = 0.05
BROKEN = 0
"""The status of a request that got no answer."""
VISITOR, SEARCHER, READER, WRITER, PAYER = WHO = (
    "visitor of the first page", "visitor who searches", "signed in, reading", "signed in, a plain form", "signed in, a payment",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """An answer: when it came (monotonic seconds), to whom, its status, and whether it is what they wanted."""

    at: float
    who: str
    status: int
    well: bool


@dataclass
class Written:
    """What was sent: by name or key, whether the answer said that it is kept."""

    contacts: dict[str, bool] = field(default_factory=dict)
    payments: dict[str, bool] = field(default_factory=dict)


class Load:
    """Two visitors and three people of an organisation, without a break. A payment that failed is sent again as it was."""

    def __init__(self, site: PublicSite) -> None:
        self.seen: list[Seen] = []
        self.written = Written()
        self.strange: list[str] = []
        self._site = site
        self._over = threading.Event()
        database = Database(site.database)
        with database.transaction("read") as db:
            self.lease = lease_path(db)
        database.dispose()
        self.people = {who: Caller(site.nginx, f"127.0.6.{number + 1}") for number, who in enumerate(WHO)}
        for who in (READER, WRITER, PAYER):
            assert self.people[who].sign_in("keva", DEMO_PASSWORD) == 303
        acts = (self._visit, self._search, self._read, self._write, self._pay)
        self._threads = [threading.Thread(target=self._go_on, args=(act,)) for act in acts]
        for thread in self._threads:
            thread.start()

    def _go_on(self, act: object) -> None:
        assert callable(act)
        for number in itertools.count():
            if self._over.is_set():
                return
            time.sleep(REST)
            act(number)

    def ask(self, who: str, path: str, form: dict[str, str] | None = None, *, wanted: int = 200) -> tuple[int, str]:
        """Status and page; what came is written down."""
        try:
            status, page = self.people[who].ask(path, form)
        except (OSError, HTTPException):
            status, page = BROKEN, ""
        self.seen.append(Seen(time.monotonic(), who, status, status == wanted))
        return status, page

    def _visit(self, number: int) -> None:
        self.ask(VISITOR, "/")

    def _search(self, number: int) -> None:
        self.ask(SEARCHER, f"/listings/?page=1&n={number}")

    def _read(self, number: int) -> None:
        status, page = self.ask(READER, "/home/")
        if status == 200 and "Keva" not in page:
            self.strange.append("a page of somebody else")

    def _write(self, number: int) -> None:
        path = f"{self.lease.partition('/leases/')[0]}/contacts/new"
        status, page = self.ask(WRITER, path)
        if status == 200:
            name = f"Faulty {secrets.token_hex(8)}"
            self.written.contacts[name] = False
            status, _ = self.ask(WRITER, path, {**hidden_fields(page), "name": name}, wanted=303)
            self.written.contacts[name] = status == 303

    def _pay(self, number: int) -> None:
        path = f"{self.lease}/ledger/payments/record"
        status, page = self.ask(PAYER, path)
        if status != 200:
            return
        form = hidden_fields(page) | {
            "cents": f"{10 + number}", "received_on": datetime.now(HERE_IS).date().isoformat(), "rail": "cash", "currency": "BSD",
        }  # fmt: skip
        self.written.payments[form["ref"]] = False
        while not self._over.is_set():
            status, _ = self.ask(PAYER, path, form, wanted=303)
            if status == 303:
                self.written.payments[form["ref"]] = True
                return
            time.sleep(0.3)

    def end(self) -> None:
        """Let everybody finish."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def since(self, began: float) -> dict[str, Counter[int]]:
        """Statuses since a moment, by who saw them."""
        return {who: Counter(seen.status for seen in self.seen if seen.who == who and seen.at >= began) for who in WHO}

    def well_after(self, repaired: float) -> float:
        """Seconds from then to the last answer that was not what somebody wanted; 0.0 where each was."""
        return max((seen.at - repaired for seen in self.seen if not seen.well and seen.at > repaired), default=0.0)


def lease_path(db: Session) -> str:
    """The address of a lease that binds."""
    here = db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()
    return f"/portfolio/{here}/leases/{binding_lease(db).ref}"


def check_written(site: PublicSite, written: Written) -> None:
    """What was said to be kept is there once; what was not said is there once at most."""
    database = Database(site.database)
    with database.transaction("read") as db:
        contacts = Counter(db.scalars(text("SELECT name FROM portfolio_contact WHERE name LIKE 'Faulty %'")))
        payments = Counter(db.scalars(text("SELECT ref FROM ledger_payment")))
    database.dispose()
    for sent, there in ((written.contacts, contacts), (written.payments, payments)):
        assert len(sent) > 5
        lost = [key for key, kept in sent.items() if kept and there[key] == 0]
        doubled = [key for key in sent if there[key] > 1]
        assert (lost, doubled) == ([], [])
