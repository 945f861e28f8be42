"""What is done to add many units at once: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.services import UNIT_FIELDS, UnitDetails, record_unit

LABELS_NAMED = 5


def numbered_labels(prefix: str, first: int, count: int) -> list[str]:
    """Labels in a row: "Apt", 1, 3 gives Apt 1, Apt 2, Apt 3; without a prefix, the bare numbers."""
    return [f"{prefix} {number}".strip() for number in range(first, first + count)]


def taken_labels(db: Session, above: Property, details: Sequence[UnitDetails]) -> dict[str, str]:
    """Label as given -> why the property cannot have another unit of that label, in words.

    Empty when all of the units are there exactly so already: then whoever asks has asked twice, and nothing is wrong.
    """
    there = _units_there(db, above, details)
    if _all_there(there, details):
        return {}
    taken: dict[str, str] = {}
    for wanted in details:
        if unit := there.get(name_key(wanted.label)):
            where = " in the archive" if unit.archived else ""
            taken[wanted.label] = f"This property has a unit “{unit.label}”{where} already."
    return taken


def add_units(db: Session, above: Property, details: Sequence[UnitDetails], *, now: datetime) -> int:
    """Add units to a property, all or none; gives how many. When every one is there exactly so already it is none: sending the
    same form twice adds once.

    Raises Refused for labels that the property has already, in whatever letters.
    """
    if above.archived is not None:
        raise Refused("This property is archived. Take it out of the archive first.")
    there = _units_there(db, above, details)
    if _all_there(there, details):
        return 0
    if there:
        raise _taken([unit.label for unit in there.values()])
    units = [Unit(ref=new_key("u"), property=above, created=now, **asdict(wanted)) for wanted in details]
    try:
        with db.begin_nested():
            db.add_all(units)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_portfolio_unit_label":
            raise
        raise Refused("Somebody added a unit with one of these labels at this moment. Please try again.", "labels") from error
    for unit in units:
        record_unit(db, "unit:added", unit, after={"property": above.ref, **_facts(unit)})
    return len(units)


def _units_there(db: Session, above: Property, details: Sequence[UnitDetails]) -> dict[str, Unit]:
    keys = [name_key(wanted.label) for wanted in details]
    query = select(Unit).where(Unit.property_id == above.id, Unit.label_key.in_(keys)).order_by(Unit.id)
    return {unit.label_key: unit for unit in db.scalars(query)}


def _all_there(there: dict[str, Unit], details: Sequence[UnitDetails]) -> bool:
    found = [there.get(name_key(wanted.label)) for wanted in details]
    return all(unit is not None and _facts(unit) == asdict(wanted) for unit, wanted in zip(found, details, strict=True))


def _facts(unit: Unit) -> dict[str, object]:
    """What a unit offers, by the names that `UnitDetails` has."""
    return {name: getattr(unit, name) for name in UNIT_FIELDS}


def _taken(labels: Sequence[str]) -> Refused:
    named = ", ".join(f"“{label}”" for label in labels[:LABELS_NAMED])
    more = f" and {len(labels) - LABELS_NAMED:,} more" if len(labels) > LABELS_NAMED else ""
    return Refused(f"This property has these labels already: {named}{more}. Nothing was added.", "labels")
