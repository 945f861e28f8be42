"""The catalogue, and an organisation's own listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.web.formats import badge, money
from atlasbahamas.web.lists import (
    Column,
    Filter,
    Key,
    List,
    Sort,
    choice_filter,
    integer_filter,
    money_filter,
    text_filter,
)
from atlasbahamas_plugins.listings.models import CATEGORIES, MOST_GUESTS, PERIODS, STATES, TONES, WORDS, Listing
from atlasbahamas_plugins.listings.services import ListingCard, card_of, cards
from atlasbahamas_plugins.portfolio.models import Island

LISTING = Listing.__table__.c


def _on_island(ref: str) -> ColumnElement[bool]:
    return Listing.island_id == select(Island.id).where(Island.ref == ref).scalar_subquery()


def _price(row: Listing | ListingCard) -> str:
    return f"{money(row.price_cents)} {PERIODS[row.price_period]}"


def catalogue_filters(places: list[tuple[str, str, list[tuple[str, str]]]]) -> tuple[Filter, ...]:
    """What visitors may ask for, with the islands and settlements that there are."""
    return public_filters(
        places,
        integer_filter("beds", "Bedrooms, at least", lambda beds: Listing.beds >= beds, at_most=50),
        integer_filter("guests", "Guests", lambda guests: Listing.guests >= guests, at_most=MOST_GUESTS),
    )


def public_filters(places: list[tuple[str, str, list[tuple[str, str]]]], *own: Filter) -> tuple[Filter, ...]:
    """What may be asked of everything on the market, and in the midst of it what only some of it can answer."""
    islands = [(ref, name) for ref, name, _ in places]
    settlements = {name: entries for _, name, entries in places}
    return (
        text_filter("q", "Search", WORDS.has, find=WORDS.find),
        choice_filter("island", "Island", islands, _on_island),
        choice_filter("settlement", "Settlement", settlements, lambda number: Listing.settlement_id == int(number)),
        *own,
        money_filter("min", "Price from", lambda cents: Listing.price_cents >= cents),
        money_filter("max", "Price to", lambda cents: Listing.price_cents <= cents),
        choice_filter(
            "category", "Category", list(CATEGORIES.items()), lambda value: Listing.category == value, everything="Any home"
        ),
    )


class PublicList(List):
    """What is on the market, as visitors look through it: its filters are made with the places that there are."""

    identity = LISTING.id
    page_size = 12
    sorts: ClassVar[tuple[Sort, ...]] = (
        Sort("newest", "Newest first", (Key(LISTING.published, descending=True, never_null=True),)),
        Sort("price", "Price, lowest first", (Key(LISTING.price_cents),)),
        Sort("price-down", "Price, highest first", (Key(LISTING.price_cents, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, filters: Sequence[Filter]) -> None:
        self.filters = filters
        super().__init__(request, query, node=node)


class CatalogueList(PublicList):
    """Homes on the market."""

    name = "listings"
    noun = ("home", "homes")
    sorts = (*PublicList.sorts, Sort("available", "Available soonest", (Key(LISTING.available),)))
    columns = (
        Column("title", "Title", lambda row, node: row.title, lambda row: row.title),
        Column("island", "Island", lambda row, node: "", lambda row: row.island),
        Column("settlement", "Settlement", lambda row, node: "", lambda row: row.settlement),
        Column("beds", "Bedrooms", lambda row, node: "", lambda row: row.beds, numeric=True),
        Column("price", "Price", lambda row, node: _price(row), _price),
        Column("guests", "Guests", lambda row, node: "", lambda row: row.guests, numeric=True),
        Column("min_nights", "Nights, at least", lambda row, node: "", lambda row: row.min_nights, numeric=True),
    )

    def shown(self, query: Select[Any]) -> Select[Any]:
        """What a card says."""
        return cards(query)

    def note(self, row: Any) -> ListingCard:
        """The card."""
        return card_of(row)


def _own_link(row: Listing, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.title)


def _badge(row: Listing, node: Any) -> Markup:
    return badge(STATES[row.state], TONES[row.state])


def _unit(row: Listing) -> str:
    if row.unit is None:
        return "Vehicle"
    return "Handed over" if row.was_handed_over else row.unit.label


def _property(row: Listing) -> str:
    return "" if row.unit is None or row.was_handed_over else row.unit.property.name


class OwnList(List):
    """An organisation's listings."""

    name = "own-listings"
    noun = ("listing", "listings")
    identity = LISTING.id
    filters = (
        text_filter("q", "Search", WORDS.has),
        choice_filter("state", "State", list(STATES.items()), lambda state: Listing.state == state),
    )
    sorts = (
        Sort("newest", "Newest first", (Key(LISTING.created, descending=True),)),
        Sort("title", "Title", (Key(LISTING.title),)),
        Sort("title-down", "Title, Z to A", (Key(LISTING.title, descending=True),)),
        Sort("price", "Price, lowest first", (Key(LISTING.price_cents),)),
        Sort("price-down", "Price, highest first", (Key(LISTING.price_cents, descending=True),)),
    )
    columns = (
        Column("title", "Listing", _own_link, lambda row: row.title, sort="title"),
        Column("state", "State", _badge, lambda row: STATES[row.state]),
        Column("unit", "Unit", lambda row, node: _unit(row), _unit),
        Column("property", "Property", lambda row, node: _property(row), _property),
        Column("price", "Price", lambda row, node: _price(row), _price, numeric=True, sort="price"),
    )
