"""What only some requests need is not loaded by a process that starts: it would take memory in each of them, and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import atlasbahamas_plugins

WIRINGS = [
    ".".join(("atlasbahamas_plugins", *path.relative_to(Path(atlasbahamas_plugins.__path__[0])).with_suffix("").parts))
    for path in sorted(Path(atlasbahamas_plugins.__path__[0]).rglob("wiring.py"))
]


def test_no_feature_loads_what_reads_or_prints_pdfs() -> None:
    code = f"""
import importlib, sys
for name in {WIRINGS!r}:
    importlib.import_module(name)
print([name for name in ("reportlab", "pypdf") if name in sys.modules])
importlib.import_module("atlasbahamas_plugins.leasing.paper")
print("reportlab" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert WIRINGS and run.stdout.split("\n")[:2] == ["[]", "True"]
