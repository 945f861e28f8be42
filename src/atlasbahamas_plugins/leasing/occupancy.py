"""What leasing says of units that are taken: its source for the portfolio's point `occupancy`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, and_, case, literal, or_, select

from atlasbahamas_plugins.leasing.models import BINDING, Lease


class LeaseSource:
    """The occupancy source: units that are let, that a tenant is about to leave, or that wait for a signature.

    A lease takes its unit from the day on which it is agreed, so that nobody offers the home to somebody else before it begins;
    while it waits for signatures the unit is held.
    """

    def occupied(self, day: date) -> Select[int, str]:
        """Units of which a lease has the day."""
        begun = or_(Lease.starts <= day, Lease.agreed <= day, Lease.state == "sent")
        there = and_(begun, or_(Lease.last_day.is_(None), Lease.last_day >= day))
        said = case((Lease.state == "notice", literal("notice")), (Lease.state == "sent", literal("held")), else_=literal("let"))
        return select(Lease.unit_id, said).where(Lease.state.in_(("sent", *BINDING)), there)
