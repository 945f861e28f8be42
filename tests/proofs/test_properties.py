"""The properties with many times as many examples as in the suite, and all the junk and looks of which the suite takes a part."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from atlasbahamas.testing.site import ROOT

TIMES = 10
RACES = {
    "payments": ["tests/committing/test_payments_at_once.py"],
    "rent runs": ["tests/committing/test_rent_run.py", "-k", "at_once"],
}


def run(examples: int, *words: str) -> str:
    """Run tests with more examples; gives what they said. All of them have to pass."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**os.environ, "ATLAS_TEST_EXAMPLES": str(examples)},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_every_field_of_every_form_is_broken_in_every_way(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/functional/test_bad_forms.py", "-k", "broken_field")
    say(f"every field in every way: {said.splitlines()[-1]}")


def test_every_filter_of_every_page_meets_all_junk(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/functional/test_bad_input.py", "-k", "junk_in_the_address")
    say(f"all junk in every filter: {said.splitlines()[-1]}")


def test_every_relation_is_tried_on_both_databases(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/functional/test_authorisation.py")
    say(f"the whole authorisation matrix on both databases: {said.splitlines()[-1]}")


def test_every_amount_opens_on_both_databases(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/functional/test_amounts_open.py")
    say(f"every amount of the ledger's pages on both databases: {said.splitlines()[-1]}")


def test_every_revision_goes_down_and_up(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/migrations")
    say(f"every revision down, up and down, with data: {said.splitlines()[-1]}")


def test_every_page_is_looked_at_closely(say: Callable[[str], None]) -> None:
    said = run(2, "-n", "2", "tests/browser/test_pages.py")
    say(f"every page in every size and light, with the Tab key and with an error: {said.splitlines()[-1]}")


MODULES = ("test_visible_agrees.py", "test_keyset_pages.py", "test_lease_machine.py", "test_ledger_machine.py")


@pytest.mark.parametrize("module", MODULES)
def test_they_hold_for_many_examples(module: str, say: Callable[[str], None]) -> None:
    counted = re.findall(r"(\w+): (\d+) examples", run(TIMES, "-s", f"tests/properties/{module}"))
    say(f"{module}: {TIMES} times the suite's examples: {', '.join(f'{number} on {where}' for where, number in counted)}")
    assert len(counted) == 2


@pytest.mark.parametrize("what", RACES)
def test_races_for_money_end_the_same_way_every_time(what: str, say: Callable[[str], None]) -> None:
    for _ in range(TIMES):
        said = run(1, *RACES[what])
    say(f"{what} at once, {TIMES} times, each with {said.splitlines()[-1]}")
