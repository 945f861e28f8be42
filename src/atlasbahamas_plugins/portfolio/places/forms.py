"""Forms of islands, settlements and utilities."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.models import name_key
from atlasbahamas.web.forms import ChoiceField, Form, IntegerField, MultilineField, TextField, VersionField
from atlasbahamas.web.forms.many import ManyField
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS
from atlasbahamas_plugins.portfolio.places.services import PlaceDetails, UtilityDetails

MOST_NAMES, LONGEST_NAME = 20, 80


class NamesField(MultilineField):
    """Names, one a line; `data` is a tuple of them, each once."""

    empty: Any = ()

    def read(self, text: str) -> tuple[str, ...]:
        """The names. Raises ValueError for too many, and for one that is too long."""
        found = {name_key(line): line.strip() for line in text.split("\n") if line.strip()}
        if len(found) > MOST_NAMES:
            raise ValueError(f"Give at most {MOST_NAMES} other names.")
        if any(len(name) > LONGEST_NAME for name in found.values()):
            raise ValueError(f"A name has at most {LONGEST_NAME} characters.")
        return tuple(found.values())

    def show(self, value: Any) -> str:
        """One a line."""
        return "\n".join(value)


class SettlementForm(Form):
    """What a place is called."""

    name = TextField("Name", required=True, max_length=LONGEST_NAME)
    other_names = NamesField("Other names, one a line", max_length=2000)
    version = VersionField()

    def details(self) -> PlaceDetails:
        """What was typed."""
        return PlaceDetails(self.name.data, tuple(self.other_names.data))


class IslandForm(SettlementForm):
    """What an island is called, and where it stands in lists."""

    position = IntegerField("Place in the order", required=True, min=1, max=1000)

    def details(self) -> PlaceDetails:
        """What was typed."""
        return PlaceDetails(self.name.data, tuple(self.other_names.data), self.position.data)


class UtilityForm(Form):
    """A company, what it supplies, and where."""

    name = TextField("Name", required=True, max_length=LONGEST_NAME)
    kind = ChoiceField("What it supplies", choices=list(UTILITY_KINDS.items()), required=True)
    islands = ManyField("Islands")
    version = VersionField()

    def __init__(self, request: Any, row: Any = None, **values: Any) -> None:
        super().__init__(request, row, **values)
        if not self.sent and row is not None:
            self.islands.data = [str(island.id) for island in row.islands]

    def details(self) -> UtilityDetails:
        """What was typed."""
        return UtilityDetails(self.name.data, self.kind.data, tuple(int(island) for island in self.islands.data))
