"""The form for several units, and the columns of a file of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.web.forms import IntegerField, MultilineField, TextField
from atlasbahamas.web.imports import ImportColumn, Problem, Row
from atlasbahamas_plugins.portfolio.forms import UnitFactsForm, UnitForm
from atlasbahamas_plugins.portfolio.services import UnitDetails
from atlasbahamas_plugins.portfolio.several.services import numbered_labels

MOST_AT_ONCE = 300
MAX_LABEL = 60

COLUMNS = (
    ImportColumn("label", UnitForm.label, ("unit", "unit label", "unit no", "number", "apartment", "apt"), "2B", name_key),
    ImportColumn("beds", UnitForm.beds, ("bed", "br", "bedroom"), "2"),
    ImportColumn("baths", UnitForm.baths, ("bath", "ba", "bathroom"), "1"),
    ImportColumn("area", UnitForm.area_sqft, ("square feet", "sq ft", "sqft", "size", "area sq ft"), "850"),
    ImportColumn("rent", UnitForm.rent_cents, ("monthly rent", "rent per month", "asking rent", "rent bsd", "price"), "1450"),
    ImportColumn("deposit", UnitForm.deposit_cents, ("deposit bsd", "security"), "1450"),
    ImportColumn("furnished", UnitForm.furnished, ("furniture",), "yes"),
    ImportColumn("pets", UnitForm.pets, ("pets allowed", "pet friendly", "pets ok"), "no"),
)


class SeveralUnitsForm(UnitFactsForm):
    """Units that are alike, under numbers or under labels of one's own."""

    count = IntegerField("How many", min=1, max=MOST_AT_ONCE)
    prefix = TextField("In front of the number", max_length=40)
    first = IntegerField("First number", max=100_000)
    labels = MultilineField("Labels, one a line", max_length=MOST_AT_ONCE * (MAX_LABEL + 2))

    def units(self) -> list[UnitDetails]:
        """The units that were asked for. Raises Refused for both ways at once, for neither, and for labels that will not do."""
        typed = [line.strip() for line in self.labels.data.split("\n") if line.strip()]
        if typed and self.count.data:
            raise Refused("Give a number of units or their labels, not both.", "labels")
        if not typed and not self.count.data:
            raise Refused("Say how many units there are, or write their labels below.", "count")
        first = 1 if self.first.data is None else self.first.data
        labels = _checked(typed) if typed else numbered_labels(self.prefix.data, first, self.count.data)
        return [self.what(label) for label in labels]


def _checked(labels: Sequence[str]) -> Sequence[str]:
    if len(labels) > MOST_AT_ONCE:
        raise Refused(f"That is {len(labels):,} labels. Add at most {MOST_AT_ONCE} at once.", "labels")
    seen: set[str] = set()
    for label in labels:
        if len(label) > MAX_LABEL:
            raise Refused(f"“{label[:MAX_LABEL]}…” is too long: a label has at most {MAX_LABEL} characters.", "labels")
        if name_key(label) in seen:
            raise Refused(f"“{label}” stands there twice.", "labels")
        seen.add(name_key(label))
    return labels


def unit_of(row: Row) -> UnitDetails:
    """The unit that a row of a file describes."""
    values: Mapping[str, Any] = row.values
    return UnitDetails(
        label=values["label"],
        beds=values["beds"],
        baths=values["baths"],
        rent_cents=values["rent"],
        deposit_cents=values["deposit"] or 0,
        area_sqft=values["area"],
        furnished=values["furnished"],
        pets=values["pets"],
    )


def label_problems(rows: Sequence[Row], taken: Mapping[str, str]) -> list[Problem]:
    """The rows whose labels are taken."""
    labels = [(row, row.values["label"]) for row in rows]
    return [Problem(row.number, "Label", taken[label], label) for row, label in labels if label in taken]
