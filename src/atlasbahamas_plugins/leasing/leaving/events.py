"""What happens to deposits when somebody leaves, for whoever keeps the books of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from atlasbahamas_plugins.leasing.leaving.models import Statement
from atlasbahamas_plugins.leasing.models import Lease

DEPOSIT_KEEPER = "deposit-keeper"
"""The extension point to which a feature contributes a DepositKeeper."""


class Missing(NamedTuple):
    """Something of the deposits that were agreed that is not there: never paid, or used before. `words` name nobody."""

    words: str
    cents: int


@runtime_checkable
class DepositKeeper(Protocol):
    """Who knows what became of deposits."""

    def missing(self, db: Session, lease: Lease) -> Sequence[Missing]:
        """What of the deposits of a lease is not there. Reads only: a page asks it."""

    def statement_sent(self, db: Session, lease: Lease, statement: Statement, *, by: int | None, now: datetime) -> None:
        """The final statement was sent. Told in the same transaction, so what it writes goes or stays with it."""
