"""Forms of what goes through gateways."""

from __future__ import annotations

from atlasbahamas.web.forms import ChoiceField, Form, MoneyField, OnceField, TextField
from atlasbahamas_plugins.ledger.payments.forms import MOST_CENTS


class PayForm(Form):
    """How much, and how; what there is to choose from depends on the site and the person."""

    ref = OnceField("online")
    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    how = ChoiceField("Pay by", required=True)


class AddMethodForm(Form):
    """With which gateway a card is kept."""

    ref = OnceField("method")
    gateway = ChoiceField("What to save", required=True)


class RefundForm(Form):
    """Why money is given back."""

    reason = TextField("Why", required=True)
