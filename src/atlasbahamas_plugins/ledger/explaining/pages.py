"""What pages and paper show of an explanation: its lines by kind of account, with the addresses of what they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.explaining.services import TITLES, About, Explanation, Line
from atlasbahamas_plugins.ledger.explaining.things import Row

ANCHORS = {"receivable": "rent", "deposit_receivable": "deposits", "bill_receivable": "bills"}
"""Where on a page the accounts of a kind are explained."""

_BELOW = {"charge": (), "credit": ("credits",), "payment": ("payments",), "entry": ("entries",)}


def address_of(ledger: LeaseLedger, about: About | None) -> str:
    """Where something of a lease is explained; "" for nothing."""
    if about is None:
        return ""
    url = ledger.url(*_BELOW[about.kind], about.key, "")
    return f"{url}#{about.at}" if about.at else url


def parts_of(ledger: LeaseLedger, rows: Iterable[Row]) -> list[Part]:
    """Rows with their addresses."""
    return [Part(row.cents, row.words, row.detail, address_of(ledger, row.about), address_of(ledger, row.of)) for row in rows]


@dataclass(frozen=True)
class ShownLine:
    """A line with its address, and what is owed on the account after it."""

    line: Line
    url: str
    then_cents: int


@dataclass(frozen=True)
class Section:
    """What an explanation says of one kind of account: `before_cents` stood when the lines begin; `before_url` explains it."""

    anchor: str
    title: str
    cents: int
    before_cents: int
    before_url: str
    lines: list[ShownLine]

    @property
    def added_cents(self) -> int:
        """What the lines added."""
        return sum(shown.line.cents for shown in self.lines if shown.line.cents > 0)

    @property
    def taken_off_cents(self) -> int:
        """What they took off."""
        return -sum(shown.line.cents for shown in self.lines if shown.line.cents < 0)


def sections(ledger: LeaseLedger, explanation: Explanation, before_url: Callable[[date], str]) -> list[Section]:
    """An explanation by kind of account; `before_url` gives the address of that of an earlier day."""
    found = []
    for account in explanation.accounts:
        then = before = explanation.before.get(account, 0)
        lines = []
        for line in explanation.lines:
            if line.account == account:
                then += line.cents
                lines.append(ShownLine(line, address_of(ledger, line.about), then))
        # Where nothing was before, there is nothing to open.
        since = explanation.since if account in explanation.before else None
        url = f"{before_url(since)}#{ANCHORS[account]}" if since is not None else ""
        found.append(Section(ANCHORS[account], TITLES[account], then, before, url, lines))
    return found


def balance_parts(shown: Iterable[Section]) -> list[Part]:
    """The balance as the sum of its kinds of accounts, on the page that explains each."""
    return [Part(section.cents, section.title, "", f"#{section.anchor}") for section in shown]


def looked_back(as_at: date | None, known: date | None) -> str:
    """As at and as known on which days, in words; "" for now."""
    said = []
    if as_at:
        said.append(f"as at the end of {local_date(as_at)}")
    if known:
        said.append(f"as it was known on {local_date(known)}")
    words = ", ".join(said)
    return words[:1].upper() + words[1:]


def tenants_and_home(lease: Any) -> str:
    """Whose lease, and of what: for paper."""
    return f"{lease.tenant_names}, {lease.unit.label}, {lease.unit.property.name}"
