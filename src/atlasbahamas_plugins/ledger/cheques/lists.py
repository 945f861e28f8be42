"""The register of cheques."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from atlasbahamas.web.formats import badge, figure, local_date
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, date_filter, text_filter
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.lists import PAYMENT, NodeOf, leases_about
from atlasbahamas_plugins.ledger.payments.models import CHEQUE_STATES, CHEQUE_TONES, STATES, TONES, Cheque, Payment


class ChequeList(List):
    """Cheques, by the day that stands on them."""

    name = "cheques"
    noun = ("cheque", "cheques")
    identity = PAYMENT.id
    sorts = (
        Sort("day-down", "Day, latest first", (Key(PAYMENT.received_on, descending=True),)),
        Sort("day", "Day", (Key(PAYMENT.received_on),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, node_of: NodeOf) -> None:
        self.node_of = node_of
        states = [("waiting", STATES["waiting"]), *CHEQUE_STATES.items()]
        self.filters = (
            text_filter("q", "Tenant, unit or number", _about_cheque),
            choice_filter("state", "State", states, _in_state),
            date_filter("from", "From", lambda day: Payment.received_on >= day),
            date_filter("until", "Until", lambda day: Payment.received_on <= day),
        )
        self.columns = (
            Column("day", "Day on it", self._day, lambda row: row.received_on.isoformat(), sort="day"),
            Column("number", "Number", lambda row, node: row.cheque.number, lambda row: row.cheque.number),
            Column("bank", "Bank", lambda row, node: row.cheque.bank, lambda row: row.cheque.bank),
            Column("home", "Home", lambda row, node: _home(row), _home),
            Column("cents", "Amount", self._cents, lambda row: Decimal(row.cents) / 100, numeric=True),
            Column("state", "State", lambda row, node: badge(*_cheque_state(row)), lambda row: _cheque_state(row)[0]),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the cheques and the homes."""
        return query.options(joinedload(Payment.cheque), joinedload(Payment.lease).joinedload(Lease.unit))

    def _cents(self, row: Payment, node: Any) -> Markup:
        return figure(row.cents, f"{self.node_of(row).url()}#amount")

    def _day(self, row: Payment, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.node_of(row).url(), local_date(row.received_on))


def _home(row: Payment) -> str:
    return f"{row.lease.unit.label}, {row.lease.unit.property.name}"


def _about_cheque(text: str) -> ColumnElement[bool]:
    numbered = select(Cheque.payment_id).where(Cheque.number.icontains(text, autoescape=True))
    return or_(Payment.lease_id.in_(select(Lease.id).where(leases_about(text))), Payment.id.in_(numbered))


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "waiting":
        return Payment.state == "waiting"
    return Payment.id.in_(select(Cheque.payment_id).where(Cheque.state == state)) & (Payment.state != "waiting")


def _cheque_state(row: Payment) -> tuple[str, str]:
    """What a cheque is, and the tone of it; one that does not count is what its payment is."""
    assert row.cheque is not None
    if row.state != "confirmed" and row.state != "returned":
        return STATES[row.state], TONES[row.state]
    return CHEQUE_STATES[row.cheque.state], CHEQUE_TONES[row.cheque.state]
