"""Forms of payment plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import wtforms

from atlasbahamas.web.forms import ChoiceField, DateField, Form, IntegerField, MoneyField, OnceField, TextField
from atlasbahamas.web.forms.many import ManyField
from atlasbahamas_plugins.leasing.leaving.models import WAYS
from atlasbahamas_plugins.ledger.plans.models import MOST_GRACE_DAYS, MOST_INSTALMENTS
from atlasbahamas_plugins.ledger.plans.schedule import EVERY, Due
from atlasbahamas_plugins.ledger.plans.services import Proposal

MOST_CENTS = 10**9


class ShapeForm(wtforms.Form):
    """For what, how many instalments, from which day, how often; it is read from the address."""

    charges = ManyField("What it is for", required=True)
    count = IntegerField("Instalments", required=True, min=1, max=MOST_INSTALMENTS)
    first = DateField("First on", required=True)
    every = ChoiceField("Then", choices=list(EVERY.items()), required=True)


class ProposalForm(Form):
    """A plan: what it covers, its instalments, its days of grace. Make it with `proposal_form`."""

    ref = OnceField("plan")
    charges = ManyField("What it is for", required=True)
    grace_days = IntegerField("Days of grace for each instalment", required=True, min=0, max=MOST_GRACE_DAYS)
    count: int

    def lines(self) -> list[tuple[Any, Any]]:
        """The fields of each instalment: its day and its amount."""
        return [(self[f"day_{at}"], self[f"cents_{at}"]) for at in range(self.count)]

    def proposal(self) -> Proposal:
        """What was typed."""
        due = [Due(day.data, cents.data) for day, cents in self.lines()]
        return Proposal([int(number) for number in self.charges.data], due, self.grace_days.data, self.ref.data or "")


def proposal_form(request: Any, dues: Sequence[Due], **values: Any) -> ProposalForm:
    """The form with a day and an amount for each of some instalments."""
    fields: dict[str, Any] = {"count": len(dues)}
    given: dict[str, date | int] = {}
    for at, (due_on, cents) in enumerate(dues):
        fields[f"day_{at}"] = DateField(f"Day of instalment {at + 1}", required=True)
        fields[f"cents_{at}"] = MoneyField(f"Instalment {at + 1}", required=True, min=1, max=MOST_CENTS)
        given |= {f"day_{at}": due_on, f"cents_{at}": cents}
    form: ProposalForm = type("InstalmentsForm", (ProposalForm,), fields)(request, **given, **values)
    return form


class WriteForm(Form):
    """Who agreed, and how they said it."""

    party = ChoiceField("Who agreed", required=True)
    way = ChoiceField("How", choices=list(WAYS.items()), required=True)


class ReasonForm(Form):
    """Why a plan ends."""

    reason = TextField("Why", required=True, max_length=200)
