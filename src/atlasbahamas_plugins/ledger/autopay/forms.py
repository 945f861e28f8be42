"""The form of autopay."""

from __future__ import annotations

from atlasbahamas.web.forms import ChoiceField, Form, IntegerField, OnceField
from atlasbahamas_plugins.ledger.autopay.models import MOST_LEAD_DAYS

DUE = "due"
REMIND = "remind"
_DAYS = [(DUE, "On the day it is due"), *[(str(day), f"On day {day} of the month") for day in range(1, 32)]]


class AutopayForm(Form):
    """By which card, if any; on which day; how long before to be reminded. What cards there are depends on the person."""

    ref = OnceField("autopay")
    how = ChoiceField("How", required=True)
    day = ChoiceField("When", choices=_DAYS, required=True)
    lead_days = IntegerField("Remind me so many days before", required=True, min=0, max=MOST_LEAD_DAYS)
