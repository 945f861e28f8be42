"""A random sample of the mutants of the authorisation: the matrix sees each. tests/proofs has all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from authorisation import sqlite_world
from authorisation.mutants import all_mutants, seen_by

from atlasbahamas.testing.authorisation import World

SAMPLE = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = sqlite_world(tmp_path)
    yield made
    made.site.close()


def test_the_matrix_sees_a_sample_of_mutants(world: World) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  (shown when the test fails)
    mutants = random.Random(seed).sample(all_mutants(world), SAMPLE)
    survivors = [mutant.name for mutant in mutants if seen_by(world, mutant) is None]
    assert survivors == []
