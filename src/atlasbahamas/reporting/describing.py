"""What the operators are told of an error: kinds and places, never a message, which may hold what somebody typed."""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from pathlib import Path

OURS = ("atlasbahamas", "atlasbahamas_plugins")
MOST_PLACES = 12


@dataclass(frozen=True)
class Told:
    """An error as it is told. `where` is the page or the job, `request_id` finds the rest in the log."""

    kind: str
    places: tuple[str, ...]
    where: str
    request_id: str

    @property
    def key(self) -> str:
        """The same for the same class at the same place."""
        return hashlib.sha256(self.kind.encode()).hexdigest()


def tell(error: BaseException, *, where: str, request_id: str) -> Told:
    """Describe an error by the places that it came through, the innermost last; one that came through none, by `where`."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    places = [f"{_file(code.co_filename)}:{line} in {code.co_name}" for code, line in frames]
    ours = [place for place in places if place.startswith(OURS)]
    place = (ours or places or [where])[-1]
    return Told(f"{type(error).__name__} at {place}"[:300], tuple(places[-MOST_PLACES:]), where, request_id)


def _file(path: str) -> str:
    """The path from the package on: where a site is installed says nothing."""
    parts = Path(path).parts
    for start, part in enumerate(parts):
        if part in (*OURS, "site-packages") and part != "src":
            return "/".join(parts[start + (part == "site-packages") :])
    return parts[-1]
