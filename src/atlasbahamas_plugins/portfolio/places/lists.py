"""Lists of islands, settlements and utilities."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select

from atlasbahamas.web.formats import badge
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter
from atlasbahamas_plugins.portfolio.models import Island, Settlement
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS, Utility

ISLAND, SETTLEMENT, UTILITY = Island.__table__.c, Settlement.__table__.c, Utility.__table__.c


def _link(view: str) -> Any:
    return lambda row, node: Markup('<a href="{}">{}</a>').format(node.node_of(row).url(*filter(None, [view])), row.name)


def _state(row: Any) -> str:
    return "Retired" if row.retired else "Offered"


STATE = Column("state", "State", lambda row, node: badge(_state(row), "quiet" if row.retired else "good"), _state)
OTHERS = Column(
    "other",
    "Other names",
    lambda row, node: ", ".join(row.other_names),
    lambda row: ", ".join(row.other_names),
)


class IslandList(List):
    """Islands, in the order in which people name them."""

    name = "islands"
    noun = ("island", "islands")
    identity = ISLAND.id
    filters = (text_filter("q", "Name", lambda text: Island.name.icontains(text, autoescape=True)),)
    sorts = (
        Sort("order", "Order", (Key(ISLAND.position),)),
        Sort("order-down", "Order, last first", (Key(ISLAND.position, descending=True),)),
        Sort("name", "Name", (Key(ISLAND.name),)),
        Sort("name-down", "Name, Z to A", (Key(ISLAND.name, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, settlements: dict[int, int]) -> None:
        self.columns = (
            Column("name", "Island", _link(""), lambda row: row.name, sort="name"),
            Column("order", "Order", lambda row, node: row.position, lambda row: row.position, numeric=True, sort="order"),
            Column(
                "settlements",
                "Settlements",
                lambda row, node: settlements.get(row.id, 0),
                lambda row: settlements.get(row.id, 0),
                numeric=True,
            ),
            OTHERS,
            STATE,
        )
        super().__init__(request, query, node=node)


class SettlementList(List):
    """Settlements of an island."""

    name = "settlements"
    noun = ("settlement", "settlements")
    identity = SETTLEMENT.id
    filters = (text_filter("q", "Name", lambda text: Settlement.name.icontains(text, autoescape=True)),)
    sorts = (
        Sort("name", "Name", (Key(SETTLEMENT.name),)),
        Sort("name-down", "Name, Z to A", (Key(SETTLEMENT.name, descending=True),)),
    )
    columns = (Column("name", "Settlement", _link("edit"), lambda row: row.name, sort="name"), OTHERS, STATE)


class UtilityList(List):
    """Who supplies what, and where."""

    name = "utilities"
    noun = ("utility", "utilities")
    identity = UTILITY.id
    filters = (
        text_filter("q", "Name", lambda text: Utility.name.icontains(text, autoescape=True)),
        choice_filter("kind", "Supplies", list(UTILITY_KINDS.items()), lambda kind: Utility.kind == kind),
    )
    sorts = (
        Sort("name", "Name", (Key(UTILITY.name),)),
        Sort("name-down", "Name, Z to A", (Key(UTILITY.name, descending=True),)),
    )
    columns = (
        Column("name", "Name", _link("edit"), lambda row: row.name, sort="name"),
        Column("kind", "Supplies", lambda row, node: UTILITY_KINDS[row.kind], lambda row: UTILITY_KINDS[row.kind]),
        Column(
            "islands",
            "Islands",
            lambda row, node: len(row.islands),
            lambda row: ", ".join(island.name for island in row.islands),
            numeric=True,
        ),
        STATE,
    )
