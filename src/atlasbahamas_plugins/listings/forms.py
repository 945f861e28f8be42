"""Forms of the listings."""

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
from atlasbahamas_plugins.listings.models import HOMES, MOST_GUESTS, MOST_NIGHTS, PERIODS, PERIODS_OF
from atlasbahamas_plugins.listings.services import ListingDetails

PERIODS_OF_HOMES = [(period, words) for period, words in PERIODS.items() if any(period in PERIODS_OF[home] for home in HOMES)]


class ListingForm(Form):
    """What a listing says."""

    title = TextField("Title", required=True, max_length=120)
    description = MultilineField("Description", required=True, max_length=5000)
    category = ChoiceField("Category", choices=list(HOMES.items()), required=True)
    price_cents = MoneyField("Price", required=True, min=100)
    price_period = ChoiceField("For", choices=PERIODS_OF_HOMES, required=True)
    guests = IntegerField("Guests, at most", min=1, max=MOST_GUESTS)
    min_nights = IntegerField("Nights, at least", min=1, max=MOST_NIGHTS)
    available = DateField("Available from", required=True)
    version = VersionField()

    def details(self) -> ListingDetails:
        """What was typed."""
        return ListingDetails(
            title=self.title.data,
            description=self.description.data,
            category=self.category.data,
            price_cents=self.price_cents.data,
            price_period=self.price_period.data,
            available=self.available.data,
            guests=self.guests.data,
            min_nights=self.min_nights.data,
        )
