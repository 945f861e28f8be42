"""What administrators do with islands, settlements and utilities. Raises Refused where a rule says no.

What is in use is never deleted: it is retired, and from then on offered nowhere; what lies there stays where it is. The key of
a place, which stands in addresses (`?island=exuma`), stays the same when the place gets another name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Delete, delete, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas_plugins.portfolio.models import Island, Settlement
from atlasbahamas_plugins.portfolio.places.events import PlaceListener
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS, IslandUtility, Utility

MAX_REF = 60
Place = Island | Settlement


@dataclass(frozen=True)
class PlaceDetails:
    """What a place is called; `position` is an island's place in the order in which people name them."""

    name: str
    other_names: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True)
class UtilityDetails:
    """A company, what it supplies, and where."""

    name: str
    kind: str
    island_ids: tuple[int, ...]


def add_island(db: Session, details: PlaceDetails) -> Island:
    """Add an island. Raises Refused for a name that another has."""
    taken = _lock(db)
    _refuse_taken(details.name, taken)
    row = Island(ref=_free_ref(details.name, [island.ref for island in taken]))
    _write_island(db, row, details)
    _record(db, "island:added", row, after=_fields(row))
    return row


def edit_island(db: Session, row: Island, details: PlaceDetails, listeners: Iterable[PlaceListener], *, now: datetime) -> None:
    """Rename an island or move it in the order. Raises Refused for a name that another has."""
    _refuse_taken(details.name, [island for island in _lock(db) if island.id != row.id])
    before, after = _write_island(db, row, details)
    if after:
        _record(db, "island:changed", row, before=before, after=after)
    if after.keys() & {"name", "other_names"}:
        _tell(db, db.scalars(select(Settlement.id).where(Settlement.island_id == row.id)).all(), listeners, now)


def add_settlement(db: Session, island: Island, details: PlaceDetails) -> Settlement:
    """Add a settlement to an island. Raises Refused for a name that another of the island has."""
    _lock(db)
    taken = _settlements(db, island.id)
    _refuse_taken(details.name, taken)
    row = Settlement(island=island, ref=_free_ref(details.name, [settlement.ref for settlement in taken]))
    _write(db, row, details)
    _record(db, "settlement:added", row, after=_fields(row))
    return row


def edit_settlement(
    db: Session, row: Settlement, details: PlaceDetails, listeners: Iterable[PlaceListener], *, now: datetime
) -> None:
    """Rename a settlement. Raises Refused for a name that another of its island has."""
    _lock(db)
    _refuse_taken(details.name, [settlement for settlement in _settlements(db, row.island_id) if settlement.id != row.id])
    before, after = _write(db, row, details)
    if after:
        _record(db, "settlement:changed", row, before=before, after=after)
        _tell(db, [row.id], listeners, now)


def retire_place(db: Session, row: Place, *, today: date) -> None:
    """Offer a place no longer, from today on. What lies there stays."""
    _retire(db, row, today)


def restore_place(db: Session, row: Place) -> None:
    """Offer a place again."""
    _retire(db, row, None)


def delete_settlement(db: Session, row: Settlement) -> None:
    """Delete a settlement in which nothing lies. Raises Refused for any other: that one can be retired."""
    before = _fields(row)
    _delete(db, row, [])
    _record(db, "settlement:deleted", row, before=before)


def delete_island(db: Session, row: Island) -> None:
    """Delete an island with its settlements, if nothing lies there. Raises Refused for any other: it can be retired."""
    _lock(db)
    before = {**_fields(row), "settlements": [settlement.name for settlement in _settlements(db, row.id)]}
    of_island = [delete(model).where(model.island_id == row.id) for model in (IslandUtility, Settlement)]
    _delete(db, row, of_island)
    _record(db, "island:deleted", row, before=before)


def _delete(db: Session, row: Place, first: Sequence[Delete]) -> None:
    """Delete a place, if the database lets it go: a foreign key holds what is in use."""
    try:
        with db.begin_nested():
            for statement in first:
                db.execute(statement)
            db.delete(row)
            db.flush()
    except IntegrityError as error:
        raise Refused("There are properties here. You can retire it instead: then nobody is offered it any more.") from error


def add_utility(db: Session, details: UtilityDetails) -> Utility:
    """Add a utility. Raises Refused when there is one of that name for the same thing."""
    row = Utility()
    after = _write_utility(db, row, details)
    _record(db, "utility:added", row, after=after)
    return row


def edit_utility(db: Session, row: Utility, details: UtilityDetails) -> None:
    """Change a utility or where it supplies. Raises Refused when there is another of that name for the same thing."""
    before = _utility_fields(row)
    after = _write_utility(db, row, details)
    if after != before:
        _record(db, "utility:changed", row, before=before, after=after)


def retire_utility(db: Session, row: Utility, *, today: date) -> None:
    """Show a utility no longer, from today on."""
    _retire(db, row, today)


def restore_utility(db: Session, row: Utility) -> None:
    """Show a utility again."""
    _retire(db, row, None)


def utilities_on(db: Session, island_id: int) -> list[tuple[str, list[str]]]:
    """(what, names of who supplies it) for an island, in the order in which people ask."""
    query = select(Utility.kind, Utility.name).join(IslandUtility, IslandUtility.utility_id == Utility.id)
    rows = db.execute(query.where(IslandUtility.island_id == island_id, Utility.retired.is_(None)).order_by(Utility.name)).all()
    found = {kind: [name for each, name in rows if each == kind] for kind in UTILITY_KINDS}
    return [(UTILITY_KINDS[kind], names) for kind, names in found.items() if names]


def counted_settlements(db: Session) -> dict[int, int]:
    """Island id -> how many settlements it has."""
    rows = db.execute(select(Settlement.island_id, func.count()).group_by(Settlement.island_id))
    return {row[0]: row[1] for row in rows}


def _lock(db: Session) -> list[Island]:
    """Every island, locked: whoever changes places does it after the other, so no name comes twice."""
    return list(db.scalars(select(Island).order_by(Island.id).with_for_update()))


def _settlements(db: Session, island_id: int) -> list[Settlement]:
    return list(db.scalars(select(Settlement).where(Settlement.island_id == island_id).order_by(Settlement.name)))


def _refuse_taken(name: str, others: Sequence[Place]) -> None:
    taken = next((other for other in others if name_key(other.name) == name_key(name)), None)
    if taken is not None:
        gone = " It is retired; you can bring it back." if taken.retired else ""
        raise Refused(f"There is “{taken.name}” already.{gone}", "name")


def _free_ref(name: str, taken: Sequence[str]) -> str:
    """A key for addresses: the name's letters and digits; with a number after it where another place has that key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_REF].strip("-") or "place"
    number = 1
    ref = slug
    while ref in taken:
        number += 1
        ref = f"{slug}-{number}"
    return ref


def _write_island(db: Session, row: Island, details: PlaceDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write an island. Where another has its place in the order, that one and those after it move one on."""
    others = Island.id != row.id if row.id is not None else true()
    if db.scalar(select(Island.id).where(Island.position == details.position, others)) is not None:
        db.execute(update(Island).where(Island.position >= details.position, others).values(position=Island.position + 1))
    row.position = details.position
    return _write(db, row, details, "position")


def _write(db: Session, row: Place, details: PlaceDetails, *more: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row.name, row.other_names = details.name, list(details.other_names)
    db.add(row)
    changed = changes(row, ("name", "other_names", *more))
    db.flush()
    return changed


def _retire(db: Session, row: Place | Utility, day: date | None) -> None:
    if (row.retired is None) == (day is None):
        return
    row.retired = day
    db.flush()
    _record(db, f"{_kind(row)}:{'restored' if day is None else 'retired'}", row)


def _tell(db: Session, settlement_ids: Sequence[int], listeners: Iterable[PlaceListener], now: datetime) -> None:
    for listener in listeners:
        listener.place_renamed(db, settlement_ids, now=now)


def _write_utility(db: Session, row: Utility, details: UtilityDetails) -> dict[str, Any]:
    _lock(db)
    others = db.scalars(select(Utility).where(Utility.kind == details.kind)).all()
    if any(name_key(other.name) == name_key(details.name) for other in others if other is not row):
        raise Refused("There is one of this name already, for the same thing.", "name")
    islands = db.scalars(select(Island).where(Island.id.in_(details.island_ids)).order_by(Island.position)).all()
    if len(islands) != len(details.island_ids):
        raise Refused("Choose islands of the list.", "islands")
    row.name, row.kind, row.islands = details.name, details.kind, list(islands)
    db.add(row)
    db.flush()
    return _utility_fields(row)


def _utility_fields(row: Utility) -> dict[str, Any]:
    return {"name": row.name, "kind": row.kind, "islands": sorted(island.ref for island in row.islands)}


def _fields(row: Place) -> dict[str, Any]:
    return {"name": row.name, "other_names": row.other_names}


def _kind(row: Place | Utility) -> str:
    return type(row).__name__.lower()


def _record(db: Session, what: str, row: Place | Utility, **changed: Any) -> None:
    record(db, f"portfolio:{what}", about=(_kind(row), str(row.id)), organisation_id=None, **changed)
