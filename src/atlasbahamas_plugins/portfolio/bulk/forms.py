"""The form of a bulk edit: which units, and what changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wtforms.fields import HiddenField

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import ChoiceField, Form, MoneyField, PercentField
from atlasbahamas.web.forms.many import ManyField
from atlasbahamas_plugins.portfolio.bulk.services import MOST_UNITS, Change, Chosen

LEAVE = ("", "Leave as it is")
HOW = [LEAVE, ("set", "Set to an amount"), ("raise", "Raise by an amount"), ("percent", "Raise by a percentage")]
TARGETS = {
    "all": "All of this list",
    "vacant": "The vacant ones",
    "let": "Those that are let",
    "ticked": "Only those that I tick",
}
_CHOSEN = re.compile(r"([a-z0-9-]{3,80}):([0-9]{1,9})")


class BulkForm(Form):
    """What changes, for which units. `chosen` and `form_key` are filled by the preview: with them the form is done, not shown."""

    target = ChoiceField("Which units", choices=list(TARGETS.items()), required=True)
    units = ManyField("Units of this list")
    rent_how = ChoiceField("Rent", choices=HOW)
    rent_amount = MoneyField("Amount a month", min=100)
    rent_percent = PercentField("Percentage", min=1)
    deposit_how = ChoiceField("Deposit", choices=HOW)
    deposit_amount = MoneyField("Amount")
    deposit_percent = PercentField("Percentage", min=1)
    furnished = ChoiceField("Furnished", choices=[LEAVE, ("yes", "Furnished"), ("no", "Not furnished")])
    pets = ChoiceField("Pets", choices=[LEAVE, ("yes", "Pets welcome"), ("no", "No pets")])
    chosen = HiddenField()
    form_key = HiddenField()

    def changes(self) -> list[Change]:
        """What was asked for. Raises Refused for nothing at all, and beside the box that was left empty."""
        found = [change for name in ("rent", "deposit") if (change := self._money_change(name))]
        for name in ("furnished", "pets"):
            if self[name].data:
                found.append(Change(name, "set", int(self[name].data == "yes")))
        if not found:
            raise Refused("Say what is to change.", "rent_how")
        return found

    def _money_change(self, name: str) -> Change | None:
        how = self[f"{name}_how"].data
        if not how:
            return None
        box = f"{name}_percent" if how == "percent" else f"{name}_amount"
        if self[box].data is None:
            raise Refused("Please fill this in.", box)
        return Change(f"{name}_cents", how, self[box].data)

    def offer_units(self, units: Sequence[tuple[str, str]]) -> None:
        """The units that can be ticked. After a preview the list may be another, and what was ticked stands in `chosen`."""
        self.units.offer(units)
        if self.is_decided:
            offered = {ref for ref, _ in units}
            self.units.data = [ref for ref in self.units.data if ref in offered]

    @property
    def is_decided(self) -> bool:
        """True when it comes from a preview, with the units that were shown there."""
        return isinstance(self.chosen.data, str) and bool(self.chosen.data)

    def chosen_units(self) -> list[Chosen]:
        """The units of the preview, with the versions that were shown. Raises Refused for what the preview did not write."""
        found = [_CHOSEN.fullmatch(word) for word in str(self.chosen.data).split(" ")[: MOST_UNITS + 1]]
        units = [Chosen(match[1], int(match[2])) for match in found if match]
        different = len({unit.ref for unit in units})
        if not len(found) == len(units) == different <= MOST_UNITS or not _key_of(self.form_key.data):
            raise Refused("The units were lost on the way. Please choose them again.", "target")
        return units

    @staticmethod
    def written(units: Sequence[Any]) -> str:
        """Units as the preview carries them."""
        return " ".join(f"{unit.ref}:{unit.version}" for unit in units)


def _key_of(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]{16,40}", text) is not None
