"""benchmarks/RESULTS.md: a section for each benchmark, each written anew by its own command."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True)
class Line:
    """One line of a table: what was measured, and whether it is as good as it has to be."""

    what: str
    measured: str
    target: str
    good: bool


def section(title: str, command: str, text: str, lines: Iterable[Line]) -> str:
    """A section of the file, as it would stand there now."""
    models = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    machine = f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = "\n".join(f"| {x.what} | {x.measured} | {x.target} | {'pass' if x.good else 'FAIL'} |" for x in lines)
    return f"""# {title}

Written by `{command}` on {datetime.now(UTC):%d %B %Y at %H:%M} UTC; {machine}.

{text.strip()}

| What | Measured | Target | |
|---|---|---|---|
{table}
"""


def save(written: str) -> None:
    """Put a section in the place of the one with the same title, or at the end."""
    kept = re.split(r"^(?=# )", FILE.read_text(encoding="utf-8") if FILE.exists() else "", flags=re.MULTILINE)
    sections = {part.partition("\n")[0]: part.strip() for part in kept if part.strip()}
    sections[written.partition("\n")[0]] = written.strip()
    FILE.write_text("\n\n".join(sections.values()) + "\n", encoding="utf-8")


def publish(measure: Callable[[], list[Line]], report: Callable[[list[Line]], str]) -> int:
    """Measure, write, print, and give the exit code: whether every target was met."""
    lines = measure()
    written = report(lines)
    save(written)
    print(written)
    return 0 if all(line.good for line in lines) else 1
