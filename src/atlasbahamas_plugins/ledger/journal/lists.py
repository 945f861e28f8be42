"""The journal as a list. The file has what the page has no room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import CompoundSelect, Select, and_, func, select, union

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Person, name_key
from atlasbahamas.web.formats import badge, figure, local_date
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, date_filter, text_filter
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.journal.kinds import EntryKind
from atlasbahamas_plugins.ledger.journal.models import EntryWords, LedgerAccount, LedgerEntry, LedgerTransfer
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Unit

ENTRY = LedgerEntry.__table__.c


@dataclass(frozen=True)
class Line:
    """An entry with its cents, its memo, who made it, and which entry took it back."""

    entry: LedgerEntry
    cents: int
    memo: str
    person: str
    reversed_by: int | None


class EntryList(List):
    """Entries, the newest first. `kinds` are those that pages know."""

    name = "books"
    noun = ("entry", "entries")
    identity = ENTRY.number
    sorts = (
        Sort("newest", "Newest first", (Key(ENTRY.number, descending=True),)),
        Sort("date", "Date", (Key(ENTRY.effective),)),
        Sort("date-down", "Date, latest first", (Key(ENTRY.effective, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, organisation_id: int, kinds: Sequence[EntryKind]) -> None:
        self.organisation_id = organisation_id
        self.kinds = {kind.name: kind.title for kind in kinds}
        self.filters = (
            date_filter("from", "From", lambda day: LedgerEntry.effective >= day),
            date_filter("to", "Until", lambda day: LedgerEntry.effective <= day),
            choice_filter("kind", "Kind", list(self.kinds.items()), lambda kind: LedgerEntry.kind == kind),
            text_filter(
                "lease",
                "Tenant or unit",
                lambda text: LedgerEntry.number.in_(self._of_leases(text)),
                find=lambda db, query, text: _found(query, self._of_leases(text)),
            ),
            text_filter(
                "q",
                "Memo",
                lambda text: LedgerEntry.number.in_(self._with_words(text)),
                find=lambda db, query, text: _found(query, self._with_words(text)),
            ),
        )
        self.columns = (
            Column("entry", "Entry", self._link, lambda line: line.entry.number),
            Column(
                "date",
                "Date",
                lambda line, node: local_date(line.entry.effective),
                lambda line: line.entry.effective.isoformat(),
                sort="date",
            ),
            Column("kind", "Kind", self._kind, lambda line: self._title(line.entry)),
            Column("memo", "Memo", lambda line, node: line.memo, lambda line: line.memo),
            Column("amount", "Amount", self._amount, lambda line: Decimal(line.cents) / 100, numeric=True),
        )
        self.file_columns = tuple(
            Column(name, label, lambda line, node: "", value)
            for name, label, value in (
                ("posted", "Posted", lambda line: line.entry.posted_at.isoformat()),
                ("by", "By", lambda line: line.person),
                ("reverses", "Takes back", lambda line: line.entry.reverses or ""),
                ("reversed", "Taken back by", lambda line: line.reversed_by or ""),
                ("source", "Made by", lambda line: f"{line.entry.source_kind}:{line.entry.source_ref}"),
                ("batch", "Batch", lambda line: line.entry.batch or ""),
                ("hash", "Hash", lambda line: line.entry.hash),
            )
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """The entries with what a line says of them."""
        reversal = alias_of(LedgerEntry, "reversal")
        cents = select(func.sum(LedgerTransfer.cents)).where(
            LedgerTransfer.organisation_id == LedgerEntry.organisation_id, LedgerTransfer.entry_number == LedgerEntry.number
        )
        words = and_(EntryWords.organisation_id == LedgerEntry.organisation_id, EntryWords.entry_number == LedgerEntry.number)
        took_back = and_(reversal.organisation_id == LedgerEntry.organisation_id, reversal.reverses == LedgerEntry.number)
        return (
            query.outerjoin(EntryWords, words)
            .outerjoin(Person, Person.id == LedgerEntry.by_person_id)
            .outerjoin(reversal, took_back)
            .add_columns(cents.correlate(LedgerEntry).scalar_subquery(), EntryWords.memo, Person.name, reversal.number)
        )

    def note(self, row: Any) -> Line:
        """The entry and what the query brought along with it."""
        entry, cents, memo, person, reversed_by = row[:5]
        return Line(entry, int(cents), memo or "", person or "", reversed_by)

    def _title(self, entry: LedgerEntry) -> str:
        return self.kinds.get(entry.kind, entry.kind)

    def _link(self, line: Line, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(node.node_of(line.entry).url(), f"{line.entry.number:,}")

    def _amount(self, line: Line, node: Any) -> Markup:
        return figure(line.cents, f"{node.node_of(line.entry).url()}#moved")

    def _kind(self, line: Line, node: Any) -> str | Markup:
        title = self._title(line.entry)
        return Markup("{} {}").format(title, badge("Taken back", "quiet")) if line.reversed_by else title

    def _with_words(self, text: str) -> Select[int]:
        of_here = select(EntryWords.entry_number.label("number")).where(EntryWords.organisation_id == self.organisation_id)
        return of_here.where(EntryWords.memo.icontains(text, autoescape=True))

    def _of_leases(self, text: str) -> CompoundSelect[int]:
        """Numbers of the entries with an account of a lease in which a tenant's name, or the label of the unit, has the text."""
        people = select(Contact.id).where(Contact.name.icontains(text, autoescape=True))
        units = select(Unit.id).where(Unit.label_key.contains(name_key(text), autoescape=True))
        leases = union(
            select(LeaseParty.lease_id).where(LeaseParty.contact_id.in_(people)), select(Lease.id).where(Lease.unit_id.in_(units))
        )
        accounts = select(LedgerAccount.id).where(
            LedgerAccount.organisation_id == self.organisation_id, LedgerAccount.lease_id.in_(leases)
        )
        sides = (LedgerTransfer.debit_account_id, LedgerTransfer.credit_account_id)
        return union(*[select(LedgerTransfer.entry_number.label("number")).where(side.in_(accounts)) for side in sides])


def _found(query: Select[Any], numbers: Select[int] | CompoundSelect[int]) -> Select[Any]:
    """The entries with these numbers. They are found first: SQLite would walk the whole journal and look for each."""
    found = numbers.cte("wanted").prefix_with("MATERIALIZED")
    return query.join(found, found.c.number == LedgerEntry.number)
