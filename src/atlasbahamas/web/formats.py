"""How money, dates and numbers are written and read. Money is integer cents, dates are local to Nassau (house.md section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

NASSAU = ZoneInfo("America/Nassau")
MAX_CENTS = 10**12
_MONEY = re.compile(r"(?:B\$|BSD|US\$|\$)?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.IGNORECASE | re.ASCII)


def money(cents: int | None) -> str:
    """120000 -> "B$1,200", 120050 -> "B$1,200.50"; nothing for None."""
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}B${dollars:,}" + (f".{rest:02}" if rest else "")


def parse_money(text: str) -> int:
    """Typed dollars to cents. Raises ValueError, with words for the person, for what is no amount."""
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        raise ValueError("Write an amount in dollars, like 1,250 or 1250.50.")
    cents = match[2] or ""
    if len(cents) > 2:
        raise ValueError("An amount has at most two digits after the point.")
    amount = int(match[1].replace(",", "")) * 100 + int(cents.ljust(2, "0") or 0)
    if amount > MAX_CENTS:
        raise ValueError("That is more money than can be right.")
    return amount


def local_date(value: date | datetime | None) -> str:
    """"4 March 2026"; a timestamp is seen from Nassau."""
    if value is None:
        return ""
    day = value.astimezone(NASSAU).date() if isinstance(value, datetime) else value
    return f"{day.day} {day:%B %Y}"


def local_datetime(value: datetime | None) -> str:
    """"4 March 2026, 3:05 pm" in Nassau."""
    if value is None:
        return ""
    local = value.astimezone(NASSAU)
    return f"{local_date(value)}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def number(value: int | None) -> str:
    """1234 -> "1,234"."""
    return "" if value is None else f"{value:,}"


def jinja_filters() -> dict[str, Callable[..., Any]]:
    """The filters that every template has."""
    return {"money": money, "date": local_date, "datetime": local_datetime, "number": number}
