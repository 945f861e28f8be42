"""The properties with many times as many examples as in the suite, and all the junk of which the suite takes a part."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from atlasbahamas.testing.site import ROOT

TIMES = 25


def test_every_field_of_every_form_is_broken_in_every_way(say: Callable[[str], None]) -> None:
    module = ["tests/functional/test_bad_forms.py", "-k", "broken_field"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *module],
        cwd=ROOT,
        env={**os.environ, "ATLAS_TEST_EXAMPLES": "2"},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    say(f"every field in every way: {done.stdout.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.mark.parametrize("module", ["test_visible_agrees.py", "test_keyset_pages.py"])
def test_they_hold_for_many_examples(module: str, say: Callable[[str], None]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"tests/properties/{module}"],
        cwd=ROOT,
        env={**os.environ, "ATLAS_TEST_EXAMPLES": str(TIMES)},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    counted = re.findall(r"(\w+): (\d+) examples", done.stdout)
    say(f"{module}: {TIMES} times the suite's examples: {', '.join(f'{number} on {where}' for where, number in counted)}")
    assert done.returncode == 0, done.stdout[-5000:]
    assert len(counted) == 2
