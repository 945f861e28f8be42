"""How many examples Hypothesis tries: few in the suite, many times as many in the proofs."""

from __future__ import annotations

import os


def examples(where: str, usual: int) -> int:
    """The number, and a line of it for whoever runs with `-s`."""
    number = usual * int(os.environ.get("ATLAS_TEST_EXAMPLES", "1"))
    print(f"{where}: {number} examples")  # noqa: T201
    return number
