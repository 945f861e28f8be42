"""By which rule a charge came to be, and where in the lease that stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import ORIGINS, PERIODS, TIMINGS, Lease, RentTerm
from atlasbahamas_plugins.ledger.charges.models import Charge


class Rule(NamedTuple):
    """A rule in words, and the clause behind it. `clause` is the part of the lease's page in which it stands, "" for none."""

    words: str
    agreed: str
    clause: str


def rule_of(charge: Charge, lease: Lease) -> Rule:
    """The rule by which something is owed."""
    agreed = f"{ORIGINS[lease.origin]}, on {local_date(lease.agreed)}"
    if charge.what == "rent":
        rents = " and then ".join(
            f"{money(term.cents)} {PERIODS[lease.period]} from {local_date(term.starts)}"
            for term in rents_of(lease, charge.period_starts, charge.period_ends)
        )
        return Rule(f"Rent of {rents}, {TIMINGS[lease.timing].lower()}, due on day {lease.due_day}", agreed, "terms")
    if charge.what == "late_fee":
        days = "1 day" if lease.grace_days == 1 else f"{lease.grace_days} days"
        return Rule(f"Late fee on rent that is unpaid after {days} of grace", agreed, "terms")
    if charge.what == "deposit":
        return Rule("Paid to move in, and held for the tenants", agreed, "move-in")
    if charge.what == "opening":
        return Rule("What stood open when the lease was brought in", "", "")
    if charge.what == "deduction":
        return Rule("Taken from the deposits by the final statement, when the tenants left", "", "")
    if charge.what == "bill":
        return Rule(f"A bill of {charge.explanation['company']} for the home, passed on to the tenants", "", "")
    return Rule("Written by hand", "", "")


def rents_of(lease: Lease, first: date, last: date) -> Sequence[RentTerm]:
    """The rents that apply in some days, the earliest first; the first of the lease, where they are before it."""
    started = [term for term in lease.rents if term.starts <= last]
    from_here = [term for term in started if term.starts > first]
    earlier = [term for term in started if term.starts <= first]
    return [*earlier[-1:], *from_here] or list(lease.rents[:1])
