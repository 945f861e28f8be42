"""The payments of an organisation or of a lease, as a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from atlasbahamas.people.models import name_key
from atlasbahamas.web.formats import badge, figure, local_date
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, date_filter, narrowing, text_filter
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import WITH_NAMES
from atlasbahamas_plugins.ledger.payments.models import STATES, TONES, Payment
from atlasbahamas_plugins.ledger.payments.rails import RAILS, titles
from atlasbahamas_plugins.ledger.payments.references import lease_of_reference
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Unit

PAYMENT = Payment.__table__.c
NodeOf = Callable[[Payment], Any]


def leases_about(text: str) -> ColumnElement[bool]:
    """Leases with a tenant or a unit whose name has the text, or whose reference it is."""
    people = select(LeaseParty.lease_id).join(Contact, Contact.id == LeaseParty.contact_id)
    units = select(Unit.id).where(Unit.label_key.contains(name_key(text), autoescape=True))
    found: list[ColumnElement[bool]] = [
        Lease.id.in_(people.where(Contact.name.icontains(text, autoescape=True))),
        Lease.unit_id.in_(units),
    ]
    if (number := lease_of_reference(text)) is not None:
        found.append(Lease.id == number)
    return or_(*found)


def _about(text: str) -> ColumnElement[bool]:
    named = Payment.lease_id.in_(select(Lease.id).where(leases_about(text)))
    return or_(named, Payment.reference.icontains(text, autoescape=True))


def _rail(row: Payment) -> str:
    return RAILS[row.rail].title if row.rail in RAILS else row.rail


def _dollars(row: Payment) -> Decimal:
    return Decimal(row.cents) / 100


class PaymentList(List):
    """Payments, the newest first. `node_of` gives the node of one; `of_lease`: all are of one lease, so that nobody names
    it. `properties` are those to choose from;
    where one is chosen (`of_property`), the query is of its payments."""

    name = "payments"
    noun = ("payment", "payments")
    identity = PAYMENT.id
    sorts = (
        Sort("day-down", "Day, latest first", (Key(PAYMENT.received_on, descending=True),)),
        Sort("day", "Day", (Key(PAYMENT.received_on),)),
        Sort("newest", "Written down last", (Key(PAYMENT.created, descending=True),)),
    )

    def __init__(
        self,
        request: Any,
        query: Select[Any],
        *,
        node: Any,
        node_of: NodeOf,
        of_lease: bool = False,
        states: bool = True,
        properties: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.node_of = node_of
        named = () if of_lease else (text_filter("q", "Tenant, unit or reference", _about),)
        # The query is of the property already.
        by_property = (choice_filter("property", "Property", list(properties), narrowing),) if properties else ()
        by_state = (
            (choice_filter("state", "State", list(STATES.items()), lambda state: Payment.state == state),) if states else ()
        )
        self.filters = (
            *named,
            *by_property,
            *by_state,
            choice_filter("rail", "How it came", titles(), lambda rail: Payment.rail == rail),
            date_filter("from", "From", narrowing),
            date_filter("until", "Until", narrowing),
        )
        home = (
            Column("home", "Home", self._home, lambda row: row.lease.unit.label),
            Column("tenants", "Tenants", lambda row, node: row.lease.tenant_names, lambda row: row.lease.tenant_names),
        )
        self.columns = (
            Column("day", "Day", self._day, lambda row: row.received_on.isoformat(), sort="day"),
            *(() if of_lease else home),
            Column("rail", "How", lambda row, node: _rail(row), _rail),
            Column("cents", "Amount", self._cents, _dollars, numeric=True),
            Column("state", "State", lambda row, node: badge(STATES[row.state], TONES[row.state]), lambda row: STATES[row.state]),
            Column("receipt", "Receipt", lambda row, node: row.receipt_number or "–", lambda row: row.receipt_number or ""),
        )
        self.file_columns = (
            Column("reference", "Reference", lambda row, node: "", lambda row: row.reference),
            Column("currency", "Handed over in", lambda row, node: "", lambda row: row.currency),
            Column("reason", "Why not", lambda row, node: "", lambda row: row.reason),
        )
        super().__init__(request, query, node=node)

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Of the days that were asked for."""
        query = query.where(*[Payment.received_on >= self.given["from"]] if "from" in self.given else [])
        return query.where(*[Payment.received_on <= self.given["until"]] if "until" in self.given else [])

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the homes and who lives there."""
        return query.options(joinedload(Payment.lease).options(joinedload(Lease.unit), WITH_NAMES))

    def _day(self, row: Payment, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.node_of(row).url(), local_date(row.received_on))

    def _cents(self, row: Payment, node: Any) -> Markup:
        return figure(row.cents, f"{self.node_of(row).url()}#amount")

    def _home(self, row: Payment, node: Any) -> str:
        return f"{row.lease.unit.label}, {row.lease.unit.property.name}"
