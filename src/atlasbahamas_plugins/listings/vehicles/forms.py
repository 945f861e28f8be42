"""The form of a vehicle's listing."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import ChoiceField, DateField, Form, IntegerField, MoneyField, MultilineField, TextField, VersionField
from atlasbahamas_plugins.listings.models import PERIODS, PERIODS_OF, VEHICLE
from atlasbahamas_plugins.listings.services import ListingDetails
from atlasbahamas_plugins.listings.vehicles.models import FIRST_YEAR, GEARS, LAST_YEAR, MOST_SEATS
from atlasbahamas_plugins.listings.vehicles.services import VehicleDetails
from atlasbahamas_plugins.portfolio.services import settlement_choices


class VehicleForm(Form):
    """What the listing of a vehicle says."""

    title = TextField("Title", required=True, max_length=120)
    description = MultilineField("Description", required=True, max_length=5000)
    make = TextField("Make", required=True, max_length=60)
    model = TextField("Model", required=True, max_length=60)
    year = IntegerField("Year", required=True, min=FIRST_YEAR, max=LAST_YEAR)
    seats = IntegerField("Seats", required=True, min=1, max=MOST_SEATS)
    gears = ChoiceField("Gears", choices=list(GEARS.items()), required=True)
    price_cents = MoneyField("Price", required=True, min=100)
    price_period = ChoiceField("For", choices=[(period, PERIODS[period]) for period in PERIODS_OF[VEHICLE]], required=True)
    settlement = ChoiceField("Where it is picked up", required=True)
    pick_up = TextField("Pick-up place", required=True)
    available = DateField("Available from", required=True)
    version = VersionField()

    def __init__(self, request: Any, row: Any = None, *, keep: int | None = None, **values: Any) -> None:
        super().__init__(request, row, **values)
        self.settlement.offer({"": [("", "Choose where it is")], **settlement_choices(request.db, keep=keep)})

    def details(self) -> ListingDetails:
        """What every listing says."""
        return ListingDetails(
            title=self.title.data,
            description=self.description.data,
            category=VEHICLE,
            price_cents=self.price_cents.data,
            price_period=self.price_period.data,
            available=self.available.data,
        )

    def facts(self) -> VehicleDetails:
        """What only a vehicle's says."""
        return VehicleDetails(
            make=self.make.data,
            model=self.model.data,
            year=self.year.data,
            seats=self.seats.data,
            gears=self.gears.data,
            settlement_id=int(self.settlement.data),
            pick_up=self.pick_up.data,
        )
