"""The extension point `occupancy`: who or what a unit is taken by on a day.

Each source gives one SELECT, so that lists can filter by it; the strongest state wins, and without any the unit is vacant.
Holds are the first source; leases will be another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, Select, String, case, cast, false, func, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ScalarSelect

from atlasbahamas_plugins.portfolio.models import Hold, Unit

OCCUPANCY = "occupancy"
STATES = {
    "vacant": "Vacant",
    "held": "Held",
    "notice": "Notice",
    "let": "Let",
    "out_of_service": "Out of service",
}
TONES = {"vacant": "sea", "held": "warn", "notice": "warn", "let": "good", "out_of_service": "quiet"}
"""Tone of a state's badge."""

_STRENGTH = {state: strength for strength, state in enumerate(STATES)}


@runtime_checkable
class OccupancySource(Protocol):
    """Says which units it takes on a day."""

    def occupied(self, day: date) -> Select[int, str]:
        """One SELECT of (unit id, state); the state is one of held, notice, let, out_of_service."""


class HoldSource:
    """Units that are held for somebody."""

    def occupied(self, day: date) -> Select[int, str]:
        """Units whose hold covers the day."""
        return select(Hold.unit_id, literal("held")).where(Hold.starts <= day, Hold.ends > day)


def unit_state(sources: Sequence[OccupancySource], day: date) -> ColumnElement[str]:
    """The state of each row of Unit on a day, as an expression for SELECT, WHERE and ORDER BY."""
    strongest = _strongest(sources, day)
    states = [(strongest == strength, literal(state)) for state, strength in _STRENGTH.items() if strength]
    return case(*states, else_=literal("vacant"))


def units_that_are(sources: Sequence[OccupancySource], day: date, state: str) -> Select[int]:
    """SELECT of the ids of the units of which some source says `state` on a day, whatever others say besides."""
    if not sources:
        return select(Unit.id).where(false())
    rows = union_all(*[source.occupied(day) for source in sources]).subquery()
    unit_id, said = rows.columns
    return select(unit_id).where(cast(said, String) == state)


def count_states(db: Session, sources: Sequence[OccupancySource], day: date, units: Select[Any]) -> dict[int, dict[str, int]]:
    """Id of a property -> state -> how many of some units (a SELECT of Unit) are in it on a day."""
    ids = units.with_only_columns(Unit.id)
    strength: ColumnElement[Any] = literal(0)
    query = select(Unit.property_id).where(Unit.id.in_(ids))
    if sources:
        # Asked of all units at once: to ask for each of many takes ten times as long.
        unit_id, state = union_all(*[source.occupied(day) for source in sources]).subquery().columns
        taken = select(unit_id.label("unit_id"), func.max(case(_STRENGTH, value=cast(state, String), else_=0)).label("strength"))
        found = taken.where(unit_id.in_(ids)).group_by(unit_id).subquery("taken")
        query = query.outerjoin(found, found.c.unit_id == Unit.id)
        strength = func.coalesce(found.c.strength, 0)
    by_strength = list(STATES)
    counted: dict[int, dict[str, int]] = {}
    for property_id, found_strength, count in db.execute(
        query.add_columns(strength, func.count()).group_by(Unit.property_id, strength)
    ):
        counted.setdefault(property_id, {})[by_strength[found_strength]] = count
    return counted


def unit_state_of(db: Session, sources: Sequence[OccupancySource], unit: Unit, day: date) -> str:
    """The state of one unit on a day."""
    return db.execute(select(unit_state(sources, day)).select_from(Unit).where(Unit.id == unit.id)).scalar_one()


def _strongest(sources: Sequence[OccupancySource], day: date) -> ScalarSelect[Any] | ColumnElement[Any]:
    if not sources:
        return literal(0)
    rows = union_all(*[source.occupied(day) for source in sources]).subquery()
    unit_id, state = rows.columns
    strength = case(_STRENGTH, value=cast(state, String), else_=0)
    return select(func.max(strength)).where(unit_id == Unit.id).correlate(Unit).scalar_subquery()
