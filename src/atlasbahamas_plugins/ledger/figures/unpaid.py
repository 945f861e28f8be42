"""What is unpaid of a lease, for how long, and what falls due next: where figures of home, the rent roll and ageing open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.resources import AnyLease
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.owing import Due
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.charges.words import what_it_is, why
from atlasbahamas_plugins.ledger.explaining.pages import ANCHORS, parts_of
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.explaining.standing import Stands, stands
from atlasbahamas_plugins.ledger.figures.ages import AGES
from atlasbahamas_plugins.ledger.figures.services import NextToPay, next_to_pay

Unpaid = Sequence[tuple[Charge, Part]]


@dataclass(frozen=True)
class Pile:
    """Amounts and what they come to, under a title; `anchor` is where the page has them."""

    anchor: str
    title: str
    parts: Sequence[Part]

    @property
    def cents(self) -> int:
        """What they come to."""
        return sum(part.cents for part in self.parts)

    @property
    def as_part(self) -> Part:
        """All of it, as a row of a larger amount of the same page."""
        return Part(self.cents, self.title, url=f"#{self.anchor}")


def show_unpaid(context: LeaseLedger, request: Any) -> dict[str, Any]:
    """What is to be paid now and what of it is late, what is unpaid by age, what falls due next, and what waits."""
    lease, today = context.above(AnyLease).row, request.clock.today()
    found = stands(request.db, lease, today=today)
    unpaid = _unpaid(context, found)
    ages = {name: _of_age(name, unpaid, today) for name in AGES}
    late = Pile("late", "Late", [ages[name].as_part for name in AGES if name != "not-late" and ages[name].parts])
    due_today = [part for charge, part in unpaid if charge.due_on == today]
    due = next_to_pay(request.db, [lease], today=today).get(lease.id)
    return {
        "due": Pile("due", "To pay now", [*([late.as_part] if late.parts else []), *due_today]),
        "late": late,
        "ages": [pile for pile in ages.values() if pile.parts],
        "unpaid": Pile("all", "Unpaid", [pile.as_part for pile in ages.values() if pile.parts]),
        "next": _next(context, unpaid, due) if due else None,
        "rent": _rent_alone(context, due) if due else None,
        "waiting": _waiting(context, found),
    }


def _unpaid(ledger: LeaseLedger, found: Stands) -> Unpaid:
    """The unpaid charges of all kinds, the oldest first."""
    rows = [
        (charge, part)
        for each in found.by_kind
        for charge, part in zip(each.charges, parts_of(ledger, [*each.overdue, *each.due]), strict=True)
    ]
    return sorted(rows, key=lambda row: (row[0].due_on, row[0].id))


def _of_age(name: str, unpaid: Unpaid, today: date) -> Pile:
    age = AGES[name]
    return Pile(f"age-{name}", age.title, [part for charge, part in unpaid if age.has(charge.due_on, today)])


def _next(ledger: LeaseLedger, unpaid: Unpaid, due: NextToPay) -> dict[str, Any] | None:
    """What falls due on the next day on which anything does, and what is left of it where something was paid ahead."""
    if due.next_day is None:
        return None
    parts = [part for charge, part in unpaid if charge.due_on == due.next_day]
    if due.next_rent is not None:
        parts.append(_rent(ledger, due.next_rent))
    falls_due = Pile("next", f"Due on {local_date(due.next_day)}", parts)
    link = f"{ledger.url('explain')}#{ANCHORS['receivable']}"
    ahead = Part(-min(due.ahead_cents, falls_due.cents), "Less what is paid ahead", link=link)
    left = Pile("left", "Left to pay", [falls_due.as_part, ahead]) if due.ahead_cents else None
    return {"due": falls_due, "left": left}


def _rent(ledger: LeaseLedger, rent: Due) -> Part:
    title = what_it_is(rent.what, rent.starts, rent.ends, rent.explanation)
    return Part(rent.cents, title, why(rent.what, rent.explanation), link=f"{ledger.above(AnyLease).url()}#rents")


def _rent_alone(ledger: LeaseLedger, due: NextToPay) -> Pile | None:
    """The next rent, where something else falls due before it or with it."""
    if (rent := due.coming_rent) is None or due.rent_is_next:
        return None
    return Pile("rent", f"The next rent, due on {local_date(rent.due_on)}", [_rent(ledger, rent)])


def where_rent_opens(ledger: LeaseLedger, due: NextToPay) -> str:
    """Where the amount of the next rent is explained."""
    return f"{ledger.url('unpaid')}#{'next' if due.rent_is_next else 'rent'}"


def _waiting(ledger: LeaseLedger, found: Stands) -> Pile:
    """What was reported, or is on a cheque with a later day."""
    parts = [
        Part(payment.cents, f"Of {local_date(payment.received_on)}", url=ledger.url("payments", payment.ref, "") + "#amount")
        for payment in found.waiting
    ]
    return Pile("waiting", "Not confirmed yet", parts)
