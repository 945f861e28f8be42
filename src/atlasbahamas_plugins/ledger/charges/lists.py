"""The charges of a lease or of a run as a list, and the runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_
from sqlalchemy.orm import joinedload

from atlasbahamas.web.formats import badge, figure, local_date, local_datetime, part
from atlasbahamas.web.lists import Column, Filter, Key, List, Sort, choice_filter
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


def _counts(answer: str) -> ColumnElement[bool]:
    return Charge.voided_by.is_(None) if answer == "yes" else Charge.voided_by.is_not(None)


def _arithmetic(words: str) -> Markup:
    return Markup('<span class="arithmetic">{}</span>').format(words)


class ChargeList(List):
    """Charges with why they are there, the latest due first.

    `node_of` gives the node of a charge. `entry_url` leads to an entry of the books, and is None for who may not see them.
    `lease_of`, where the list is of more than one lease, gives the node of a charge's. `by_state`: what counts
    can be looked at by itself; otherwise `filters` are those of the page.
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
        node_of: Callable[[Charge], Any],
        lease_of: Callable[[Charge], Any] | None = None,
        by_state: bool = False,
        filters: Sequence[Filter] = (),
    ) -> None:
        counts = [("yes", "Still counts"), ("no", "Taken back")]
        self.filters = (choice_filter("counts", "Which", counts, _counts, everything="All"),) if by_state else tuple(filters)
        self.entry_url, self.node_of, self.lease_of = entry_url, node_of, lease_of
        of_lease = [Column("lease", "Home", self._lease, lambda row: row[0].lease.unit.label)] if lease_of else []
        self.columns = (
            Column("due", "Due", lambda row, node: local_date(row[0].due_on), lambda row: row[0].due_on.isoformat(), sort="due"),
            *of_lease,
            Column("what", "What", self._title, lambda row: _what(row[0])),
            Column("why", "Why", lambda row, node: _arithmetic(_why(*row)), lambda row: _why(*row)),
            Column("cents", "Amount", self._cents, lambda row: Decimal(row[0].cents) / 100, numeric=True),
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

    def _cents(self, row: Any, node: Any) -> Markup:
        return part(row[0].cents, f"{self.node_of(row[0]).url()}#amount")

    def _entry(self, row: Any, node: Any) -> Markup:
        assert self.entry_url is not None
        numbers = [number for number in (row[0].entry_number, row[0].voided_by) if number]
        links = [Markup('<a href="{}">{:,}</a>').format(self.entry_url(number), number) for number in numbers]
        return Markup(", ").join(links)


def _run_link(row: Batch, node: Any) -> Markup:
    of_run = node.node_of(row)
    return Markup('<a href="{}">{}</a>').format(of_run.url(), of_run.title)


def _charged(row: Batch, node: Any) -> Markup:
    return figure(row.cents, f"{node.node_of(row).url()}#charges")


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
        Column("cents", "Charged", _charged, lambda row: Decimal(row.cents) / 100, numeric=True),
        Column("back", "Put right", lambda row, node: f"{row.taken_back:,}", lambda row: row.taken_back, numeric=True),
        Column("state", "State", lambda row, node: _state(row), lambda row: "taken back" if row.reversed_at else "counts"),
    )

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With who asked for them."""
        return query.options(joinedload(Batch.maker))


def _state(row: Batch) -> Markup:
    return badge("Taken back", "quiet") if row.reversed_at else badge("Counts", "good")
