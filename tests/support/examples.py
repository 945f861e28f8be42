"""How many examples Hypothesis tries: few in the suite, many times as many in the proofs."""

from __future__ import annotations

import os

import pytest


def examples(where: str, usual: int) -> int:
    """The number, and a line of it for whoever runs with `-s`."""
    number = usual * int(os.environ.get("ATLAS_TEST_EXAMPLES", "1"))
    print(f"{where}: {number} examples")  # noqa: T201
    return number


def on_databases(everything: bool) -> pytest.MarkDecorator:
    """For what is tried on both databases in the proofs, and in the suite on PostgreSQL alone, which takes less."""
    return pytest.mark.parametrize("world", ["sqlite", "postgresql"] if everything else ["postgresql"], indirect=True)
