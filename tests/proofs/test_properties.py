"""The properties of tests/properties with many times as many examples as in the suite."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from atlasbahamas.testing.site import ROOT

TIMES = 25


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
