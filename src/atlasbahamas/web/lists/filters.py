"""Filters of a list: each is a form field whose value, when given, narrows the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, true
from sqlalchemy.orm import Session
from wtforms import Field

from atlasbahamas.web.forms import ChoiceField, DateField, IntegerField, MoneyField, Offer, TextField

Where = Callable[[Any], ColumnElement[bool]]
Find = Callable[[Session, Select[Any], Any], Select[Any]]


@dataclass(frozen=True)
class Filter:
    """A parameter of the address: its name, what makes its form field, and what it asks of the rows.

    `where` tests a row. `find` gives the query the rows that pass, each once, where something else than the table of the
    list knows them sooner (an index of words); without it the test is all there is.
    """

    name: str
    field: Callable[[], Field]
    where: Where
    find: Find | None = None


def text_filter(name: str, label: str, where: Where, *, find: Find | None = None) -> Filter:
    """Words that were typed."""
    return Filter(name, lambda: TextField(label, max_length=100, render_kw={"type": "search"}), where, find)


def choice_filter(
    name: str, label: str, choices: Any, where: Where, *, everything: str = "Any", find: Find | None = None
) -> Filter:
    """One of several; the first entry of the select asks for everything. `choices` is a list, or a dict of groups."""
    none = [("", everything)]
    offered = Offer({"": none, **choices} if isinstance(choices, dict) else [*none, *choices])
    return Filter(name, lambda: ChoiceField(label, choices=offered), where, find)


def narrowing(value: Any) -> ColumnElement[bool]:
    """The WHERE of a filter whose value the list has put into its query already (List.narrowed)."""
    return true()


def money_filter(name: str, label: str, where: Where) -> Filter:
    """An amount in dollars; the WHERE gets cents."""
    return Filter(name, lambda: MoneyField(label), where)


def integer_filter(name: str, label: str, where: Where, *, at_most: int = 1_000_000) -> Filter:
    """A whole number."""
    return Filter(name, lambda: IntegerField(label, max=at_most), where)


def date_filter(name: str, label: str, where: Where) -> Filter:
    """A local day."""
    return Filter(name, lambda: DateField(label), where)
