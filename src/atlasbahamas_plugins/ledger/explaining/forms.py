"""The two days of a look back, read from the address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import wtforms

from atlasbahamas.web.forms import DateField, MoneyField
from atlasbahamas_plugins.ledger.explaining.services import known_by_the_end_of

MOST_CENTS = 10**9


class LookBackForm(wtforms.Form):
    """As at the end of one day, as it was known at the end of another; left empty, as it is now."""

    as_at = DateField("As at the end of")
    known = DateField("As it was known on")

    @property
    def known_at(self) -> datetime | None:
        """The moment up to which entries were known."""
        return known_by_the_end_of(self.known.data) if self.known.data else None

    @property
    def asked(self) -> dict[str, str]:
        """What was asked, as it stands in an address."""
        given: dict[str, Any] = {"as_at": self.as_at.data, "known": self.known.data}
        return {name: day.isoformat() for name, day in given.items() if day}


class WhatIfForm(wtforms.Form):
    """An amount to ask about."""

    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
