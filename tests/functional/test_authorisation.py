"""The authorisation matrix: every view against every relation, by real HTTP on existing objects, on both databases.

The views come from the introspector, the expectations are written by hand (authorisation/); a view without one fails.
"""

from __future__ import annotations

import pytest
from authorisation import TABLES, leasing
from authorisation.former_landlord import FORMER_LANDLORD
from examples import examples

from atlasbahamas.testing.authorisation import Table, View, World, beside_the_tree, registered

LINES = [(table, view) for table in TABLES for view in table.views]
EVERYBODY = examples("relations", 1) > 1
OF_BOTH = ("visitor", "other", "outside")
FEATURES = {f"__static/{name}/" for name in ("portfolio", "listings", "leasing", "ledger", "sandbox")}
BESIDE_THE_TREE = {"favicon", "health.live", "health.ready", "ledger.webhook", "__static/", *FEATURES}


def test_every_view_has_an_expectation(world: World) -> None:
    expected = [(view.node, view.name, view.at) for _, view in LINES]
    assert len(expected) == len(set(expected))
    assert registered(world.site.app) == {(node, name) for node, name, _ in expected}
    assert beside_the_tree(world.site.app) == BESIDE_THE_TREE


def test_every_line_of_leasing_is_about_a_former_landlord_and_a_limited_member() -> None:
    """Whatever a lease has below it, nobody who had the house before, or is not let near it, finds it (domain.md 2.1)."""
    wanted = {*FORMER_LANDLORD, "within", "outside"}
    assert [f"{view} at {view.at}" for view in leasing.TABLE.views if not wanted <= set(view.who)] == []


@pytest.mark.parametrize(("table", "view"), LINES, ids=[f"{table.feature}-{view}-{view.at}" for table, view in LINES])
def test_who_may(world: World, table: Table, view: View) -> None:
    assert list(world.surprises(table, view, relations_on(world.site.url, view))) == []


def relations_on(url: str, view: View) -> list[str] | None:
    """All relations, but on PostgreSQL some in the suite: who may does not depend on the database, only how it is asked."""
    if url.startswith("sqlite") or EVERYBODY:
        return None
    permitted = [relation for relation, outcome in view.who.items() if outcome == "ok"]
    return [*permitted[:1], *(relation for relation in OF_BOTH if relation not in permitted[:1])]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.feature)
def test_nothing_is_found_where_it_does_not_hang(world: World, table: Table) -> None:
    assert list(world.strays(table)) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.feature)
def test_what_one_may_not_know_of_looks_like_nothing(world: World, table: Table) -> None:
    assert list(world.hints(table, everybody=EVERYBODY)) == []
