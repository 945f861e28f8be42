"""What happens to places, for features that keep something of them: search words, addresses on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

PLACE_RENAMED = "place-renamed"
"""The extension point to which a feature contributes a PlaceListener."""


@runtime_checkable
class PlaceListener(Protocol):
    """Told in the transaction of the change, so it may veto, and what it writes goes or stays with it."""

    def place_renamed(self, db: Session, settlement_ids: Sequence[int], *, now: datetime) -> None:
        """Names of these settlements, or of the island that they are on, are others now."""
