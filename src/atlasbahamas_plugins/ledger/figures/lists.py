"""Figures as lists: the rent roll, ageing, the charges that they are made of, collection by month, occupancy by property."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from markupsafe import Markup
from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, case, select

from atlasbahamas.db.statements import made_once
from atlasbahamas.web.formats import figure, local_date, local_month, money, part, percent
from atlasbahamas.web.lists import Column, Filter, Key, List, Sort, choice_filter, date_filter, narrowing, text_filter
from atlasbahamas_plugins.leasing.models import FOR_EVER, PERIODS, Lease, RentTerm
from atlasbahamas_plugins.leasing.words import words_within
from atlasbahamas_plugins.ledger.charges.kinds import CHARGE_KINDS
from atlasbahamas_plugins.ledger.charges.lists import ChargeList
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.figures.ages import AGES, Age
from atlasbahamas_plugins.ledger.figures.columns import HOME, Home, dollars, lease_figure, show_last_payment, show_rent
from atlasbahamas_plugins.ledger.figures.models import Standing
from atlasbahamas_plugins.ledger.figures.services import (
    UNPAID,
    balance_of,
    due_within,
    last_payment,
    tenant_names,
    unpaid_of,
)
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

STANDING = Standing.__table__.c
NEVER = date.fromisoformat(FOR_EVER)
Choices = Sequence[tuple[str, str]]

_HOME = (Lease.ref, Unit.label, Property.name)
"""What is shown of a lease, and no more."""


def property_filter(properties: Choices) -> Filter:
    """One of the properties, for a list whose query is of that one already (`chosen_property`)."""
    return choice_filter("property", "Property", list(properties), narrowing)


def chosen_property(request: Any, properties: Choices) -> int | None:
    """The number of the property that the address asks for, if it is one of these."""
    chosen = request.GET.get("property", "")
    return int(chosen) if chosen in dict(properties) else None


@dataclass(frozen=True)
class RollLine:
    """A lease of the rent roll. `since` is None where nothing is unpaid, and so are what was paid last and on which day."""

    home: Home
    period: str
    tenants: str
    rent_cents: int | None
    unpaid_cents: int
    since: date | None
    balance_cents: int
    paid_on: date | None
    paid_cents: int | None


class _OfStandings(List):
    """Leases by what is unpaid of them."""

    noun = ("lease", "leases")
    identity = STANDING.lease_id
    sorts = (
        Sort("since", "Unpaid for longest", (Key(STANDING.unpaid_since),)),
        Sort("since-down", "Unpaid for longest, last", (Key(STANDING.unpaid_since, descending=True),)),
        Sort("unpaid-down", "Most unpaid", (Key(STANDING.unpaid_cents, descending=True),)),
        Sort("unpaid", "Least unpaid", (Key(STANDING.unpaid_cents),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, today: date, properties: Choices) -> None:
        self.today = today
        words = words_within(organisation_above(node).row.id)
        self.filters = (
            text_filter("q", "Tenant, unit or property", words.has, find=words.find),
            property_filter(properties),
            *self.more_filters(),
        )
        super().__init__(request, query, node=node)

    def more_filters(self) -> tuple[Filter, ...]:
        """Those of one list."""
        return ()

    def reading(self, query: Select[Any], columns: Sequence[Any]) -> Select[Any]:
        """What names a lease, and some columns. Outer joins, which no database begins with."""
        read = query.with_only_columns(*_HOME, *columns, maintain_column_froms=True)
        return read.outerjoin(Unit, Unit.id == Lease.unit_id).outerjoin(Property, Property.id == Unit.property_id)

    @cached_property
    def leases_url(self) -> str:
        """The address below which the leases have theirs."""
        return self.node.url()  # type: ignore[no-any-return]

    def home(self, row: Any) -> Home:
        """The lease of a row."""
        return Home(row[0], f"{self.leases_url}{row[0]}/", row[1], row[2])


@made_once
def _who() -> ScalarSelect[str]:
    return tenant_names(Lease.id)


@made_once
def _balance() -> ScalarSelect[int]:
    return balance_of(Lease.id)


@made_once
def _paid_last() -> tuple[ScalarSelect[date], ScalarSelect[int]]:
    return last_payment(Lease.id)


@made_once
def _rent_today() -> ScalarSelect[int]:
    """The rent of today, or the first one."""
    today: BindParameter[date] = bindparam("today", type_=Lease.starts.type)
    day = case((Lease.starts > today, Lease.starts), else_=today)
    terms = select(RentTerm.cents).where(RentTerm.lease_id == Lease.id, RentTerm.starts <= day)
    return terms.order_by(RentTerm.starts.desc()).limit(1).scalar_subquery()


class RentRoll(_OfStandings):
    """The rent roll: each lease that runs, or on which something is unpaid."""

    name = "rent-roll"
    columns = (
        *HOME,
        Column(
            "rent",
            "Rent",
            show_rent,
            lambda row: "" if row.rent_cents is None else dollars(row.rent_cents),
            numeric=True,
        ),
        lease_figure("unpaid", "Unpaid", lambda row: row.unpaid_cents, "unpaid#all", sort="unpaid"),
        Column("since", "Since", lambda row, node: local_date(row.since) or "–", lambda row: row.since or "", sort="since"),
        lease_figure("balance", "Balance", lambda row: row.balance_cents, "explain#balance"),
        Column("paid", "Last payment", show_last_payment, lambda row: row.paid_on or ""),
    )
    file_columns = (
        Column("period", "Rent for", lambda row, node: "", lambda row: PERIODS[row.period]),
        Column("paid_cents", "Last payment, amount", lambda row, node: "", lambda row: dollars(row.paid_cents or 0)),
        Column("lease", "Lease", lambda row, node: "", lambda row: row.home.ref),
    )

    def more_filters(self) -> tuple[Filter, ...]:
        """By what they owe."""
        late = [("late", "Late"), *[(str(days), f"Late for more than {days} days") for days in (30, 60, 90)]]
        owing = [*late, ("some", "Anything unpaid"), ("none", "Nothing unpaid")]
        return (choice_filter("owes", "Owes", owing, self._owes),)

    def _owes(self, what: str) -> ColumnElement[bool]:
        if what in ("some", "none"):
            return Standing.unpaid_since < NEVER if what == "some" else Standing.unpaid_since == NEVER
        return Standing.unpaid_since < self.today - timedelta(days=0 if what == "late" else int(what))

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With what the columns say."""
        standing = (Standing.unpaid_cents, Standing.unpaid_since)
        return self.reading(query, (Lease.period, _who(), _rent_today(), *standing, _balance(), *_paid_last()))

    def parameters(self) -> dict[str, Any]:
        """The day of the rent."""
        return {"today": self.today}

    def note(self, row: Any) -> RollLine:
        """The lease with its figures."""
        period, tenants, rent_cents, unpaid_cents, since, *rest = row[3:11]
        since = None if since == NEVER else since
        return RollLine(self.home(row), period, tenants or "", rent_cents, unpaid_cents, since, *rest)


@dataclass(frozen=True)
class AgedLine:
    """A lease with what is unpaid of it, by age in the order of AGES."""

    home: Home
    tenants: str
    unpaid_cents: int
    by_age: tuple[int, ...]


class AgeingList(_OfStandings):
    """What is unpaid, by lease and age."""

    name = "ageing"

    def __init__(self, request: Any, query: Select[Any], *, node: Any, **more: Any) -> None:
        ages = [
            lease_figure(name, age.title, lambda row, at=at: row.by_age[at], f"unpaid#age-{name}")
            for at, (name, age) in enumerate(AGES.items())
        ]
        self.columns = (
            *HOME,
            *ages,
            lease_figure("unpaid", "Together", lambda row: row.unpaid_cents, "unpaid#all", sort="unpaid"),
        )
        super().__init__(request, query, node=node, **more)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the sum of each age."""
        by_age = [unpaid_of(Lease.id, due_within(age, self.today)) for age in AGES.values()]
        return self.reading(query, (_who(), Standing.unpaid_cents, *by_age))

    def note(self, row: Any) -> AgedLine:
        """The lease with its sums."""
        return AgedLine(self.home(row), row[3] or "", row[4], tuple(row[5 : 5 + len(AGES)]))


class AllCharges(ChargeList):
    """The charges of all leases: what figures are made of."""

    def __init__(self, request: Any, query: Select[Any], *, node: Any, today: date, properties: Choices, **more: Any) -> None:
        self.today = today
        words = words_within(organisation_above(node).row.id)
        ages = [("all", "All of it"), *[(name, age.title) for name, age in AGES.items()]]
        kinds = [(name, kind.title) for name, kind in CHARGE_KINDS.items()]
        filters = (
            text_filter("q", "Tenant, unit or property", words.has, find=words.find),
            property_filter(properties),
            choice_filter("unpaid", "Unpaid", ages, narrowing),
            choice_filter("what", "What", kinds, lambda what: Charge.what == what),
            date_filter("from", "Due from", narrowing),
            date_filter("until", "Due until", narrowing),
        )
        super().__init__(request, query, node=node, node_of=node.node_of, lease_of=node.lease_of, filters=filters, **more)
        unpaid = Column("open", "Unpaid", self._open, lambda row: dollars(row[0].open_cents), numeric=True)
        self.columns = (*[_WHOLE_HOME if column.name == "lease" else column for column in self.columns], unpaid)

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Of the days and of the age that were asked for."""
        query = query.where(*[Charge.due_on >= self.given["from"]] if "from" in self.given else [])
        query = query.where(*[Charge.due_on <= self.given["until"]] if "until" in self.given else [])
        return query.where(_unpaid(AGES.get(self.given["unpaid"]), self.today)) if "unpaid" in self.given else query

    @property
    def age(self) -> str | None:
        """The age, or "all", whose unpaid charges are listed, all of them: one of the sums of ageing; None for other lists."""
        given: str | None = self.given.get("unpaid")
        return given if set(self.given) <= {"unpaid", "property"} else None

    def _cents(self, row: Any, node: Any) -> Markup:
        # What adds up here is what is unpaid.
        return figure(row[0].cents, f"{self.node_of(row[0]).url()}#amount")

    def _open(self, row: Any, node: Any) -> Markup | str:
        charge = row[0]
        return part(charge.open_cents, f"{self.node_of(charge).url()}#unpaid") if charge.open_cents else "–"


def _home(charge: Charge) -> str:
    return f"{charge.lease.unit.label}, {charge.lease.unit.property.name}"


_WHOLE_HOME = Column(
    "home",
    "Home",
    lambda row, node: Markup('<a href="{}">{}</a>').format(node.lease_of(row[0]).url("ledger", ""), _home(row[0])),
    lambda row: _home(row[0]),
)


def _unpaid(age: Age | None, today: date) -> ColumnElement[bool]:
    # All are due at some time: with a day SQLite takes the index of what is unpaid, and without one that of all.
    return UNPAID & (Charge.due_on <= NEVER if age is None else due_within(age, today))


@dataclass(frozen=True)
class MonthLine:
    """A month: what fell due in it, what of that is unpaid now, and what came in."""

    month: date
    charged_cents: int
    unpaid_cents: int
    received_cents: int

    @property
    def last_day(self) -> date:
        """The month's."""
        return self.month.replace(day=monthrange(self.month.year, self.month.month)[1])

    @property
    def title(self) -> str:
        """ "June 2026"."""
        return local_month(self.month)

    @property
    def covered(self) -> str:
        """Which part of what fell due is not unpaid."""
        return percent((self.charged_cents - self.unpaid_cents) * 10_000 // self.charged_cents) if self.charged_cents else "–"


class CollectionList(List):
    """What fell due and what came in, by month.

    `sums` gives the SELECT of the months' sums, of one property or (None) of all of `properties`.
    """

    name = "collection"
    noun = ("month", "months")

    def __init__(self, request: Any, sums: Callable[[int | None], Select[Any]], *, node: Any, properties: Choices) -> None:
        self.property = chosen_property(request, properties)
        months = sums(self.property).subquery("months")
        newest, oldest = (Key(months.c.month, descending=down, never_null=True) for down in (True, False))
        self.identity = months.c.month  # type: ignore[misc]
        self.sorts = (Sort("newest", "Newest first", (newest,)), Sort("oldest", "Oldest first", (oldest,)))  # type: ignore[misc]
        self.filters = (
            property_filter(properties),
            date_filter("from", "From", lambda day: months.c.month >= day.replace(day=1)),
            date_filter("until", "Until", lambda day: months.c.month <= day),
        )
        self.columns = (
            Column("month", "Month", lambda row, node: row.title, lambda row: row.month.isoformat()[:7]),
            self._linked("charged", "Fell due", "charges", {}),
            self._linked("unpaid", "Of it unpaid", "charges", {"unpaid": "all"}),
            Column("covered", "Paid or forgiven", lambda row, node: row.covered, lambda row: row.covered, numeric=True),
            self._linked("received", "Came in", "payments", {"state": "confirmed"}),
        )
        super().__init__(request, select(*months.c), node=node)

    def _linked(self, name: str, label: str, rows: str, more: Mapping[str, str]) -> Column:
        """An amount that leads to the rows that it is the sum of."""

        def cents(row: MonthLine) -> int:
            return int(getattr(row, f"{name}_cents"))

        def show(row: MonthLine, node: Any) -> Markup:
            of_one = {"property": str(self.property)} if self.property else {}
            days = {"from": row.month.isoformat(), "until": row.last_day.isoformat()}
            url = organisation_above(node).url(rows, "", **more, **of_one, **days)
            return Markup('<a href="{}">{}</a>').format(url, money(cents(row)))

        return Column(name, label, show, lambda row: dollars(cents(row)), numeric=True)

    def note(self, row: Any) -> MonthLine:
        """The month with its sums."""
        return MonthLine(row[0], *[int(cents) for cents in row[1:4]])
