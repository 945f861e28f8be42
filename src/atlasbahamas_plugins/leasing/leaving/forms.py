"""Forms of moving out."""

from __future__ import annotations

from atlasbahamas.web.forms import (
    ChoiceField,
    DateField,
    Form,
    IntegerField,
    MoneyField,
    MultilineField,
    TextField,
    VersionField,
)
from atlasbahamas_plugins.leasing.leaving.models import KINDS, MOST_KEYS, WAYS
from atlasbahamas_plugins.leasing.leaving.services import DeductionDetails

MOST_CENTS = 10**9


class DayForm(Form):
    """A day on which something is done, or was."""

    day = DateField("Day", required=True)


class MeterForm(DayForm):
    """What a meter showed."""

    name = TextField("Which meter", required=True)
    reading = TextField("Reading", required=True, max_length=50)


class KeysForm(DayForm):
    """Keys that came back."""

    count = IntegerField("How many keys", required=True, min=1, max=MOST_KEYS)


class DeductionForm(Form):
    """Something to be taken from the deposits."""

    kind = ChoiceField("What it is", choices=list(KINDS.items()), required=True)
    words = TextField("For what", required=True)
    reason = MultilineField("Why the tenants pay it", required=True, max_length=4000)
    cents = MoneyField("Amount", required=True, max=MOST_CENTS)
    wear_cents = MoneyField("Less wear and tear", max=MOST_CENTS)
    version = VersionField()

    def details(self) -> DeductionDetails:
        """What was typed."""
        return DeductionDetails(self.kind.data, self.words.data, self.reason.data, self.cents.data, self.wear_cents.data or 0)


class SendForm(Form):
    """The version stands for what is sent."""

    version = VersionField()


class AnswerForm(Form):
    """What a tenant says to a deduction."""

    agrees = ChoiceField("Your answer", choices=[("yes", "I agree"), ("no", "I do not agree")], required=True)
    words = MultilineField("In your words", max_length=4000)


class WriteAnswerForm(Form):
    """What a tenant said to a deduction, in person or otherwise, as somebody else writes it down."""

    party = ChoiceField("Who answered", required=True)
    way = ChoiceField("How", choices=list(WAYS.items()), required=True)
    agrees = ChoiceField("Their answer", choices=[("yes", "Agrees"), ("no", "Does not agree")], required=True)
    words = MultilineField("In their words", max_length=4000)
