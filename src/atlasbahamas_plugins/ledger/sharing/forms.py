"""Forms of shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlasbahamas.web.forms import ChoiceField, DateField, Form, MoneyField, OnceField, PercentField, TextField
from atlasbahamas_plugins.leasing.models import LeaseParty
from atlasbahamas_plugins.ledger.sharing.models import KINDS, LIABILITIES
from atlasbahamas_plugins.ledger.sharing.services import Agreed

MOST_CENTS = 10**9
ANEW = {"no": "Stays with whoever owed it", "yes": "Is shared in the same way"}


class SharingForm(Form):
    """How a lease is shared. Make it with `sharing_form`, which gives it the fields of each tenant."""

    ref = OnceField("sharing")
    starts = DateField("For what is due from", required=True)
    kind = ChoiceField("How", choices=list(KINDS.items()), required=True)
    liability = ChoiceField("Who answers for it", choices=list(LIABILITIES.items()), required=True)
    anew = ChoiceField("What is owed until then", choices=list(ANEW.items()), required=True)
    reason = TextField("What was agreed, and when", required=True, max_length=200)
    tenants: Sequence[LeaseParty]

    def lines(self) -> list[tuple[Any, Any]]:
        """The fields of each tenant: a percentage and an amount."""
        return [(self[f"percent_{at}"], self[f"cents_{at}"]) for at in range(len(self.tenants))]

    def agreed(self) -> Agreed:
        """What was typed."""
        which = "percent" if self.kind.data == "percent" else "cents"
        weights = {party.id: self[f"{which}_{at}"].data or 0 for at, party in enumerate(self.tenants)}
        anew = self.anew.data == "yes"
        return Agreed(self.starts.data, self.kind.data, self.liability.data, weights, self.reason.data, anew, self.ref.data or "")


def sharing_form(request: Any, tenants: Sequence[LeaseParty], **values: Any) -> SharingForm:
    """The form with the fields of each tenant."""
    fields: dict[str, Any] = {"tenants": tenants}
    for at, party in enumerate(tenants):
        fields[f"percent_{at}"] = PercentField(f"Percent: {party.contact.name}", max=10_000)
        fields[f"cents_{at}"] = MoneyField(f"Of the rent: {party.contact.name}", max=MOST_CENTS)
    form: SharingForm = type("PartsForm", (SharingForm,), fields)(request, **values)
    return form


class PayerForm(Form):
    """Who paid."""

    party = ChoiceField("Who paid", choices=[("", "Nobody knows")])
