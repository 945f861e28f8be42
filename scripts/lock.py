"""Write deploy/constraints.txt (`make lock`): the version that this environment has of each library that the product needs.

Run it where the suite has passed: what an operator installs is then what was tested.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONSTRAINTS = Path(__file__).resolve().parents[1] / "deploy" / "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13")
EXTRAS = frozenset(("gunicorn", "s3"))
"""Those that an installation may have."""


def wanted_by(name: str, extras: frozenset[str], python: str, seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """The libraries that a distribution wants on a Python, and those that these want; `seen` are those that were asked.

    Of one that is not here, because this Python does not need it, nothing more is known.
    """
    names: set[str] = set()
    if (name, extras) in seen:
        return names
    seen.add((name, extras))
    try:
        requirements = distribution(name).requires or ()
    except PackageNotFoundError:
        return names
    here = {"python_version": python, "python_full_version": f"{python}.0"}
    for wanted in map(Requirement, requirements):
        if wanted.marker is None or any(wanted.marker.evaluate({**here, "extra": extra}) for extra in extras | {""}):
            library = canonicalize_name(wanted.name)
            names |= {library} | wanted_by(library, frozenset(wanted.extras), python, seen)
    return names


def wanted() -> set[str]:
    """The libraries that the product is installed with, on any Python that it supports."""
    return set().union(*(wanted_by("atlasbahamas", EXTRAS, python, set()) for python in PYTHONS))


def version(name: str) -> str:
    """The version that is here, or the newest there is of a library that only another Python needs. Raises CalledProcessError."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        with tempfile.TemporaryDirectory() as nowhere:
            asked = ("install", "--quiet", "--dry-run", "--report=-", "--no-deps", f"--target={nowhere}", "--only-binary=:all:")
            words = [sys.executable, "-m", "pip", *asked, f"--python-version={PYTHONS[-1]}", name]
            report = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603 - the names are of our own libraries
        return str(report["install"][0]["metadata"]["version"])


if __name__ == "__main__":
    lines = [
        "# Written by `make lock`; deploy/install.sh installs these.",
        *(f"{name}=={version(name)}" for name in sorted(wanted())),
    ]
    CONSTRAINTS.write_text("\n".join(lines) + "\n")
