"""Why something is owed, in plain words with the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from atlasbahamas.web.formats import local_date, money, percent
from atlasbahamas_plugins.leasing.leaving.models import KINDS
from atlasbahamas_plugins.leasing.models import DEPOSITS, PERIODS
from atlasbahamas_plugins.ledger.charges.kinds import CHARGE_KINDS


def what_it_is(what: str, starts: date, ends: date, explanation: Mapping[str, Any]) -> str:
    """A charge in one line: "Rent, 20 July 2026 to 31 July 2026"."""
    if what == "rent":
        return f"Rent, {local_date(starts)} to {local_date(ends)}"
    if what == "deposit":
        return DEPOSITS[explanation["kind"]]
    if what == "bill":
        return f"{explanation['supplies']}, {local_date(starts)} to {local_date(ends)}"
    if what == "late_fee":
        return f"Late fee, rent from {local_date(starts)}"
    if what == "deduction":
        return f"{KINDS[explanation['kind']]}, at the move-out"
    return CHARGE_KINDS[what].title


def why(what: str, explanation: Mapping[str, Any], memo: str = "") -> str:
    """Where the amount of a charge comes from: "B$1,200 × 12/31 days". `memo` is what somebody wrote who charged it."""
    if what == "rent":
        return _of_rent(explanation)
    if what == "deposit":
        before = explanation["before_cents"]
        agreed = f"{money(explanation['cents'])} agreed in the lease"
        return f"{agreed}, less {money(before)} of the lease before" if before else agreed
    if what == "opening":
        return f"What was owed when the lease was brought in on {local_date(date.fromisoformat(explanation['brought_in']))}"
    if what == "bill":
        return f"The bill of {explanation['company']}, passed on as it came"
    if what == "late_fee" and "unpaid_cents" in explanation:
        return _of_late_fee(explanation)
    if what == "deduction":
        wear = explanation["wear_cents"]
        amount = f"{money(explanation['cents'])} in the final statement"
        return f"{amount}, less {money(wear)} for wear and tear" if wear else amount
    return memo


def _of_late_fee(explanation: Mapping[str, Any]) -> str:
    """ "5 % of B$1,200 that was unpaid"."""
    part = f"{percent(explanation['hundredths'])} of {money(explanation['unpaid_cents'])} that was unpaid"
    whole = f"{money(explanation['fee_cents'])} as agreed, {money(explanation['unpaid_cents'])} was unpaid"
    either = f"{money(explanation['fee_cents'])} or {part}, whichever is more"
    words = {"flat": whole, "percent": part, "larger": either}[explanation["kind"]]
    return f"{words}; {money(explanation['cap_cents'])} at most" if explanation["cap_cents"] else words


def _of_rent(explanation: Mapping[str, Any]) -> str:
    segments = explanation["segments"]
    if len(segments) == 1 and segments[0]["days"] == segments[0]["of_days"]:
        return f"{money(segments[0]['rent_cents'])} {PERIODS[explanation['period']]}"
    parts = [f"{money(part['rent_cents'])} × {part['days']}/{part['of_days']} days" for part in segments]
    return " + ".join(parts)
