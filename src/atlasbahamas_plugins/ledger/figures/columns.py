"""Columns of figures about leases: which home, and amounts that open where their rows are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from atlasbahamas.web.formats import figure, local_date, money
from atlasbahamas.web.lists import Column
from atlasbahamas_plugins.leasing.models import PERIODS


@dataclass(frozen=True, slots=True)
class Home:
    """A lease as these lists name it: its key and address, and the names of its unit and property."""

    ref: str
    url: str
    unit: str
    property: str


def dollars(cents: int) -> Decimal:
    """Cents as a file holds them."""
    return Decimal(cents) / 100


def lease_figure(name: str, label: str, cents: Any, at: str, **more: Any) -> Column:
    """A column of an amount of a lease that opens; `at` is where, below its ledger."""

    def show(row: Any, node: Any) -> Markup | str:
        return figure(cents(row), f"{row.home.url}ledger/{at}") if cents(row) else "–"

    return Column(name, label, show, lambda row: dollars(cents(row)), numeric=True, **more)


def _ledger_link(row: Any, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(f"{row.home.url}ledger/", row.home.unit)


def show_last_payment(row: Any, node: Any) -> Markup | str:
    """The payment that was received last, which opens where its cents went."""
    if row.paid_on is None:
        return "–"
    amount = figure(row.paid_cents, f"{row.home.url}ledger/#last-paid")
    return Markup("{}, {}").format(amount, local_date(row.paid_on))


def show_rent(row: Any, node: Any) -> Markup | str:
    """The rent as agreed, which opens in the terms of the lease."""
    if row.rent_cents is None:
        return ""
    return Markup('<a href="{}#terms">{}</a> {}').format(row.home.url, money(row.rent_cents), PERIODS[row.period])


HOME = (
    Column("unit", "Unit", _ledger_link, lambda row: row.home.unit),
    Column("property", "Property", lambda row, node: row.home.property, lambda row: row.home.property),
    Column("tenants", "Tenants", lambda row, node: row.tenants, lambda row: row.tenants),
)
"""Where somebody lives, and who."""
