"""Forms of deposits."""

from __future__ import annotations

from atlasbahamas.web.forms import ChoiceField, DateField, Form, MoneyField, OnceField, TextField, VersionField
from atlasbahamas_plugins.leasing.models import LeaseParty
from atlasbahamas_plugins.ledger.deposits.rails import REFUND_RAILS
from atlasbahamas_plugins.ledger.deposits.services import PaidBack

MOST_CENTS = 10**9


class PayBackForm(Form):
    """Money that went back to tenants."""

    ref = OnceField("refund")
    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    paid_on = DateField("Day", required=True)
    rail = ChoiceField("How", choices=[(name, rail.title) for name, rail in REFUND_RAILS.items()], required=True)
    reference = TextField("Number of the transfer or cheque", max_length=100)
    party = ChoiceField("To whom", choices=[("", "All of them together")])

    def paid(self, tenants: dict[str, LeaseParty]) -> PaidBack:
        """What was typed; `tenants` are those offered, by their values."""
        return PaidBack(
            cents=self.cents.data,
            paid_on=self.paid_on.data,
            rail=self.rail.data,
            reference=self.reference.data,
            party=tenants.get(self.party.data),
            ref=self.ref.data or "",
        )


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextField("Why", required=True, max_length=200)


class LastRentForm(Form):
    """The version stands for the cents that were shown."""

    version = VersionField()
