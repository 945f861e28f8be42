"""docs/operators/threats.md names, for each threat, tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operators/threats.md").read_text()
MUST_BE_IMPOSSIBLE = 12
FROM_OUTSIDE = (
    "Headers",
    "Host header and forged forwarded headers",
    "Path traversal",
    "Session fixation",
    "Brute force and spraying",
    "Accounts told by the time an answer takes",
    "Open redirect",
    "Mail header injection",
)
NOT_YET = {12}
"""Threats against which nothing is built so far; the page says so."""


def threats() -> dict[str, list[tuple[str, list[str]]]]:
    """By heading: files, with the tests of theirs that the page names."""
    found = {}
    for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        lines = re.findall(r"^- `([\w/]+\.py)`(.*)$", text, re.MULTILINE)
        found[heading] = [(file, re.findall(r"`(\w+)`", tests)) for file, tests in lines]
    return found


def test_every_threat_is_there() -> None:
    headings = list(threats())
    numbered = [int(heading.partition(".")[0]) for heading in headings if heading[0].isdigit()]
    assert numbered == list(range(1, MUST_BE_IMPOSSIBLE + 1))
    assert tuple(heading for heading in headings if not heading[0].isdigit()) == FROM_OUTSIDE


@pytest.mark.parametrize(("heading", "proofs"), threats().items(), ids=list(threats()))
def test_what_proves_it_exists(heading: str, proofs: list[tuple[str, list[str]]]) -> None:
    number = heading.partition(".")[0]
    assert bool(proofs) != (number.isdigit() and int(number) in NOT_YET)
    for file, tests in proofs:
        source = (ROOT / "tests" / file).read_text()
        for name in tests:
            assert re.search(rf"^def {name}\(", source, re.MULTILINE), (file, name)
