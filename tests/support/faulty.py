"""People who use a public site while something of it fails, and write down what they got and when."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException

from fronted import PublicSite
from over_http import hidden_fields
from using import Users, caller, of_cash, rows

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


class Load(Users):
    """Two visitors and three people of an organisation, without a break. A payment that failed is sent again as it was."""

    def __init__(self, site: PublicSite) -> None:
        super().__init__(site, pause=REST)
        self.seen: list[Seen] = []
        self.written = Written()
        self.strange: list[str] = []
        known = (READER, WRITER, PAYER)
        self.people = {who: caller(site, f"127.0.6.{number + 1}", signed_in=who in known) for number, who in enumerate(WHO)}
        self.begin(self._visit, self._search, self._read, self._write, self._pay)

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
        status, page = self.ask(WRITER, self.contacts)
        if status == 200:
            name = f"Faulty {secrets.token_hex(8)}"
            self.written.contacts[name] = False
            status, _ = self.ask(WRITER, self.contacts, {**hidden_fields(page), "name": name}, wanted=303)
            self.written.contacts[name] = status == 303

    def _pay(self, number: int) -> None:
        status, page = self.ask(PAYER, self.payments)
        if status != 200:
            return
        form = hidden_fields(page) | of_cash(number)
        self.written.payments[form["ref"]] = False
        while not self.over.is_set():
            status, _ = self.ask(PAYER, self.payments, form, wanted=303)
            if status == 303:
                self.written.payments[form["ref"]] = True
                return
            time.sleep(0.3)

    def since(self, began: float) -> dict[str, Counter[int]]:
        """Statuses since a moment, by who saw them."""
        return {who: Counter(seen.status for seen in self.seen if seen.who == who and seen.at >= began) for who in WHO}

    def well_after(self, repaired: float) -> float:
        """Seconds from then to the last answer that was not what somebody wanted; 0.0 where each was."""
        return max((seen.at - repaired for seen in self.seen if not seen.well and seen.at > repaired), default=0.0)


def check_written(site: PublicSite, written: Written) -> None:
    """What was said to be kept is there once; what was not said is there once at most."""
    contacts, payments = rows(site, "Faulty")
    for sent, there in ((written.contacts, contacts), (written.payments, payments)):
        assert len(sent) > 5
        lost = [key for key, kept in sent.items() if kept and there[key] == 0]
        doubled = [key for key in sent if there[key] > 1]
        assert (lost, doubled) == ([], [])
