"""Named blanks of a template, and what they become for a lease. A blank is a name in brackets and nothing else: no expressions.

Values are put in once, all at the same time: what a value says is never looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from atlasbahamas.errors import Refused
from atlasbahamas.web.formats import local_date, money, percent
from atlasbahamas_plugins.leasing.models import DEPOSITS, PERIODS, TIMINGS, Lease

_BLANK = re.compile(r"\[([^\[\]\n]*)\]")
LINES = "\n"


def fill(words: str, values: Mapping[str, str], *, field: str) -> str:
    """The template's words with every blank filled. Raises Refused at `field`, naming the first blank that nobody fills."""
    check(words, field=field)
    for name in _BLANK.findall(words):
        if not values[name]:
            raise Refused(f"Nothing is known for [{name}]. Write it down, or take the blank out of the text.", field)
    return _BLANK.sub(lambda found: values[found[1]], words)


def check(words: str, *, field: str) -> None:
    """Raise Refused at `field` where a template has a blank that nobody fills, or a bracket without its other half."""
    for name in _BLANK.findall(words):
        if name not in BLANKS:
            raise Refused(f"Nobody fills the blank [{name}]. Those that there are stand below.", field)
    rest = _BLANK.sub("", words)
    if "[" in rest or "]" in rest:
        raise Refused("There is a bracket without its other half.", field)


def values_of(lease: Lease, landlord: str, day: date) -> dict[str, str]:
    """What every blank says for a lease, on the day on which it is sent."""
    return {name: say(lease, landlord, day) for name, (_, say) in BLANKS.items()}


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _address(lease: Lease) -> str:
    above = lease.unit.property
    parts = (above.street, above.settlement.name, above.settlement.island.name, f"PO box {above.po_box}" if above.po_box else "")
    return ", ".join(part for part in parts if part)


def _term(lease: Lease) -> str:
    begins = f"It begins on {local_date(lease.starts)}"
    if lease.term_last_day is None:
        return f"{begins} and goes on from month to month until a party ends it."
    after = "then goes on from month to month until a party ends it" if lease.rolls_over else "is over on that day"
    return f"{begins}, its term runs until {local_date(lease.term_last_day)}, and it {after}."


def _rent(lease: Lease) -> str:
    return f"{money(lease.rents[0].cents)} {PERIODS[lease.period]}" if lease.rents else ""


def _due_day(lease: Lease) -> str:
    if lease.period in ("weekly", "fortnightly", "four_weekly"):
        return f"the same day of the week as {local_date(lease.starts)}"
    shorter = ", or the last day of a shorter month" if lease.due_day > 28 else ""
    return f"day {lease.due_day} of the month{shorter}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def late_fee(lease: Lease) -> str:
    """The late fee in words."""
    unpaid = f"{percent(lease.late_fee_hundredths)} of what is unpaid"
    words = {
        "none": "none",
        "flat": money(lease.late_fee_cents),
        "percent": unpaid,
        "larger": f"{money(lease.late_fee_cents)} or {unpaid}, whichever is more",
    }[lease.late_fee_kind]
    return f"{words}, and at most {money(lease.late_fee_cap_cents)}" if lease.late_fee_cap_cents else words


def _to_move_in(lease: Lease) -> str:
    lines = [f"{DEPOSITS[deposit.kind]}: {money(deposit.cents)}" for deposit in lease.deposits]
    return LINES.join([*lines, f"Together: {money(lease.to_move_in_cents)}"]) if lines else "Nothing."


def _guarantors(lease: Lease) -> str:
    names = _names([party.contact.name for party in lease.guarantors])
    if not names:
        return "There is none."
    answers = "answers" if len(lease.guarantors) == 1 else "answer"
    return f"{names} {answers} for what the tenant owes under this agreement."


def _clauses(lease: Lease) -> str:
    numbered = [f"{at}. {clause.words}" for at, clause in enumerate(lease.clauses, 1)]
    return LINES.join(numbered) if numbered else "Nothing."


Say = Callable[[Lease, str, date], str]
BLANKS: Mapping[str, tuple[str, Say]] = {
    "date of agreement": ("the day on which it is sent", lambda lease, landlord, day: local_date(day)),
    "landlord": ("your organisation's name", lambda lease, landlord, day: landlord),
    "tenants": ("all tenants", lambda lease, landlord, day: _names([party.contact.name for party in lease.tenants])),
    "guarantors": ("who answers for them", lambda lease, landlord, day: _guarantors(lease)),
    "unit": ("the unit's label", lambda lease, landlord, day: lease.unit.label),
    "property": ("the property's name", lambda lease, landlord, day: lease.unit.property.name),
    "address": ("street, settlement, island, PO box", lambda lease, landlord, day: _address(lease)),
    "first day": ("the first day", lambda lease, landlord, day: local_date(lease.starts)),
    "term": ("from when until when, in a sentence", lambda lease, landlord, day: _term(lease)),
    "rent": ("the rent and for what time", lambda lease, landlord, day: _rent(lease)),
    "when rent is paid": ("in advance or in arrears", lambda lease, landlord, day: TIMINGS[lease.timing].lower()),
    "due day": ("the day on which it is due", lambda lease, landlord, day: _due_day(lease)),
    "days of grace": ("days of grace", lambda lease, landlord, day: _days(lease.grace_days)),
    "late fee": ("the late fee in words", lambda lease, landlord, day: late_fee(lease)),
    "to move in": ("what is paid to move in, a line each", lambda lease, landlord, day: _to_move_in(lease)),
    "what else was agreed": ("the clauses, a line each", lambda lease, landlord, day: _clauses(lease)),
}
"""Name of a blank -> what it is, and what says it."""
