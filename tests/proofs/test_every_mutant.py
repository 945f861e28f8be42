"""Every mutant of the authorisation is seen: by the matrix, or by the agreement of lists and ACLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from authorisation import sqlite_world
from authorisation.mutants import Mutant, all_mutants, of_lists, seen_by
from random_portfolio import RICH
from test_visible_agrees import check

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.authorisation import World

PARTS = 4
"""Each a test of its own, so that two processes can take them at once."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = sqlite_world(tmp_path)
    yield made
    made.site.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_matrix_sees_every_mutant(world: World, say: Callable[[str], None], part: int) -> None:
    mutants = all_mutants(world)[part::PARTS]
    survivors = [mutant.name for mutant in mutants if seen_by(world, mutant) is None]
    say(f"{len(mutants)} mutants of roles, ACL lines, conditions and permissions of views; survivors: {survivors or 'none'}")
    assert survivors == []
    assert len(mutants) * PARTS > 200


def test_the_agreement_sees_every_mutant_of_a_list(world: World, tmp_path: Path, say: Callable[[str], None]) -> None:
    url = f"sqlite:///{tmp_path}/empty.sqlite"
    sites.migrate(url)
    site = sites.start(url, tmp_path)
    check(site, RICH, None)
    mutants = list(of_lists(site.app))
    survivors = [mutant.name for mutant in mutants if agrees_under(mutant, world, site)]
    say(f"{len(mutants)} mutants of what lists show; survivors: {survivors or 'none'}")
    assert survivors == []
    assert len(mutants) >= 10
    site.close()


def agrees_under(mutant: Mutant, world: World, site: sites.Site) -> bool:
    """True when nobody notices the mutant: lists and ACLs agree all the same."""
    with mutant.apply(world):
        try:
            check(site, RICH, None)
        except AssertionError:
            return False
    return True
