"""The grid: what all listings have in common, and a row for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import (
    CheckField,
    ChoiceField,
    DateField,
    DocumentsField,
    Form,
    IntegerField,
    MoneyField,
    MultilineField,
    TextField,
)
from atlasbahamas_plugins.listings.forms import PERIODS_OF_HOMES
from atlasbahamas_plugins.listings.models import HOMES, MOST_GUESTS, MOST_NIGHTS
from atlasbahamas_plugins.listings.services import ListingDetails, check_terms
from atlasbahamas_plugins.listings.several.services import Wanted
from atlasbahamas_plugins.portfolio.models import Unit


@dataclass(frozen=True)
class Row:
    """The fields of one unit."""

    unit: Unit
    title: Any
    price: Any
    available: Any
    description: Any


class GridForm(Form):
    """What the listings have in common. Make it with `grid_form`, which adds a row for each unit."""

    description = MultilineField("Description of all of them", max_length=5000)
    available = DateField("Available from", required=True)
    category = ChoiceField("Category", choices=list(HOMES.items()), required=True)
    price_period = ChoiceField("Prices are for", choices=PERIODS_OF_HOMES, required=True)
    guests = IntegerField("Guests, at most", min=1, max=MOST_GUESTS)
    min_nights = IntegerField("Nights, at least", min=1, max=MOST_NIGHTS)
    with_photos = CheckField("Begin with the photos of each unit, or of its property")
    documents = DocumentsField("Documents for the reviewer, the same for all of them", max_files=10)
    what = ChoiceField(
        "What happens then", choices=[("draft", "They are drafts"), ("submit", "They are submitted at once")], required=True
    )
    units: Sequence[Unit] = ()

    def rows(self) -> list[Row]:
        """The rows, in the order of the units."""
        names = ("title", "price", "available", "description")
        return [Row(unit, *[self[f"{name}_{unit.ref}"] for name in names]) for unit in self.units]

    def wanted(self) -> list[Wanted]:
        """What was asked for of each unit. Raises Refused beside the cell that lacks something."""
        return [Wanted(row.unit, self._details(row)) for row in self.rows()]

    def _details(self, row: Row) -> ListingDetails:
        description = row.description.data or self.description.data
        if not description:
            raise Refused("Write a description for all of them, or one in each row.", "description")
        details = ListingDetails(
            title=row.title.data,
            description=description,
            category=self.category.data,
            price_cents=row.price.data,
            price_period=self.price_period.data,
            available=row.available.data or self.available.data,
            guests=self.guests.data,
            min_nights=self.min_nights.data,
        )
        check_terms(details)
        return details


def grid_form(request: Any, units: Sequence[Unit], *, available: date, **values: Any) -> GridForm:
    """The form with a row for each unit, which begins with the unit's rent and a title made of its facts."""
    fields: dict[str, Any] = {"units": tuple(units)}
    for unit in units:
        of = f" of {unit.label}"
        fields[f"title_{unit.ref}"] = TextField(f"Title{of}", required=True, max_length=120)
        fields[f"price_{unit.ref}"] = MoneyField(f"Price{of}", required=True, min=100)
        fields[f"available_{unit.ref}"] = DateField(f"Available from{of}")
        fields[f"description_{unit.ref}"] = MultilineField(f"Description{of}", max_length=5000)
        values |= {f"title_{unit.ref}": begun_title(unit), f"price_{unit.ref}": unit.rent_cents}
    values |= {"available": available, "category": "long_term", "price_period": "month", "with_photos": True, "what": "draft"}
    form: GridForm = type("GridFormOfSome", (GridForm,), fields)(request, **values)
    return form


def begun_title(unit: Unit) -> str:
    """A title to begin with, made of what is known of a unit."""
    home = f"{unit.beds}-bedroom home" if unit.beds else "Studio"
    return f"{home} in {unit.property.settlement.name}, {unit.label}"[:120]
