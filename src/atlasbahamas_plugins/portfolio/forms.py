"""Forms of the portfolio."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import (
    CheckField,
    ChoiceField,
    DateField,
    Form,
    IntegerField,
    MoneyField,
    MultilineField,
    TextField,
    VersionField,
)
from atlasbahamas.web.forms.many import ManyField
from atlasbahamas_plugins.portfolio.models import AMENITIES, PROPERTY_KINDS, TAX_CLASSES
from atlasbahamas_plugins.portfolio.services import PropertyDetails, UnitDetails, settlement_choices


class _Where(Form):
    name = TextField("Name of the property", required=True)
    kind = ChoiceField("Kind", choices=list(PROPERTY_KINDS.items()), required=True)
    settlement = ChoiceField("Settlement or subdivision", required=True)
    street = TextField("Street or landmark", required=True)
    po_box = TextField("PO box", max_length=40)

    def __init__(self, request: Any, row: Any = None, **values: Any) -> None:
        super().__init__(request, row, **values)
        there = settlement_choices(request.db, keep=row.settlement_id if row is not None else None)
        self.settlement.offer({"": [("", "Choose where it is")], **there})

    def where(self, **more: Any) -> PropertyDetails:
        """The property's part of what was typed."""
        return PropertyDetails(
            self.name.data,
            self.kind.data,
            int(self.settlement.data),
            self.street.data,
            self.po_box.data,
            **more,
        )


class UnitFactsForm(Form):
    """What a unit offers, whatever it is called."""

    beds = IntegerField("Bedrooms", required=True, max=50)
    baths = IntegerField("Bathrooms", required=True, max=50)
    area_sqft = IntegerField("Area in square feet", min=1)
    rent_cents = MoneyField("Rent a month", required=True, min=100)
    deposit_cents = MoneyField("Security deposit")
    furnished = CheckField("Furnished")
    pets = CheckField("Pets welcome")

    def what(self, label: str) -> UnitDetails:
        """The unit's part of what was typed."""
        return UnitDetails(
            label=label,
            beds=self.beds.data,
            baths=self.baths.data,
            rent_cents=self.rent_cents.data,
            deposit_cents=self.deposit_cents.data or 0,
            area_sqft=self.area_sqft.data,
            furnished=self.furnished.data,
            pets=self.pets.data,
        )


class PropertyForm(_Where):
    """A property to add or change."""

    amenities = ManyField("What there is", choices=list(AMENITIES.items()))
    amenities_more = TextField("And what else")
    assessment_number = TextField("Assessment number", max_length=40)
    tax_class = ChoiceField("Class", choices=[("", "Not known"), *TAX_CLASSES.items()])
    notes = MultilineField("Notes for yourselves")
    version = VersionField()

    def details(self) -> PropertyDetails:
        """Everything that was typed."""
        return self.where(
            notes=self.notes.data,
            amenities=tuple(self.amenities.data),
            amenities_more=self.amenities_more.data,
            assessment_number=self.assessment_number.data,
            tax_class=self.tax_class.data or "",
        )


class UnitForm(UnitFactsForm):
    """A unit to add or change."""

    label = TextField("Label", required=True, max_length=60)
    version = VersionField()


class LetHomeForm(_Where, UnitFactsForm):
    """ "I have a home to let": everything that makes organisation, property and unit, on one page."""

    organisation = ChoiceField("Who lets it", required=False)
    label = TextField("Unit label, if the property has several", max_length=60)


class HoldForm(Form):
    """A hold: from a day until the day before another."""

    starts = DateField("From", required=True)
    ends = DateField("Free again on", required=True)
    reason = TextField("Why", required=True)
