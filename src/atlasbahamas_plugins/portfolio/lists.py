"""Lists of properties and units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, or_, select

from atlasbahamas.people.models import name_key
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
from atlasbahamas_plugins.portfolio.models import PROPERTY_KINDS, Island, Property, Settlement, Unit
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY, STATES, TONES, unit_state
from atlasbahamas_plugins.portfolio.resources import UnitsOfProperty, organisation_above

PROPERTY = Property.__table__.c
UNIT = Unit.__table__.c


PROPERTY_COLUMN = Column("property", "Property", lambda row, node: row.property.name, lambda row: row.property.name)


def _on_island(ref: str) -> ColumnElement[bool]:
    here = select(Settlement.id).join(Island, Island.id == Settlement.island_id).where(Island.ref == ref)
    return Property.settlement_id.in_(here)


def archived_filter(column: Any) -> Filter:
    """What is in use, or what was put away."""
    return choice_filter(
        "archived",
        "Archive",
        [("yes", "Archived only")],
        lambda value: column.is_not(None),
        everything="In use",
    )


def _property_link(row: Property, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.name)


def _unit_link(row: Unit, node: Any) -> Markup:
    url = organisation_above(node).url("properties", row.property.ref, "units", row.ref, "")
    return Markup('<a href="{}">{}</a>').format(url, row.label)


class PropertyList(List):
    """Properties of an organisation."""

    name = "properties"
    noun = ("property", "properties")
    identity = PROPERTY.id
    columns = (
        Column("name", "Property", _property_link, lambda row: row.name, sort="name"),
        Column("kind", "Kind", lambda row, node: PROPERTY_KINDS[row.kind], lambda row: PROPERTY_KINDS[row.kind]),
        Column(
            "island",
            "Island",
            lambda row, node: row.settlement.island.name,
            lambda row: row.settlement.island.name,
        ),
        Column("settlement", "Settlement", lambda row, node: row.settlement.name, lambda row: row.settlement.name),
        Column("street", "Street or landmark", lambda row, node: row.street, lambda row: row.street),
    )
    sorts = (
        Sort("name", "Name", (Key(PROPERTY.name),)),
        Sort("name-down", "Name, Z to A", (Key(PROPERTY.name, descending=True),)),
        Sort("newest", "Newest first", (Key(PROPERTY.created, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, islands: list[tuple[str, str]]) -> None:
        self.filters = (
            text_filter("q", "Name or street", _named(Property.name, Property.street)),
            choice_filter("island", "Island", islands, _on_island),
            choice_filter("kind", "Kind", list(PROPERTY_KINDS.items()), lambda kind: Property.kind == kind),
            archived_filter(Property.archived),
        )
        if request.GET.get("archived") != "yes":
            query = query.where(Property.archived.is_(None))
        super().__init__(request, query, node=node)


class UnitList(List):
    """Units, with what occupies each today; the property is named where there are several."""

    name = "units"
    noun = ("unit", "units")
    identity = UNIT.id
    sorts = (
        Sort("label", "Label", (Key(UNIT.label_key),)),
        Sort("label-down", "Label, Z to A", (Key(UNIT.label_key, descending=True),)),
        Sort("rent", "Rent, lowest first", (Key(UNIT.rent_cents),)),
        Sort("rent-down", "Rent, highest first", (Key(UNIT.rent_cents, descending=True),)),
        Sort("beds", "Bedrooms", (Key(UNIT.beds),)),
        Sort("beds-down", "Bedrooms, most first", (Key(UNIT.beds, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, today: date) -> None:
        state = unit_state(request.registry.atlas_points.get(OCCUPANCY), today)
        self.filters = (
            text_filter("q", "Label", lambda text: Unit.label_key.contains(name_key(text), autoescape=True)),
            choice_filter("state", "Occupancy", list(STATES.items()), lambda value: state == value),
            integer_filter("beds", "Bedrooms, at least", lambda beds: Unit.beds >= beds, at_most=50),
            money_filter("max", "Rent, at most", lambda cents: Unit.rent_cents <= cents),
            archived_filter(Unit.archived),
        )
        self.columns = (
            Column("label", "Unit", _unit_link, lambda row: row.label, sort="label"),
            *(() if isinstance(node, UnitsOfProperty) else (PROPERTY_COLUMN,)),
            Column(
                "state",
                "Occupancy",
                lambda row, node: badge(STATES[self.states[row.id]], TONES[self.states[row.id]]),
                lambda row: STATES[self.states[row.id]],
            ),
            Column(
                "beds",
                "Bedrooms",
                lambda row, node: row.beds,
                lambda row: row.beds,
                numeric=True,
                sort="beds",
            ),
            Column("baths", "Bathrooms", lambda row, node: row.baths, lambda row: row.baths, numeric=True),
            Column(
                "rent",
                "Rent a month",
                lambda row, node: money(row.rent_cents),
                lambda row: Decimal(row.rent_cents) / 100,
                numeric=True,
                sort="rent",
            ),
        )
        if request.GET.get("archived") != "yes":
            query = query.where(Unit.archived.is_(None))
        self.states: dict[int, str] = {}
        super().__init__(request, query.add_columns(state.label("state")), node=node)

    def note(self, row: Any) -> Any:
        """Keep the state that the query brought along with the unit."""
        self.states[row[0].id] = row[1]
        return row[0]


def _named(*columns: Any) -> Any:
    return lambda text: or_(*[column.icontains(text, autoescape=True) for column in columns])
