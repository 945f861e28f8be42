"""The list of an organisation's leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from atlasbahamas.web.formats import badge, local_date, money
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter
from atlasbahamas_plugins.leasing.models import (
    KINDS,
    ORIGINS,
    PERIODS,
    RUNNING,
    STATES,
    TONES,
    Lease,
    LeaseParty,
)
from atlasbahamas_plugins.leasing.words import words_within
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

LEASE = Lease.__table__.c
SOON = (30, 60, 90)


def _link(row: Lease, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.unit.label)


def _until(row: Lease) -> date | None:
    return row.last_day or row.term_last_day


def _of_property(number: str) -> Select[int]:
    return select(Lease.id.label("lease_id")).join(Unit, Unit.id == Lease.unit_id).where(Unit.property_id == int(number))


def _found(query: Select[Any], ids: Select[int]) -> Select[Any]:
    """The leases with these ids. They are found first: SQLite would walk all leases of the organisation and look for each."""
    found = ids.cte("wanted").prefix_with("MATERIALIZED")
    return query.join(found, found.c.lease_id == Lease.id)


_TERMS = (Lease.kind, Lease.rolls_over, Lease.starts, Lease.term_last_day, Lease.last_day, Lease.period, Lease.due_day)
_UNIT = joinedload(Lease.unit).load_only(Unit.label)
_PARTIES = selectinload(Lease.parties)
_SHOWN = (
    load_only(Lease.ref, Lease.state, Lease.origin, *_TERMS),
    _UNIT.joinedload(Unit.property).load_only(Property.name).lazyload(Property.settlement),
    _PARTIES.load_only(LeaseParty.role),
    _PARTIES.joinedload(LeaseParty.contact).load_only(Contact.name),
    selectinload(Lease.rents),
)
"""What the columns say, and no more: leases with all that hangs on them took twice as long."""


class LeaseList(List):
    """Leases, with who lives there and what they pay today. `properties` are those that the caller may choose from."""

    name = "leases"
    noun = ("lease", "leases")
    identity = LEASE.id
    sorts = (
        Sort("newest", "Newest first", (Key(LEASE.created, descending=True),)),
        Sort("starts", "Start", (Key(LEASE.starts),)),
        Sort("starts-down", "Start, latest first", (Key(LEASE.starts, descending=True),)),
        Sort("until", "End, soonest first", (Key(LEASE.until),)),
        Sort("until-down", "End, latest first", (Key(LEASE.until, descending=True),)),
    )

    def __init__(
        self, request: Any, query: Select[Any], *, node: Any, today: date, properties: Sequence[tuple[str, str]]
    ) -> None:
        self.today = today
        words = words_within(organisation_above(node).row.id)
        self.filters = (
            text_filter("q", "Tenant, unit or property", words.has, find=words.find),
            choice_filter("state", "State", list(STATES.items()), lambda state: Lease.state == state),
            choice_filter("property", "Property", list(properties), _in_property, find=_found_in_property),
            choice_filter("ends", "Ends", [(str(days), f"Within {days} days") for days in SOON], self._ends_within),
        )
        self.columns = (
            Column("unit", "Unit", _link, lambda row: row.unit.label),
            Column("property", "Property", lambda row, node: row.unit.property.name, lambda row: row.unit.property.name),
            Column("tenants", "Tenants", lambda row, node: row.tenant_names, lambda row: row.tenant_names),
            Column("state", "State", lambda row, node: badge(STATES[row.state], TONES[row.state]), lambda row: STATES[row.state]),
            Column("starts", "From", lambda row, node: local_date(row.starts), lambda row: row.starts.isoformat(), sort="starts"),
            Column("until", "Until", lambda row, node: self._shown_end(row), lambda row: _until(row) or "", sort="until"),
            Column("rent", "Rent", lambda row, node: self._shown_rent(row), self._plain_rent, numeric=True),
        )
        self.file_columns = (
            Column("lease", "Lease", lambda row, node: "", lambda row: row.ref),
            Column("period", "Rent for", lambda row, node: "", lambda row: PERIODS[row.period]),
            Column("due_day", "Due day", lambda row, node: "", lambda row: row.due_day, numeric=True),
            Column("kind", "Term", lambda row, node: "", lambda row: KINDS[row.kind]),
            Column("rolls_over", "Rolls over", lambda row, node: "", lambda row: "yes" if row.rolls_over else "no"),
            Column("origin", "How it came to be", lambda row, node: "", lambda row: ORIGINS[row.origin]),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What the columns say."""
        return query.options(*_SHOWN)

    def _ends_within(self, days: str) -> ColumnElement[bool]:
        return Lease.state.in_(RUNNING) & Lease.until.between(self.today, self.today + timedelta(days=int(days)))

    def _rent(self, row: Lease) -> int | None:
        return row.rent_on(max(self.today, row.starts))

    def _shown_rent(self, row: Lease) -> str:
        return f"{money(self._rent(row))} {PERIODS[row.period]}"

    def _plain_rent(self, row: Lease) -> Decimal | str:
        cents = self._rent(row)
        return "" if cents is None else Decimal(cents) / 100

    def _shown_end(self, row: Lease) -> str:
        if row.last_day is None and (row.term_last_day is None or row.is_rolling(self.today)):
            return "Month to month"
        return local_date(_until(row))


def _in_property(number: str) -> ColumnElement[bool]:
    return Lease.id.in_(_of_property(number))


def _found_in_property(db: Session, query: Select[Any], number: str) -> Select[Any]:
    return _found(query, _of_property(number))
