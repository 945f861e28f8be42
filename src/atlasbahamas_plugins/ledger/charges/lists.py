"""The charges of a lease or of a run as a list, and the runs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, and_
from sqlalchemy.orm import joinedload

from atlasbahamas.web.formats import badge, local_date, local_datetime, money
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.ledger.charges.models import BATCHES, Batch, Charge
from atlasbahamas_plugins.ledger.charges.words import what_it_is, why
from atlasbahamas_plugins.ledger.journal.models import EntryWords

CHARGE = Charge.__table__.c
BATCH = Batch.__table__.c
_WORDS = and_(EntryWords.organisation_id == Charge.organisation_id, EntryWords.entry_number == Charge.entry_number)


def _what(charge: Charge) -> str:
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


def _why(charge: Charge, memo: str | None) -> str:
    return why(charge.what, charge.explanation, memo or "")


class ChargeList(List):
    """Charges with why they are there, the latest due first.

    `entry_url` leads to an entry of the books, and is None for who may not see them. `lease_of`, where the list is of more than
    one lease, gives the node of a charge's.
    """

    name = "charges"
    noun = ("charge", "charges")
    identity = CHARGE.id
    sorts = (
        Sort("due-down", "Due, latest first", (Key(CHARGE.due_on, descending=True),)),
        Sort("due", "Due", (Key(CHARGE.due_on),)),
    )

    def __init__(
        self,
        request: Any,
        query: Select[Any],
        *,
        node: Any,
        entry_url: Callable[[int], str] | None,
        lease_of: Callable[[Charge], Any] | None = None,
    ) -> None:
        self.entry_url, self.lease_of = entry_url, lease_of
        of_lease = [Column("lease", "Home", self._lease, lambda row: row[0].lease.unit.label)] if lease_of else []
        self.columns = (
            Column("due", "Due", lambda row, node: local_date(row[0].due_on), lambda row: row[0].due_on.isoformat(), sort="due"),
            *of_lease,
            Column("what", "What", self._title, lambda row: _what(row[0])),
            Column("why", "Why", lambda row, node: _why(*row), lambda row: _why(*row)),
            Column(
                "cents", "Amount", lambda row, node: money(row[0].cents), lambda row: Decimal(row[0].cents) / 100, numeric=True
            ),
            *([Column("entry", "Entry", self._entry, lambda row: row[0].entry_number)] if entry_url else []),
        )
        self.file_columns = (
            Column("taken_back", "Taken back", lambda row, node: "", lambda row: "yes" if row[0].voided_by else "no"),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With what somebody wrote who charged it."""
        query = query.outerjoin(EntryWords, _WORDS).add_columns(EntryWords.memo)
        return query.options(joinedload(Charge.lease)) if self.lease_of else query

    def note(self, row: Any) -> tuple[Charge, str | None]:
        """The charge, and its memo."""
        return row[0], row[1]

    def _lease(self, row: Any, node: Any) -> Markup:
        assert self.lease_of is not None
        return Markup('<a href="{}">{}</a>').format(self.lease_of(row[0]).url("ledger", ""), row[0].lease.unit.label)

    def _title(self, row: Any, node: Any) -> Any:
        return Markup("{} {}").format(_what(row[0]), badge("Taken back", "quiet")) if row[0].voided_by else _what(row[0])

    def _entry(self, row: Any, node: Any) -> Markup:
        assert self.entry_url is not None
        numbers = [number for number in (row[0].entry_number, row[0].voided_by) if number]
        links = [Markup('<a href="{}">{:,}</a>').format(self.entry_url(number), number) for number in numbers]
        return Markup(", ").join(links)


def _run_link(row: Batch, node: Any) -> Markup:
    of_run = node.node_of(row)
    return Markup('<a href="{}">{}</a>').format(of_run.url(), of_run.title)


def maker(row: Batch) -> str:
    """Who asked for a run."""
    return row.maker.name if row.maker is not None else "By itself"


class BatchList(List):
    """Rent runs, and what each did."""

    name = "rent-runs"
    noun = ("run", "runs")
    identity = BATCH.id
    sorts = (Sort("newest", "Newest first", (Key(BATCH.made, descending=True),)),)
    columns = (
        Column("what", "Run", _run_link, lambda row: f"{BATCHES[row.what]} {row.day.isoformat()}"),
        Column("made", "When", lambda row, node: local_datetime(row.made), lambda row: local_datetime(row.made)),
        Column("maker", "Who", lambda row, node: maker(row), maker),
        Column("charges", "Charges", lambda row, node: f"{row.charges:,}", lambda row: row.charges, numeric=True),
        Column("cents", "Charged", lambda row, node: money(row.cents), lambda row: Decimal(row.cents) / 100, numeric=True),
        Column("back", "Put right", lambda row, node: f"{row.taken_back:,}", lambda row: row.taken_back, numeric=True),
        Column("state", "State", lambda row, node: _state(row), lambda row: "taken back" if row.reversed_at else "counts"),
    )

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With who asked for them."""
        return query.options(joinedload(Batch.maker))


def _state(row: Batch) -> Markup:
    return badge("Taken back", "quiet") if row.reversed_at else badge("Counts", "good")
