"""Forms of leases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms.fields import HiddenField

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import (
    CheckField,
    ChoiceField,
    DateField,
    EmailField,
    Form,
    IntegerField,
    MoneyField,
    MultilineField,
    PercentField,
    PhoneField,
    TextField,
)
from atlasbahamas_plugins.leasing.models import (
    DEPOSITS,
    KINDS,
    LATE_FEES,
    MOST_GRACE_DAYS,
    ORIGINS,
    PERIODS,
    RECORDED,
    ROLES,
    TIMINGS,
)
from atlasbahamas_plugins.leasing.writing.services import LateFee, LeaseDetails, Opened, PartyLine, Terms
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails

FEWEST, MORE, MOST = 2, 2, 12
MOST_RENT_CENTS = 10**9
NEW = ("", "Somebody new")
USUAL = {
    "kind": "fixed",
    "rolls_over": True,
    "period": "monthly",
    "timing": "advance",
    "due_day": 1,
    "grace_days": 5,
    "late_fee_kind": "none",
}
"""What a form begins with where nothing else is known."""
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Line:
    """The fields of a party."""

    contact: Any
    name: Any
    phone: Any
    email: Any
    role: Any


class LeaseForm(Form):
    """Everything that is agreed. Make it with `lease_form`, which gives it lines for the parties."""

    lines = HiddenField()
    starts = DateField("First day", required=True)
    kind = ChoiceField("Term", choices=list(KINDS.items()), required=True)
    term_last_day = DateField("Last day of the term")
    rolls_over = CheckField("Goes on from month to month after the term")
    rent_cents = MoneyField("Rent", required=True, min=100, max=MOST_RENT_CENTS)
    period = ChoiceField("For", choices=list(PERIODS.items()), required=True)
    timing = ChoiceField("Paid", choices=list(TIMINGS.items()), required=True)
    due_day = IntegerField("Due on day", required=True, min=1, max=31)
    grace_days = IntegerField("Days of grace", max=MOST_GRACE_DAYS)
    late_fee_kind = ChoiceField("Late fee", choices=list(LATE_FEES.items()), required=True)
    late_fee_cents = MoneyField("Amount of the fee", max=MOST_RENT_CENTS)
    late_fee_hundredths = PercentField("Percentage")
    late_fee_cap_cents = MoneyField("At most", min=1, max=MOST_RENT_CENTS)
    first = MoneyField(DEPOSITS["first"], max=MOST_RENT_CENTS)
    last = MoneyField(DEPOSITS["last"], max=MOST_RENT_CENTS)
    security = MoneyField(DEPOSITS["security"], max=MOST_RENT_CENTS)
    key = MoneyField(DEPOSITS["key"], max=MOST_RENT_CENTS)
    pet = MoneyField(DEPOSITS["pet"], max=MOST_RENT_CENTS)
    clause_words = MultilineField("What else was agreed")

    def offer(self, contacts: Sequence[tuple[str, str]]) -> None:
        """Who can be chosen on each line."""
        for line in self.each_line():
            line.contact.offer([NEW, *contacts])

    def each_line(self) -> list[Line]:
        """The lines of the parties in their order."""
        count = sum(name.startswith("role_") for name in self._fields)
        return [Line(*[self[f"{part}_{at}"] for part in ("contact", "name", "phone", "email", "role")]) for at in range(count)]

    def deposits(self) -> dict[str, int]:
        """What is to be paid to move in, in cents by kind."""
        return {kind: self[kind].data for kind in DEPOSITS if self[kind].data}

    @property
    def to_move_in_cents(self) -> int:
        """All of it."""
        return sum(self.deposits().values())

    def fill_usual_deposits(self, security_cents: int) -> None:
        """First rent, last rent, and the security deposit that is asked for the unit, or a rent where none is."""
        rent = self.rent_cents.data
        if rent:
            self.first.data = self.last.data = rent
            self.security.data = security_cents or rent

    def details(self) -> LeaseDetails:
        """Everything that was typed. Raises Refused beside what is missing or contradicts itself."""
        paragraphs = [part.strip() for part in _BETWEEN_PARAGRAPHS.split(self.clause_words.data) if part.strip()]
        return LeaseDetails(self._terms(), self._parties(), self.deposits(), paragraphs)

    def _terms(self) -> Terms:
        fixed = self.kind.data == "fixed"
        if fixed and self.term_last_day.data is None:
            raise Refused("Say on which day the term ends, or choose month to month.", "term_last_day")
        if not fixed and self.term_last_day.data is not None:
            raise Refused("A lease from month to month has no such day. Leave this empty.", "term_last_day")
        return Terms(
            starts=self.starts.data,
            kind=self.kind.data,
            term_last_day=self.term_last_day.data,
            rolls_over=self.rolls_over.data if fixed else True,
            rent_cents=self.rent_cents.data,
            period=self.period.data,
            timing=self.timing.data,
            due_day=self.due_day.data,
            grace_days=self.grace_days.data or 0,
            late_fee=self._late_fee(),
        )

    def _late_fee(self) -> LateFee:
        kind, cents, hundredths = self.late_fee_kind.data, self.late_fee_cents.data or 0, self.late_fee_hundredths.data or 0
        for asked, given, name in (
            (kind in ("flat", "larger"), cents, "late_fee_cents"),
            (kind in ("percent", "larger"), hundredths, "late_fee_hundredths"),
        ):
            if asked and not given:
                raise Refused("Say how much.", name)
            if given and not asked:
                raise Refused("This does not go with the late fee that is chosen above.", name)
        if kind == "none" and self.late_fee_cap_cents.data:
            raise Refused("This does not go with the late fee that is chosen above.", "late_fee_cap_cents")
        return LateFee(kind, cents, hundredths, self.late_fee_cap_cents.data)

    def _parties(self) -> list[PartyLine]:
        found: list[PartyLine] = []
        for line in self.each_line():
            contact, new = line.contact.data, ContactDetails(line.name.data, line.email.data, line.phone.data)
            if contact and (new.name or new.email or new.phone):
                raise Refused("Choose somebody or write down somebody new, not both.", line.contact.name)
            if not contact and not new.name:
                if new.email or new.phone:
                    raise Refused("Say who this is.", line.name.name)
                continue
            role = line.role.data or "tenant"
            if role == "tenant" and not any(party.role == "primary" for party in found):
                role = "primary"
            found.append(PartyLine(int(contact) if contact else None, new, role, line.name.name))
        return found


class BalanceField(MoneyField):
    """Dollars that somebody owes; below zero, as "-120" or "(120)", those that they are ahead."""

    def read(self, text: str) -> int:
        """Cents. Raises ValueError for no amount and for one out of bounds."""
        in_brackets = text.startswith("(") and text.endswith(")")
        below = in_brackets or text.startswith("-")
        cents = super().read(text[1:-1] if in_brackets else text.removeprefix("-"))
        return -cents if below else cents


class RecordForm(LeaseForm):
    """A lease that exists already, and where it stands."""

    origin = ChoiceField("How it was agreed", choices=[(key, ORIGINS[key]) for key in RECORDED], required=True)
    paid_to = DateField("Rent is paid up to and with")
    balance_cents = BalanceField("What stands open besides", max=MOST_RENT_CENTS)

    def opened(self, today: date) -> Opened | None:
        """Where it stands; None for one that begins today or later, of which nothing was said. Raises Refused."""
        paid_to, balance_cents = self.paid_to.data, self.balance_cents.data or 0
        if paid_to is not None and paid_to < self.starts.data:
            raise Refused("This is before the first day of the lease.", "paid_to")
        if self.starts.data >= today and paid_to is None and not balance_cents:
            return None
        return Opened(paid_to, balance_cents)


def lease_form(
    made: type[LeaseForm],
    request: Any,
    contacts: Sequence[tuple[str, str]],
    *,
    row: Any = None,
    known_lines: int = FEWEST,
    **values: Any,
) -> Any:
    """A form of that class with lines for the parties: as many as one that was sent has, or `known_lines`; more when they were
    asked for.
    """
    sent = str(request.POST.get("lines", "")) if request.method == "POST" else ""
    lines = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 4 else known_lines
    lines = max(FEWEST, min(lines + (MORE if wants(request, "more") else 0), MOST))
    fields: dict[str, Any] = {}
    for at in range(lines):
        who = f"of person {at + 1}"
        fields[f"contact_{at}"] = ChoiceField(f"Person {at + 1}")
        fields[f"name_{at}"] = TextField(f"Name {who}, if new")
        fields[f"phone_{at}"] = PhoneField(f"Phone {who}")
        fields[f"email_{at}"] = EmailField(f"E-mail {who}")
        fields[f"role_{at}"] = ChoiceField(f"Part {who}", choices=[(key, ROLES[key]) for key in ("tenant", "guarantor")])
        values.setdefault(f"role_{at}", "tenant")
    form = type(f"{made.__name__}WithLines", (made,), fields)(request, row, **values)
    form.offer(contacts)
    form.lines.data = str(lines)
    return form


def wants(request: Any, button: str) -> bool:
    """True when a button was pressed that only changes the form."""
    return request.method == "POST" and button in request.POST


class EndForm(Form):
    """When the tenants leave, and why."""

    last_day = DateField("Last day", required=True)
    reason = TextField("Why")


class CancelForm(Form):
    """Why a lease is called off."""

    reason = TextField("Why", required=True)


class LinkForm(Form):
    """Which link, to sign or to join, is taken back: by its key, which the page sends along."""

    link = TextField("Link", required=True, max_length=80)
