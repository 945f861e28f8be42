"""How money, dates and numbers are written and read, the same on every page.

Money is integer cents in BSD and dates are local to Nassau (house.md section 6).
Nothing here knows a form or a model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

NASSAU = ZoneInfo("America/Nassau")
MAX_CENTS = 10**12
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PERCENT = re.compile(r"([0-9]{1,6})(?:\.([0-9]+))?\s*%?")
_AMOUNT = re.compile(r"(?:B\$|BSD|US\$|\$)?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.([0-9]+))?", re.IGNORECASE)


def money(cents: int | None) -> str:
    """Cents as people write them: 125000 -> "B$1,250", 125050 -> "B$1,250.50"; empty for None."""
    if cents is None:
        return ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}B${dollars:,}" + (f".{rest:02}" if rest else "")


def plain_money(cents: int | None) -> str:
    """Cents as a bare number of dollars for files: 125050 -> "1250.50"; empty for None."""
    if cents is None:
        return ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{rest:02}"


def parse_money(text: str) -> int:
    """Dollars as typed ("B$1,250.50", "1250.5") to cents.

    Raises ValueError, with words for the person, for what is no amount, for fractions of a cent and for more
    than 10^12 cents.
    """
    text = text.strip()
    if text.startswith("-"):
        raise ValueError("An amount cannot be below zero.")
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        raise ValueError("Write an amount in dollars, like 1,250 or 1250.50.")
    fraction = match[2] or ""
    if len(fraction) > 2:
        raise ValueError("An amount has at most two digits after the point.")
    dollars = match[1].replace(",", "").lstrip("0")
    # Counted before int() sees them: it refuses thousands of digits with words of its own.
    cents = int((dollars or "0") + fraction.ljust(2, "0")) if len(dollars) <= 11 else MAX_CENTS + 1
    if cents > MAX_CENTS:
        raise ValueError(f"An amount can be at most {money(MAX_CENTS)}.")
    return cents


def percent(basis_points: int | None) -> str:
    """Hundredths of a percent as people write them: 3333 -> "33.33 %", 1250 -> "12.5 %"; empty for None."""
    if basis_points is None:
        return ""
    whole, rest = divmod(abs(basis_points), 100)
    fraction = f".{rest:02}".rstrip("0") if rest else ""
    return f"{'-' if basis_points < 0 else ''}{whole:,}{fraction} %"


def parse_percent(text: str) -> int:
    """A percentage as typed ("12.5", "33.33 %") to hundredths of a percent.

    Raises ValueError, with words for the person, for what is none and for more than two digits after the point.
    """
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        raise ValueError("Write a percentage, like 5 or 12.5.")
    if len(match[2] or "") > 2:
        raise ValueError("A percentage has at most two digits after the point.")
    return int(match[1] + (match[2] or "").ljust(2, "0"))


def local_date(value: date | datetime | None) -> str:
    """A day in words, "4 March 2026"; an aware timestamp is seen from Nassau; empty for None."""
    if value is None:
        return ""
    day = value.astimezone(NASSAU).date() if isinstance(value, datetime) else value
    return f"{day.day} {local_month(day)}"


def local_month(day: date) -> str:
    """The month of a local day in words: "March 2026"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def local_datetime(value: datetime | None) -> str:
    """An aware timestamp in Nassau's time, "4 March 2026, 3:05 pm"; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(NASSAU)
    return f"{local_date(local)}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def number(value: int | None) -> str:
    """A whole number with its thousands: 1234 -> "1,234"; empty for None."""
    return "" if value is None else f"{value:,}"


_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS": "a Mac",
    "Linux": "Linux",
}


def device(agent: str) -> str:
    """What a browser calls itself, in words that its owner knows: "Chrome on Android". The first match wins, because most
    browsers also bear the names of those that they stand in for.
    """
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "A browser")
    system = next((f" on {name}" for mark, name in _SYSTEMS.items() if mark in agent), "")
    return browser + system


def badge(text: str, tone: str) -> Markup:
    """A state as a badge. `tone`: good, warn, bad, sea or quiet."""
    return Markup('<span class="state state--%s">%s</span>') % (tone, text)


def figure(cents: int, url: str, words: str = "") -> Markup:
    """An amount that opens: a link to what explains it, marked so that it is found. `words`: how it is written, if not as money.

    What it leads to has an element with `data-sum` of the same cents, in which the rows that are marked by `part` add up to it.
    """
    return Markup('<a class="figure" href="%s" data-money="%s">%s</a>') % (url, cents, words or money(cents))


def part(cents: int, url: str = "") -> Markup:
    """The amount of a row of an explanation; it opens in turn where there is more to say about it at `url`."""
    if not url:
        return Markup('<span data-part="%s">%s</span>') % (cents, money(cents))
    return Markup('<a class="figure" href="%s" data-money="%s" data-part="%s">%s</a>') % (url, cents, cents, money(cents))


def avatar(name: str, url: str = "", size: str = "") -> Markup:
    """A person's photo at `url`, or their initials; the name stands beside it, so this says nothing by itself.

    `size`: large, or "" for the size of a line of a list.
    """
    classes = f"avatar avatar--{size}" if size else "avatar"
    if url:
        # Twice the pixels that the style gives it, so that the page does not move when it comes.
        side = 96 if size else 40
        return Markup('<img class="{}" src="{}" alt="" width="{}" height="{}">').format(classes, url, side, side)
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(classes, initials(name))


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name: "Marva J. Bethel" gives "MB"."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""


def jinja_filters() -> dict[str, Callable[..., Any]]:
    """The filters that every template has."""
    return {
        "money": money,
        "percent": percent,
        "date": local_date,
        "datetime": local_datetime,
        "number": number,
        "device": device,
        "badge": badge,
        "avatar": avatar,
        "figure": figure,
        "part": part,
    }
