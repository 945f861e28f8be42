"""Vehicles, as visitors look through them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.web.lists import Column, Filter, Key, List, Sort, choice_filter, integer_filter
from atlasbahamas_plugins.listings.models import PERIODS, Listing
from atlasbahamas_plugins.listings.vehicles.models import GEARS, MOST_SEATS, Vehicle
from atlasbahamas_plugins.listings.vehicles.services import VehicleCard, vehicle_card_of, vehicle_cards

LISTING = Listing.__table__.c


def _that(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Listing.id.in_(select(Vehicle.listing_id).where(*conditions))


def vehicle_filters() -> tuple[Filter, ...]:
    """What visitors may ask of a vehicle, beside what they may ask of every listing."""
    return (
        integer_filter("seats", "Seats, at least", lambda seats: _that(Vehicle.seats >= seats), at_most=MOST_SEATS),
        choice_filter("gears", "Gears", list(GEARS.items()), lambda gears: _that(Vehicle.gears == gears)),
    )


class VehicleList(List):
    """Live listings of vehicles."""

    name = "vehicles"
    noun = ("vehicle", "vehicles")
    identity = LISTING.id
    page_size = 12
    sorts = (
        Sort("newest", "Newest first", (Key(LISTING.published, descending=True, never_null=True),)),
        Sort("price", "Price, lowest first", (Key(LISTING.price_cents),)),
        Sort("price-down", "Price, highest first", (Key(LISTING.price_cents, descending=True),)),
    )
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

    def __init__(self, request: Any, query: Select[Any], *, node: Any, filters: Sequence[Filter]) -> None:
        self.filters = filters
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What a card says."""
        return vehicle_cards(query)

    def note(self, row: Any) -> VehicleCard:
        """The card."""
        return vehicle_card_of(row)
