"""The columns of a file of leases: what may stand in each cell, and what a row means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from atlasbahamas.people.models import name_key
from atlasbahamas.web.forms import DateField, EmailField, IntegerField, MoneyField, PhoneField
from atlasbahamas.web.forms.texts import TypedField
from atlasbahamas.web.imports import ImportColumn, Row
from atlasbahamas.web.lists.csv import FORMULA_STARTS
from atlasbahamas_plugins.leasing.forms import MOST, MOST_RENT_CENTS, USUAL, BalanceField
from atlasbahamas_plugins.leasing.models import DEPOSITS, MOST_GRACE_DAYS
from atlasbahamas_plugins.leasing.writing.services import Terms

LONGEST_NAME = 200
FORMULA = "This is a formula. Save the file with what it says, and not with how it is worked out."
PERIODS_IN_FILES = {
    "weekly": ("week", "weekly", "a week"),
    "fortnightly": ("fortnight", "fortnightly", "every two weeks", "bi-weekly", "biweekly"),
    "four_weekly": ("four-weekly", "four weekly", "four weeks", "every four weeks"),
    "monthly": ("month", "monthly", "a month"),
    "quarterly": ("quarter", "quarterly", "a quarter"),
    "yearly": ("year", "yearly", "a year", "annually"),
}
MONTH_TO_MONTH = frozenset({"month to month", "month-to-month", "monthly", "m2m", "mtm", "none", "open"})
_PERIOD_OF = {word: period for period, words in PERIODS_IN_FILES.items() for word in words}
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_WORDS = re.compile(r"(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class LabelField(TypedField):
    """A name of something that is there: no formula is one."""

    empty = ""

    def read(self, text: str) -> str:
        """The name. Raises ValueError for a formula."""
        if text.startswith(FORMULA_STARTS):
            raise ValueError(FORMULA)
        return text


class TenantsField(LabelField):
    """Names of those who live there, the first tenant first, with semicolons or line breaks between them."""

    empty: Any = ""
    lines = True

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, max_length=MOST * (LONGEST_NAME + 2), **more)

    def read(self, text: str) -> Any:
        """The names. Raises ValueError for none, for too many, for one that stands there twice and for a formula."""
        names = [" ".join(name.split()) for name in re.split(r"[;\n]", text)]
        names = [super(TenantsField, self).read(name) for name in names if name]
        if not names:
            raise ValueError("Name at least one tenant.")
        if len(names) > MOST:
            raise ValueError(f"A lease has at most {MOST} tenants.")
        for at, name in enumerate(names):
            if len(name) > LONGEST_NAME:
                raise ValueError(f"A name has at most {LONGEST_NAME} characters.")
            if name_key(name) in {name_key(other) for other in names[:at]}:
                raise ValueError(f"“{name}” stands there twice.")
        return names


class DayField(DateField):
    """A day as spreadsheets write it: 2026-03-31, 31 March 2026, 31-Mar-2026, 31/3/2026 or 3/31/2026."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.max_length = 40

    def read(self, text: str) -> Any:
        """The day. Raises ValueError for what is none, and for one of which nobody knows whether day or month comes first."""
        return super().read(_as_iso(text))


class TermField(DayField):
    """The last day of a term; None, and nothing at all, means from month to month."""

    def read(self, text: str) -> Any:
        """The day. Raises ValueError for what is neither a day nor the words for month to month."""
        return None if " ".join(text.lower().split()) in MONTH_TO_MONTH else super().read(text)


class PeriodField(TypedField):
    """For how long the rent is, in the words that people use."""

    empty = ""

    def read(self, text: str) -> str:
        """One of PERIODS. Raises ValueError for another word."""
        period = _PERIOD_OF.get(" ".join(text.lower().split()))
        if period is None:
            raise ValueError("Write week, fortnight, four weeks, month, quarter or year.")
        return period


def _as_iso(text: str) -> str:
    """A day as year-month-day where it is one of the ways that are known, else as it is. Raises ValueError for 3/4/2026."""
    if found := _WORDS.fullmatch(text):
        day, word, year = found.groups()
        return f"{year}-{_MONTHS.index(word.lower()) + 1:02}-{int(day):02}" if word.lower() in _MONTHS else text
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), found[3]
        if first != second and max(first, second) <= 12:
            raise ValueError("Which is the day, which the month? Write year-month-day, such as 2026-03-31.")
        day_number, month = (second, first) if second > 12 else (first, second)
        return f"{year}-{month:02}-{day_number:02}"
    return text


def _deposit(kind: str, example: str, *spellings: str) -> ImportColumn:
    return ImportColumn(kind, MoneyField(DEPOSITS[kind], max=MOST_RENT_CENTS), (f"{kind} deposit", *spellings), example)


COLUMNS = (
    ImportColumn("property", LabelField("Property"), ("building", "property name"), "Sea Grape Court"),
    ImportColumn("unit", LabelField("Unit", required=True), ("unit label", "label", "apartment", "apt", "unit no"), "2B"),
    ImportColumn("tenants", TenantsField("Tenants", required=True), ("tenant", "tenant names", "name"), "Ann Rolle; Ben Rolle"),
    ImportColumn("phone", PhoneField("Phone of the first tenant"), ("tenant phone", "cell", "mobile"), "555-0100"),
    ImportColumn("email", EmailField("E-mail of the first tenant"), ("tenant email", "mail"), "ann@example.com"),
    ImportColumn(
        "starts", DayField("First day", required=True), ("start", "start date", "from", "since", "move in"), "2024-03-01"
    ),
    ImportColumn(
        "ends", TermField("Last day of the term, or “month to month”"), ("end", "end date", "until", "term"), "2027-02-28"
    ),
    ImportColumn(
        "rent", MoneyField("Rent", required=True, min=100, max=MOST_RENT_CENTS), ("rent bsd", "monthly rent", "amount"), "1450"
    ),
    ImportColumn(
        "per",
        PeriodField("Rent for a week, fortnight, month, quarter or year"),
        ("period", "rent period", "frequency"),
        "month",
    ),
    ImportColumn("due day", IntegerField("Due on day", min=1, max=31), ("due", "rent due"), "1"),
    ImportColumn("grace", IntegerField("Days of grace", max=MOST_GRACE_DAYS), ("grace days",), "5"),
    ImportColumn("paid to", DayField("Paid up to and with"), ("paid until", "paid through", "paid to date"), "2026-05-31"),
    ImportColumn("balance", BalanceField("Owed besides; below zero if ahead"), ("opening balance", "owed", "arrears"), "0"),
    _deposit("security", "1450", "deposit"),
    _deposit("first", "", "first month"),
    _deposit("last", "", "last month"),
    _deposit("key", ""),
    _deposit("pet", ""),
)
LABELS = {column.name: column.label for column in COLUMNS}


def terms_of(row: Row) -> Terms:
    """The terms that a row tells; where it says nothing, what a form for a lease begins with."""
    values: Mapping[str, Any] = row.values
    ends: date | None = values["ends"]
    usual: Mapping[str, Any] = USUAL
    return Terms(
        starts=values["starts"],
        kind="month_to_month" if ends is None else "fixed",
        term_last_day=ends,
        rolls_over=True,
        rent_cents=values["rent"],
        period=values["per"] or usual["period"],
        timing=usual["timing"],
        due_day=usual["due_day"] if values["due day"] is None else values["due day"],
        grace_days=usual["grace_days"] if values["grace"] is None else values["grace"],
    )


def deposits_of(row: Row) -> dict[str, int]:
    """What was to be paid to move in, in cents by kind."""
    return {kind: row.values[kind] for kind in DEPOSITS if row.values[kind]}
