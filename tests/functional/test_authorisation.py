"""The authorisation matrix: every view against every relation, by real HTTP on existing objects, on both databases.

The views come from the introspector, the expectations are written by hand (authorisation/); a view without one fails.
"""

from __future__ import annotations

import pytest
from authorisation import TABLES

from atlasbahamas.testing.authorisation import Table, View, World, beside_the_tree, registered

LINES = [(table, view) for table in TABLES for view in table.views]
FEATURES = {f"__static/{name}/" for name in ("portfolio", "listings", "leasing", "ledger")}
BESIDE_THE_TREE = {"favicon", "health.live", "health.ready", "__static/", *FEATURES}


def test_every_view_has_an_expectation(world: World) -> None:
    expected = [(view.node, view.name, view.at) for _, view in LINES]
    assert len(expected) == len(set(expected))
    assert registered(world.site.app) == {(node, name) for node, name, _ in expected}
    assert beside_the_tree(world.site.app) == BESIDE_THE_TREE


@pytest.mark.parametrize(("table", "view"), LINES, ids=[f"{table.feature}-{view}-{view.at}" for table, view in LINES])
def test_who_may(world: World, table: Table, view: View) -> None:
    assert list(world.surprises(table, view)) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.feature)
def test_nothing_is_found_where_it_does_not_hang(world: World, table: Table) -> None:
    assert list(world.strays(table)) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.feature)
def test_what_one_may_not_know_of_looks_like_nothing(world: World, table: Table) -> None:
    assert list(world.hints(table)) == []
