"""Forms of charges."""

from __future__ import annotations

from atlasbahamas.web.forms import ChoiceField, DateField, Form, MoneyField, MultilineField, OnceField, TextField, VersionField
from atlasbahamas_plugins.ledger.charges.services import ByHand

MOST_CENTS = 10**9
CHARGES = [("fee", "A fee"), ("other", "Something else"), ("correction", "A correction of what was owed before")]
CREDITS = [
    ("credit", "A credit"),
    ("write_off", "Written off: it will never be paid"),
    ("correction", "A correction of what was owed before"),
]


class _HandForm(Form):
    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    day = DateField("Day", required=True)
    reason = MultilineField("Why", required=True, max_length=1000)


class ChargeForm(_HandForm):
    """Something to be charged by hand."""

    what = ChoiceField("What it is", choices=CHARGES, required=True)
    ref = OnceField("charge")

    def details(self) -> ByHand:
        """What was typed."""
        return ByHand(self.what.data, self.cents.data, self.day.data, self.reason.data, self.ref.data or "")


class CreditForm(_HandForm):
    """Something to be taken off."""

    what = ChoiceField("What it is", choices=CREDITS, required=True)
    ref = OnceField("credit")

    def details(self) -> ByHand:
        """What was typed."""
        return ByHand(self.what.data, self.cents.data, self.day.data, self.reason.data, self.ref.data or "")


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextField("Why", required=True, max_length=200)


class RunForm(Form):
    """Up to which day; the version stands for what was shown."""

    day = DateField("Up to", required=True)
    version = VersionField()
