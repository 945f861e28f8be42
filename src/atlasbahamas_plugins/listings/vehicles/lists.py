"""Vehicles, as visitors look through them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.web.lists import Column, Filter, choice_filter, integer_filter
from atlasbahamas_plugins.listings.lists import PublicList, public_filters
from atlasbahamas_plugins.listings.models import PERIODS, Listing
from atlasbahamas_plugins.listings.vehicles.models import GEARS, MOST_SEATS, Vehicle
from atlasbahamas_plugins.listings.vehicles.services import VehicleCard, vehicle_card_of, vehicle_cards


def _that(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Listing.id.in_(select(Vehicle.listing_id).where(*conditions))


def vehicle_filters(places: list[tuple[str, str, list[tuple[str, str]]]]) -> tuple[Filter, ...]:
    """What visitors may ask for, with the islands and settlements that there are."""
    return public_filters(
        places,
        integer_filter("seats", "Seats, at least", lambda seats: _that(Vehicle.seats >= seats), at_most=MOST_SEATS),
        choice_filter("gears", "Gears", list(GEARS.items()), lambda gears: _that(Vehicle.gears == gears)),
    )


class VehicleList(PublicList):
    """Vehicles on the market."""

    name = "vehicles"
    noun = ("vehicle", "vehicles")
    columns = (
        Column("title", "Title", lambda row, node: row.title, lambda row: row.title),
        Column("island", "Island", lambda row, node: row.island, lambda row: row.island),
        Column("settlement", "Settlement", lambda row, node: row.settlement, lambda row: row.settlement),
        Column("make", "Make", lambda row, node: row.make, lambda row: row.make),
        Column("model", "Model", lambda row, node: row.model, lambda row: row.model),
        Column("year", "Year", lambda row, node: row.year, lambda row: row.year, numeric=True),
        Column("seats", "Seats", lambda row, node: row.seats, lambda row: row.seats, numeric=True),
        Column("gears", "Gears", lambda row, node: GEARS[row.gears], lambda row: GEARS[row.gears]),
        Column("price", "Price", lambda row, node: row.price_cents, lambda row: Decimal(row.price_cents) / 100, numeric=True),
        Column("period", "For", lambda row, node: PERIODS[row.price_period], lambda row: PERIODS[row.price_period]),
    )

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What a card says."""
        return vehicle_cards(query)

    def note(self, row: Any) -> VehicleCard:
        """The card."""
        return vehicle_card_of(row)
