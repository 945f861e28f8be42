"""Forms of payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms

from atlasbahamas.files.models import DOCUMENT, PICTURE
from atlasbahamas.web.forms import CheckField, ChoiceField, DateField, Form, MoneyField, OnceField, TextField
from atlasbahamas.web.forms.files import UploadsField
from atlasbahamas.web.forms.many import ManyField
from atlasbahamas_plugins.ledger.payments.rails import CURRENCIES, RECORDED, REPORTED, titles
from atlasbahamas_plugins.ledger.payments.services import Paid

MOST_CENTS = 10**9
MOST_PROOFS = 4
MOST_AT_ONCE = 50
LONGEST_SIDE = 1280
"""Pixels of a proof: what stands on a slip can be read, and a slow line carries it."""


class _PaidForm(Form):
    """What both sides say of a payment."""

    ref = OnceField("payment")
    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    received_on = DateField("Day", required=True)
    reference = TextField("Number that the bank or wallet gave it", max_length=100)
    cheque_number = TextField("Number of the cheque", max_length=40)
    cheque_bank = TextField("Bank of the cheque", max_length=100)
    proofs = UploadsField(
        "Photo or PDF", kinds=(PICTURE, DOCUMENT), max_files=MOST_PROOFS, render_kw={"data-longest-side": LONGEST_SIDE}
    )
    rail: Any
    currency: Any

    def paid(self) -> Paid:
        """What was typed."""
        return Paid(
            cents=self.cents.data,
            received_on=self.received_on.data,
            rail=self.rail.data,
            ref=self.ref.data or "",
            currency=self.currency.data if self.currency else "BSD",
            reference=self.reference.data,
            cheque_number=self.cheque_number.data,
            cheque_bank=self.cheque_bank.data,
            proofs=tuple(self.proofs.data),
        )


class RecordForm(_PaidForm):
    """Money that is there."""

    rail = ChoiceField("How it came", choices=titles(RECORDED), required=True)
    currency = ChoiceField("Handed over in", choices=list(CURRENCIES.items()), required=True)
    knows_alike = CheckField("This is another payment than those that are shown")


class ReportForm(_PaidForm):
    """What a tenant says that they paid."""

    rail = ChoiceField("How you paid", choices=titles(REPORTED), required=True)
    currency = None


class ConfirmForm(Form):
    """What really came."""

    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    received_on = DateField("Day from which it counts", required=True)


class ReasonForm(Form):
    """Why something is refused or taken back."""

    reason = TextField("Why", required=True)


class SeveralForm(Form):
    """Payments to confirm at once, by their keys."""

    payment = ManyField("Payments", required=True)


def shares_form(request: Any, charges: Sequence[tuple[int, str, int]]) -> Any:
    """A form with an amount for each of some charges: (id, what it is, cents that it gets now)."""
    fields = {f"charge_{number}": MoneyField(title, max=MOST_CENTS) for number, title, _ in charges}
    values = {f"charge_{number}": cents for number, _, cents in charges}
    return type("SharesForm", (Form,), fields)(request, **values)


class FindForm(wtforms.Form):
    """Who paid; it is read from the address."""

    q = TextField("Name, unit or reference", required=True, max_length=100, render_kw={"type": "search"})
