"""Forms of what comes after."""

from __future__ import annotations

from atlasbahamas.web.forms import DateField, Form, MoneyField
from atlasbahamas_plugins.leasing.forms import MOST_RENT_CENTS


class RentForm(Form):
    """A new rent."""

    starts = DateField("From", required=True)
    rent_cents = MoneyField("Rent", required=True, min=100, max=MOST_RENT_CENTS)
