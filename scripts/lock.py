"""Write deploy/constraints.txt (`make lock`): the version that this environment has of each library that the product needs.

Run it where the suite has passed: what an operator installs is then what was tested.
"""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONSTRAINTS = Path(__file__).resolve().parents[1] / "deploy" / "constraints.txt"
EXTRAS = frozenset(("gunicorn", "s3"))
"""Those that an installation may have."""


def wanted_by(name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """The libraries that a distribution wants with some extras, and those that these want; `seen` are those that were asked."""
    names: set[str] = set()
    if (name, extras) in seen:
        return names
    seen.add((name, extras))
    for wanted in map(Requirement, distribution(name).requires or ()):
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            library = canonicalize_name(wanted.name)
            names |= {library} | wanted_by(library, frozenset(wanted.extras), seen)
    return names


def pinned() -> dict[str, str]:
    """The version of each library, by its name."""
    return {name: distribution(name).version for name in sorted(wanted_by("atlasbahamas", EXTRAS, set()))}


if __name__ == "__main__":
    lines = ["# Written by `make lock`; deploy/install.sh installs these.", *map("==".join, pinned().items())]
    CONSTRAINTS.write_text("\n".join(lines) + "\n")
