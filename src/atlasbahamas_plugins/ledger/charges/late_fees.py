"""What a late fee is, and from which day. Pure: no database."""

from __future__ import annotations

from datetime import date, timedelta

from atlasbahamas_plugins.leasing.writing.services import LateFee


def late_from(due_on: date, grace_days: int) -> date:
    """The first local day on which what was due on a day is late: the one after the grace days."""
    return due_on + timedelta(days=grace_days + 1)


def late_fee_cents(fee: LateFee, unpaid_cents: int) -> int:
    """The fee in cents on what is still unpaid of a charge; 0 where nothing is. Percentages are rounded half up to the cent."""
    if unpaid_cents <= 0 or fee.kind == "none":
        return 0
    part = (2 * unpaid_cents * fee.hundredths + 10_000) // 20_000
    cents = {"flat": fee.cents, "percent": part, "larger": max(fee.cents, part)}[fee.kind]
    return cents if fee.cap_cents is None else min(cents, fee.cap_cents)
