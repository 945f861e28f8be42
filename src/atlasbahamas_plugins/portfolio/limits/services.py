"""What a limit reaches: for the pages on which it is set, and as SQL for the nodes of whatever hangs on a property."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, literal, select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import MemberLimit
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import Property, Unit


def reaches_property(limit_id: Any, property_id: Any) -> ColumnElement[bool]:
    """Whether a limit reaches a property; both are columns of the query around it."""
    of_limit = (LimitedProperty.limit_id == limit_id, LimitedProperty.property_id == property_id)
    return select(literal(1)).where(*of_limit).correlate_except(LimitedProperty).exists()


def reaches_unit(limit_id: Any, unit_id: Any) -> ColumnElement[bool]:
    """Whether a limit reaches the property of a unit; never, where there is no unit."""
    of_unit = (Unit.id == unit_id, Unit.property_id == LimitedProperty.property_id)
    return (
        select(literal(1)).where(LimitedProperty.limit_id == limit_id, *of_unit).correlate_except(LimitedProperty, Unit).exists()
    )


class PropertyParts:
    """What the core's pages ask when somebody is limited to some properties (the point `member-limits`)."""

    title = "Properties"

    def offered(self, db: Session, organisation_id: int) -> list[tuple[str, str]]:
        """Every property of the organisation by name, also those in the archive."""
        query = select(Property.ref, Property.name).where(Property.organisation_id == organisation_id)
        return [(ref, name) for ref, name in db.execute(query.order_by(Property.name, Property.id))]

    def chosen(self, db: Session, limit_id: int) -> list[tuple[str, str]]:
        """The limit's properties, by their keys."""
        query = select(Property.ref, Property.name).join(LimitedProperty, LimitedProperty.property_id == Property.id)
        return [(ref, name) for ref, name in db.execute(query.where(LimitedProperty.limit_id == limit_id).order_by(Property.ref))]

    def choose(self, db: Session, limit: MemberLimit, keys: Sequence[str]) -> None:
        """Write down the limit's properties."""
        mine = (Property.organisation_id == limit.organisation_id, Property.ref.in_(keys))
        found = db.scalars(select(Property.id).where(*mine)).all()
        if len(found) != len(set(keys)):
            raise Refused("Choose from the list.", "parts")
        db.execute(delete(LimitedProperty).where(LimitedProperty.limit_id == limit.id))
        rows = [LimitedProperty(limit_id=limit.id, property_id=id_, organisation_id=limit.organisation_id) for id_ in found]
        db.add_all(rows)
        db.flush()
