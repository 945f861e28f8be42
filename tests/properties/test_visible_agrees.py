"""For random data, every list shows exactly the rows whose own addresses the same person may open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from random_portfolio import Drawn, matrices, worlds, write
from sqlalchemy.orm import Session

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.security.identity import Identity
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.agreement import Place, Tree
from atlasbahamas.testing.authorisation import permissions
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site
from atlasbahamas.traversal.nodes import USE, Collection, Listed
from atlasbahamas_plugins.listings.several.resources import UnitsToList
from atlasbahamas_plugins.portfolio.resources import UnitNode

EXAMPLES = {"sqlite": 2, "postgresql": 1}


@pytest.fixture(scope="module", params=sorted(EXAMPLES))
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int]]:
    """A migrated site without people, and how many examples it is worth."""
    folder: Path = tmp_path_factory.mktemp("empty")
    server = need("POSTGRESQL") if request.param == "postgresql" else None
    url = sites.new_postgresql(server) if server else f"sqlite:///{folder}/site.sqlite"
    sites.migrate(url)
    site = sites.start(url, folder)
    yield site, examples(request.param, EXAMPLES[request.param])
    site.close()
    if server:
        sites.drop_postgresql(server, url)


def test_lists_and_acls_agree_for_everybody(empty: tuple[Site, int]) -> None:
    site, number = empty

    # A world is small already: making it smaller would take longer than finding it.
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=worlds(), matrix=matrices(sorted(site.app.registry.atlas_permissions)))
    def agree(drawn: Drawn, matrix: dict[str, frozenset[str]] | None) -> None:
        check(site, drawn, matrix)

    agree()


def check(site: Site, drawn: Drawn, matrix: dict[str, frozenset[str]] | None) -> None:
    registry = site.app.registry
    declared = registry.atlas_grants
    with site.db.session("write") as db, db.begin() as transaction:
        try:
            if matrix is not None:
                registry.atlas_grants = lambda: matrix
            assert next(problems(registry, db, write(db, drawn)), None) is None
        finally:
            registry.atlas_grants = declared
            transaction.rollback()


class WholeTree(Tree):
    """The tree with the list of one feature of the rows of another: it shows those at whose addresses one has its permission."""

    _places: Sequence[Place] = ()

    def disagreements(self, places: Sequence[Place], identity: Identity | None) -> Iterator[str]:
        self._places = places
        yield from super().disagreements(places, identity)

    def _below(self, node: Listed, granted: dict[str, dict[str, Any]]) -> set[Any]:
        if not isinstance(node, UnitsToList):
            return super()._below(node, granted)
        start, caller = node.above(OrganisationNode).url(), node.request.identity_now
        there = [self.node(item, caller) for place in self._places for item in place.items if item.startswith(start)]
        units = [unit for unit in there if isinstance(unit, UnitNode)]
        return {unit.row for unit in units if unit.request.has_permission(node.permission, unit)}


def problems(registry: Any, db: Session, people: list[int]) -> Iterator[str]:
    tree = WholeTree(registry, db)
    places = tree.places(tree.identity(people[-1]))
    assert len(places) >= 10
    for identity in [None, *map(tree.identity, people)]:
        for problem in tree.disagreements(places, identity):
            yield f"{identity}: {problem}"


def test_a_list_asks_for_the_permission_of_its_page(empty: tuple[Site, int]) -> None:
    """The page of a list, and that of a row of it, are behind the permission by which its SELECT shows rows."""
    asked = {node: permission for (node, name), permission in permissions(empty[0].app).items() if name == ""}
    lists = [node for node in asked if issubclass(node, Listed)]
    assert len(lists) >= 6
    for node in lists:
        assert asked[node] in (node.permission, USE), node
        if issubclass(node, Collection):
            assert asked.get(node.item, node.permission) == node.permission, node.item
