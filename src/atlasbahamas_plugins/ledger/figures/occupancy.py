"""How many units of each property are let, as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import Session

from atlasbahamas.web.formats import percent
from atlasbahamas.web.lists import Column, Key, List, Sort, text_filter
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.occupancy import STATES, OccupancySource, count_states
from atlasbahamas_plugins.portfolio.resources import organisation_above


@dataclass(frozen=True)
class Occupied:
    """How many of some units are in which state. `rate`: which part of those that can be lived in somebody lives in."""

    states: Mapping[str, int]

    @property
    def units(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def rate(self) -> str:
        """Let, or let and under notice, of all that are not out of service."""
        can_be_let = self.units - self.states.get("out_of_service", 0)
        lived_in = self.states.get("let", 0) + self.states.get("notice", 0)
        return percent(lived_in * 10_000 // can_be_let) if can_be_let else "–"


class OccupancyList(List):
    """How many units of each property are let today. `sources` are those of the point `occupancy`, `units` what is counted."""

    name = "occupancy"
    noun = ("property", "properties")
    identity = Property.__table__.c.id
    sorts = (
        Sort("name", "Name", (Key(Property.__table__.c.name),)),
        Sort("name-down", "Name, Z to A", (Key(Property.__table__.c.name, descending=True),)),
    )

    def __init__(
        self, request: Any, query: Select[Any], *, node: Any, sources: Sequence[OccupancySource], units: Select[Any], today: date
    ) -> None:
        self.sources, self.units, self.today = sources, units, today
        self.filters = (text_filter("q", "Name", lambda text: Property.name.icontains(text, autoescape=True)),)
        self.columns = (
            Column("property", "Property", self._property, lambda row: row[0].name, sort="name"),
            Column("units", "Units", lambda row, node: row[1].units, lambda row: row[1].units, numeric=True),
            *[self._state(state, title) for state, title in STATES.items()],
            Column("rate", "Occupied", lambda row, node: row[1].rate, lambda row: row[1].rate, numeric=True),
        )
        super().__init__(request, query, node=node)

    def notes(self, db: Session, rows: Sequence[Any]) -> list[Any]:
        """The properties, each with its units by state."""
        found = [row[0] for row in rows]
        of_these = self.units.where(Unit.property_id.in_([row.id for row in found]))
        counted = count_states(db, self.sources, self.today, of_these)
        return [(row, Occupied(counted.get(row.id, {}))) for row in found]

    def _property(self, row: Any, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(organisation_above(node).url("properties", row[0].ref, ""), row[0].name)

    def _state(self, state: str, title: str) -> Column:
        def count(row: Any) -> int:
            return int(row[1].states.get(state, 0))

        def show(row: Any, node: Any) -> Markup | str:
            if not count(row):
                return "–"
            url = organisation_above(node).url("properties", row[0].ref, "", state=state)
            return Markup('<a href="{}">{}</a>').format(url, count(row))

        return Column(state, title, show, count, numeric=True)
