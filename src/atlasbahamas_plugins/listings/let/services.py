"""Taking listings down whose home is let: by hand, and by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from atlasbahamas.jobs.services import enqueue
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas_plugins.listings.models import ON_THE_MARKET, Listing
from atlasbahamas_plugins.listings.services import mark_let
from atlasbahamas_plugins.listings.telling.services import tell_writers
from atlasbahamas_plugins.listings.versions.services import lock_listing

LET_CATEGORY = NotificationCategory("listings.let", "Homes that are let", "A listing left the catalogue because its home is let.")
TAKE_DOWN = "listings.take_down_let"
AT_ONCE = 200


def take_down_let(db: Session, let: Select[Any], *, roles: Sequence[str], after: int, now: datetime) -> int:
    """End the listings on the market whose unit is let, those with an id above `after`; gives how many.

    `let` selects the ids of the units that are let today, and members in `roles` are told. Another job goes on where there are
    more than AT_ONCE.
    """
    wanted = select(Listing.id).where(Listing.state.in_(ON_THE_MARKET), Listing.unit_id.in_(let), Listing.id > after)
    found = db.scalars(wanted.order_by(Listing.id).limit(AT_ONCE)).all()
    ended = 0
    for number in found:
        listing = lock_listing(db, db.get_one(Listing, number))
        if listing.state not in ON_THE_MARKET:
            continue
        mark_let(db, listing, verb="left_by_itself")
        subject = f"“{listing.title[:120]}” is let and left the catalogue"
        tell_writers(db, listing, LET_CATEGORY, subject, roles=roles, now=now)
        ended += 1
    if len(found) == AT_ONCE:
        enqueue(db, TAKE_DOWN, {"after": found[-1]}, now=now)
    return ended
