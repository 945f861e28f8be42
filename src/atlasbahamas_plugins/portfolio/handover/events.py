"""What happens when a property changes hands, for features that keep something of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

PROPERTY_HANDED_OVER = "property-handed-over"
"""The extension point to which a feature contributes a HandoverListener."""


@runtime_checkable
class HandoverListener(Protocol):
    """Told in the transaction of the handover, so it may veto, and what it writes goes or stays with it."""

    def property_handed_over(self, db: Session, property_id: int, from_id: int, to_id: int, *, now: datetime) -> None:
        """The property was the organisation `from_id`'s up to now, and is `to_id`'s from now on."""
