"""Values that many pages need and that seldom change, kept in the process.

What is kept is never older than KEPT_SECONDS, whichever process changed it, and is made anew after each write of this process.
Only for what a page offers to choose from while it reads: a form that writes asks the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
KEPT_SECONDS = 30


@dataclass(frozen=True)
class Kept:
    """A value, the writes that this process had seen when its making began, and when its time is over."""

    value: Any
    generation: int
    expires: float


class KeptValues:
    """The kept values of a process by name. `generation` tells how many writes this process has seen; `clock` gives seconds."""

    def __init__(self, generation: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._generation = generation
        self._values: dict[str, Kept] = {}

    def get(self, name: str, make: Callable[[], T]) -> T:
        """The value of that name, made now unless it is kept."""
        generation, now = self._generation(), self.clock()
        kept = self._values.get(name)
        if kept is None or kept.generation != generation or kept.expires <= now:
            kept = self._values[name] = Kept(make(), generation, now + KEPT_SECONDS)
        return kept.value  # type: ignore[no-any-return]


def includeme(config: Any) -> None:
    """`request.kept(name, make)`."""
    pages = config.registry.atlas_shared_pages
    config.registry.atlas_kept = KeptValues(lambda: pages.generation)
    config.add_request_method(lambda request, name, make: request.registry.atlas_kept.get(name, make), "kept")
