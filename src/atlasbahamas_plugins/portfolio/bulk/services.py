"""Planning, doing and undoing a change of many units. The rent of somebody who lives there is their lease's, and stays
(domain.md 2.6): what is changed here is what is asked for a unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes as audit_changes
from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import MAX_CENTS, money, percent
from atlasbahamas_plugins.portfolio.bulk.models import FIELDS, BulkEdit, BulkEditItem
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.services import record_unit

MOST_UNITS = 2000
UNDO_WITHIN = timedelta(days=30)
MONEY_FIELDS = ("rent_cents", "deposit_cents")
CHANGED_MEANWHILE = Refused("Some of these units were changed since this page was shown, so nothing was done. Please look again.")


@dataclass(frozen=True)
class Change:
    """How one field changes. `kind` is set, raise or percent; `amount` is cents, hundredths of a percent, or 0 and 1."""

    field: str
    kind: str
    amount: int

    def applied_to(self, value: int) -> int:
        """The value after the change. A percentage is rounded to the whole dollar, half a dollar up, and never lowers."""
        if self.kind == "set":
            return self.amount
        if self.kind == "raise":
            return value + self.amount
        dollars = (value * (10_000 + self.amount) + 500_000) // 1_000_000
        return max(value, dollars * 100)

    @property
    def words(self) -> str:
        """In words: "rent raised by 5 %"."""
        if self.field == "furnished":
            return "furnished" if self.amount else "not furnished"
        if self.field == "pets":
            return "pets welcome" if self.amount else "no pets"
        name = FIELDS[self.field].lower()
        if self.kind == "percent":
            return f"{name} raised by {percent(self.amount)}, to the whole dollar"
        return f"{name} {'set to' if self.kind == 'set' else 'raised by'} {money(self.amount)}"


@dataclass(frozen=True)
class Planned:
    """What would happen to a unit: (before, after) of each field that changes, or why nothing will."""

    unit: Unit
    values: Mapping[str, tuple[int, int]]
    refusal: str = ""


@dataclass(frozen=True)
class Chosen:
    """A unit as it was shown when somebody chose it."""

    ref: str
    version: int


def plan_bulk_edit(units: Sequence[Unit], changes: Sequence[Change]) -> list[Planned]:
    """What the changes would do to each unit. Writes nothing."""
    return [_planned(unit, changes) for unit in units]


def _planned(unit: Unit, changes: Sequence[Change]) -> Planned:
    if unit.archived is not None or unit.property.archived is not None:
        return Planned(unit, {}, "It is in the archive.")
    values = {}
    for change in changes:
        before = int(getattr(unit, change.field))
        after = change.applied_to(before)
        if change.field in MONEY_FIELDS and after > MAX_CENTS:
            return Planned(unit, {}, f"Its {FIELDS[change.field].lower()} would be more than {money(MAX_CENTS)}.")
        if after != before:
            values[change.field] = (before, after)
    return Planned(unit, values, "" if values else "Nothing would change: it is so already.")


def apply_bulk_edit(
    db: Session,
    organisation_id: int,
    visible: Select[Unit],
    chosen: Sequence[Chosen],
    changes: Sequence[Change],
    *,
    form_key: str,
    person_id: int,
    now: datetime,
    code: str | None = None,
) -> BulkEdit:
    """Change the chosen units, all that can be, in one go. `visible` is the SELECT of the units that the caller may change.

    Asked twice with one `form_key` it is done once. Raises Refused when a unit was changed since it was shown, is not there any
    more, or nothing would change; and for a key that stood for something else.
    """
    lock_organisation(db, organisation_id)
    digest = _digest(chosen, changes)
    mine = (BulkEdit.organisation_id == organisation_id, BulkEdit.form_key == form_key)
    done = db.scalar(select(BulkEdit).where(*mine))
    if done is not None:
        if done.digest != digest:
            raise Refused("This form was sent already, with something else in it. Please begin anew.")
        return done
    units = _locked(db, visible.where(Unit.ref.in_([one.ref for one in chosen])))
    if {(unit.ref, unit.version) for unit in units} != {(one.ref, one.version) for one in chosen}:
        raise CHANGED_MEANWHILE
    planned = [one for one in plan_bulk_edit(units, changes) if not one.refusal]
    if not planned:
        raise Refused("Nothing would change.")
    edit = BulkEdit(
        ref=new_key("b", code=code),
        organisation_id=organisation_id,
        form_key=form_key,
        digest=digest,
        words=sentence(changes),
        units=len(planned),
        made=now,
        made_by=person_id,
    )
    db.add(edit)
    _write(db, [(one.unit, {field: after for field, (_, after) in one.values.items()}) for one in planned], note=edit.ref)
    db.add_all(
        BulkEditItem(
            bulk_edit=edit,
            unit_id=one.unit.id,
            label=_label(one.unit),
            field=field,
            before_value=before,
            after_value=after,
            version=one.unit.version,
        )
        for one in planned
        for field, (before, after) in one.values.items()
    )
    db.flush()
    _record(db, "done", edit, after={"words": edit.words, "units": edit.units})
    return edit


def undo_bulk_edit(db: Session, edit: BulkEdit, visible: Select[Unit], *, person_id: int, now: datetime) -> None:
    """Put back what nobody changed since; the rest keeps what it has, and says so. Done once, however often it is asked for.

    Raises Refused after 30 days. `visible` is the SELECT of the units that the caller may change.
    """
    lock_organisation(db, edit.organisation_id)
    db.refresh(edit)
    if edit.undone is not None:
        return
    if not may_be_undone(edit, now=now):
        raise Refused(f"A bulk edit can be undone for {UNDO_WITHIN.days} days. This one is older.")
    items = _items(db, edit)
    units = {unit.id: unit for unit in _locked(db, _of(items, visible))}
    back: dict[int, dict[str, int]] = {}
    for item in items:
        unit = units.get(item.unit_id)
        item.restored = unit is not None and _stands(item, unit)
        if item.restored:
            back.setdefault(item.unit_id, {})[item.field] = item.before_value
    _write(db, [(units[unit_id], values) for unit_id, values in back.items()], note=edit.ref)
    edit.undone, edit.undone_by = now, person_id
    db.flush()
    _record(db, "undone", edit, after={"units": len(back)})


def may_be_undone(edit: BulkEdit, *, now: datetime) -> bool:
    """True as long as there is something to undo and time for it."""
    return edit.undone is None and now - edit.made <= UNDO_WITHIN


@dataclass(frozen=True)
class LookedAt:
    """An item of an edit, and whether the unit still has what the edit gave it; None where the caller cannot see the unit now."""

    item: BulkEditItem
    stands: bool | None


def look_at_bulk_edit(db: Session, edit: BulkEdit, visible: Select[Unit]) -> list[LookedAt]:
    """What an edit did to each unit, and what is left of it. `visible` is the SELECT of the units that the caller may see."""
    items = _items(db, edit)
    units = {unit.id: unit for unit in db.scalars(_of(items, visible))}
    return [LookedAt(item, _stands(item, units[item.unit_id]) if item.unit_id in units else None) for item in items]


def _stands(item: BulkEditItem, unit: Unit) -> bool:
    return unit.version == item.version or int(getattr(unit, item.field)) == item.after_value


def _items(db: Session, edit: BulkEdit) -> list[BulkEditItem]:
    items = select(BulkEditItem).where(BulkEditItem.bulk_edit_id == edit.id).order_by(BulkEditItem.id)
    return list(db.scalars(items))


def _of(items: Sequence[BulkEditItem], visible: Select[Unit]) -> Select[Unit]:
    return visible.where(Unit.id.in_({item.unit_id for item in items}))


def _label(unit: Unit) -> str:
    return f"{unit.label}, {unit.property.name}"


def _locked(db: Session, query: Select[Unit]) -> list[Unit]:
    """The units as they are now, each locked, in one order for everybody."""
    query = query.order_by(None).order_by(Unit.id).with_for_update(of=Unit).execution_options(populate_existing=True)
    return list(db.scalars(query))


def _write(db: Session, values: Sequence[tuple[Unit, Mapping[str, int]]], *, note: str) -> None:
    """Write new values into units, and each into the audit."""
    changed: list[tuple[Unit, dict[str, Any], dict[str, Any]]] = []
    for unit, fields in values:
        for field, value in fields.items():
            setattr(unit, field, value if field in MONEY_FIELDS else bool(value))
        changed.append((unit, *audit_changes(unit, fields)))
    db.flush()
    for unit, before, after in changed:
        record_unit(db, "unit:changed", unit, before=before, after=after, note=f"bulk edit {note}")


def _record(db: Session, verb: str, edit: BulkEdit, **changed: Any) -> None:
    about = ("bulk_edit", edit.ref)
    record(db, f"portfolio:bulk_edit:{verb}", about=about, organisation_id=edit.organisation_id, **changed)


def sentence(changes: Sequence[Change]) -> str:
    """Changes in words: "Rent raised by B$50; no pets"."""
    words = "; ".join(change.words for change in changes)
    return f"{words[:1].upper()}{words[1:]}"


def _digest(chosen: Sequence[Chosen], changes: Sequence[Change]) -> str:
    asked = [*sorted((one.ref, one.version) for one in chosen), *sorted((c.field, c.kind, c.amount) for c in changes)]
    return hashlib.sha256(repr(asked).encode()).hexdigest()
