"""Bills as a list, and the accounts of a unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import joinedload

from atlasbahamas.people.models import name_key
from atlasbahamas.web.formats import badge, local_date, money
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, date_filter, text_filter
from atlasbahamas_plugins.ledger.bills.models import PAYERS, Bill, BillAccount
from atlasbahamas_plugins.ledger.bills.services import PAID, with_its_home
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS, Utility

BILL = Bill.__table__.c
STATES = {"unpaid": "Not paid", "overdue": "Overdue", "paid": "Paid"}
TONES = {"unpaid": "warn", "overdue": "bad", "paid": "good"}
MOST_ACCOUNTS = 20


def state_of(bill: Bill, today: date) -> str:
    """A line of STATES."""
    if bill.is_paid:
        return "paid"
    return "overdue" if bill.due_on < today else "unpaid"


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    if state == "paid":
        return PAID
    return and_(not_(PAID), Bill.due_on < today) if state == "overdue" else not_(PAID)


def accounts_about(text: str) -> ColumnElement[bool]:
    """Accounts whose number, company, unit or property has the text."""
    units = select(Unit.id).join(Property, Property.id == Unit.property_id)
    units = units.where(
        or_(Unit.label_key.contains(name_key(text), autoescape=True), Property.name.icontains(text, autoescape=True))
    )
    companies = select(Utility.id).where(Utility.name.icontains(text, autoescape=True))
    return or_(
        BillAccount.number.icontains(text, autoescape=True), BillAccount.unit_id.in_(units), BillAccount.utility_id.in_(companies)
    )


def _about(text: str) -> ColumnElement[bool]:
    return Bill.account_id.in_(select(BillAccount.id).where(accounts_about(text)))


def _of_utility(number: Any) -> ColumnElement[bool]:
    return Bill.account_id.in_(select(BillAccount.id).where(BillAccount.utility_id == number))


def _home(row: Bill) -> str:
    return f"{row.account.unit.label}, {row.account.unit.property.name}"


def supplied_by(account: BillAccount) -> str:
    """What an account is for, and by whom: "Electricity, Bahamas Power and Light (BPL)"."""
    return f"{UTILITY_KINDS[account.utility.kind]}, {account.utility.name}"


class BillList(List):
    """Bills, the latest due first. `of_home`: all are of one home, so that nobody names it."""

    name = "bills"
    noun = ("bill", "bills")
    identity = BILL.id
    sorts = (
        Sort("due-down", "Due, latest first", (Key(BILL.due_on, descending=True),)),
        Sort("due", "Due", (Key(BILL.due_on),)),
    )

    def __init__(
        self,
        request: Any,
        query: Select[Any],
        *,
        node: Any,
        node_of: Callable[[Bill], Any],
        utilities: list[tuple[int, str]],
        of_home: bool = False,
    ) -> None:
        self.node_of, self.today = node_of, request.clock.today()
        named = () if of_home else (text_filter("q", "Home, company or number", _about),)
        by_payer = (
            () if of_home else (choice_filter("payer", "Who pays", list(PAYERS.items()), lambda payer: Bill.payer == payer),)
        )
        self.filters = (
            *named,
            choice_filter("utility", "Company", utilities, _of_utility),
            choice_filter("state", "State", list(STATES.items()), lambda state: _in_state(state, self.today)),
            *by_payer,
            date_filter("from", "Due from", lambda day: Bill.due_on >= day),
            date_filter("until", "Due until", lambda day: Bill.due_on <= day),
        )
        home = () if of_home else (Column("home", "Home", lambda row, node: _home(row), _home),)
        self.columns = (
            Column("due", "Due", self._due, lambda row: row.due_on.isoformat(), sort="due"),
            *home,
            Column("what", "What", lambda row, node: supplied_by(row.account), lambda row: supplied_by(row.account)),
            Column("cents", "Amount", lambda row, node: money(row.cents), lambda row: Decimal(row.cents) / 100, numeric=True),
            Column("state", "State", self._state, lambda row: STATES[state_of(row, self.today)]),
        )
        self.file_columns = (
            Column("number", "Account number", lambda row, node: "", lambda row: row.account.number),
            Column("from", "From", lambda row, node: "", lambda row: row.starts.isoformat()),
            Column("to", "To", lambda row, node: "", lambda row: row.ends.isoformat()),
            Column("payer", "Who pays", lambda row, node: "", lambda row: PAYERS[row.payer]),
            Column("paid", "Paid on", lambda row, node: "", lambda row: row.paid_on.isoformat() if row.paid_on else ""),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the accounts, the homes and what was passed on."""
        return query.options(with_its_home(joinedload(Bill.account)), joinedload(Bill.charge))

    def _due(self, row: Bill, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.node_of(row).url(), local_date(row.due_on))

    def _state(self, row: Bill, node: Any) -> Markup:
        state = state_of(row, self.today)
        return badge(STATES[state], TONES[state])
