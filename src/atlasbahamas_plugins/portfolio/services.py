"""What is done with properties, units and holds. Raises Refused where a rule says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas.people.services import create_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.portfolio.models import HOLDS_APART, Hold, Island, Property, Settlement, Unit

PROPERTY_FACTS = ("amenities", "amenities_more", "assessment_number", "tax_class", "notes")
PROPERTY_FIELDS = ("name", "kind", "settlement", "street", "po_box", *PROPERTY_FACTS)
UNIT_FIELDS = ("label", "beds", "baths", "rent_cents", "deposit_cents", "area_sqft", "furnished", "pets")


@dataclass(frozen=True)
class PropertyDetails:
    """Where and what a property is. There are no postal codes in The Bahamas (domain.md section 4).

    `assessment_number` and `tax_class` are those of real property tax.
    """

    name: str
    kind: str
    settlement_id: int
    street: str
    po_box: str = ""
    notes: str = ""
    amenities: tuple[str, ...] = ()
    amenities_more: str = ""
    assessment_number: str = ""
    tax_class: str = ""


@dataclass(frozen=True)
class UnitDetails:
    """What a unit offers. Rent and deposit are cents a month; the area is square feet."""

    label: str
    beds: int
    baths: int
    rent_cents: int
    deposit_cents: int = 0
    area_sqft: int | None = None
    furnished: bool = False
    pets: bool = False


def add_property(
    db: Session,
    organisation: Organisation,
    details: PropertyDetails,
    *,
    now: datetime,
    code: str | None = None,
) -> Property:
    """Add a property to an organisation. `code` fixes the end of its key (demo data)."""
    row = Property(ref=new_key(details.name, code=code), organisation_id=organisation.id, created=now)
    db.add(row)
    _, after = _write_property(db, row, details)
    record_property(db, "added", row, after=after)
    return row


def edit_property(db: Session, row: Property, details: PropertyDetails) -> Property:
    """Change a property. Raises Refused for a settlement that does not exist."""
    before, after = _write_property(db, row, details)
    if after:
        record_property(db, "changed", row, before=before, after=after)
    return row


def record_property(db: Session, verb: str, row: Property, **changed: Any) -> None:
    """Write into the audit what was done to a property."""
    record(db, f"portfolio:property:{verb}", about=("property", row.ref), organisation_id=row.organisation_id, **changed)


def record_unit(db: Session, what: str, row: Unit, **changed: Any) -> None:
    """Write into the audit what was done to a unit, or to something of it: `what` is the thing and the verb."""
    record(db, f"portfolio:{what}", about=("unit", row.ref), organisation_id=row.property.organisation_id, **changed)


def _write_property(db: Session, row: Property, details: PropertyDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    with db.no_autoflush:
        settlement = db.get(Settlement, details.settlement_id)
    if settlement is None or not (settlement.is_offered or settlement.id == row.settlement_id):
        raise Refused("Choose one of the list.", "settlement")
    row.name, row.kind, row.settlement = details.name, details.kind, settlement
    row.street, row.po_box, row.notes = details.street, details.po_box, details.notes
    row.amenities, row.amenities_more = list(details.amenities), details.amenities_more
    row.assessment_number, row.tax_class = details.assessment_number, details.tax_class
    before, after = changes(row, PROPERTY_FIELDS)
    db.flush()
    return _named(before), _named(after)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """The audit keeps a settlement by its name, which says more than its number."""
    return {name: value.name if isinstance(value, Settlement) else value for name, value in values.items()}


def add_unit(db: Session, above: Property, details: UnitDetails, *, now: datetime, code: str | None = None) -> Unit:
    """Add a unit to a property. Raises Refused when the property has one of that label, in whatever letters."""
    if above.archived is not None:
        raise Refused("This property is archived. Take it out of the archive first.")
    row = Unit(ref=new_key("u", code=code), property=above, created=now)
    _, after = _write_unit(db, row, details)
    record_unit(db, "unit:added", row, after={"property": above.ref, **after})
    return row


def edit_unit(db: Session, row: Unit, details: UnitDetails) -> Unit:
    """Change a unit. The rent of somebody who lives there is their lease's, and stays (domain.md 2.6)."""
    before, after = _write_unit(db, row, details)
    if after:
        record_unit(db, "unit:changed", row, before=before, after=after)
    return row


def _write_unit(db: Session, row: Unit, details: UnitDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        with db.begin_nested():
            row.label, row.beds, row.baths = details.label, details.beds, details.baths
            row.rent_cents, row.deposit_cents = details.rent_cents, details.deposit_cents
            row.area_sqft, row.furnished, row.pets = details.area_sqft, details.furnished, details.pets
            db.add(row)
            changed = changes(row, UNIT_FIELDS)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_portfolio_unit_label":
            raise
        raise Refused("This property has a unit with that label already.", "label") from error
    return changed


def archive_property(db: Session, row: Property, *, now: datetime) -> None:
    """Put a property away. It keeps its history, and can be brought back."""
    if row.archived is None:
        row.archived = now
        db.flush()
        record_property(db, "archived", row)


def restore_property(db: Session, row: Property) -> None:
    """Bring a property back from the archive."""
    if row.archived is not None:
        row.archived = None
        db.flush()
        record_property(db, "restored", row)


def archive_unit(db: Session, row: Unit, *, now: datetime) -> None:
    """Put a unit away."""
    if row.archived is None:
        row.archived = now
        db.flush()
        record_unit(db, "unit:archived", row)


def restore_unit(db: Session, row: Unit) -> None:
    """Bring a unit back from the archive."""
    if row.archived is not None:
        row.archived = None
        db.flush()
        record_unit(db, "unit:restored", row)


def let_a_home(
    db: Session,
    organisation: Organisation | None,
    organisation_name: str,
    owner_id: int,
    where: PropertyDetails,
    what: UnitDetails,
    *,
    now: datetime,
) -> Unit:
    """ "I have a home to let": organisation (unless there is one), property and unit together, or nothing (domain.md 3.1)."""
    # It is called after a person: a name can be taken back when they are erased, an address that others keep cannot.
    home_of = organisation or create_organisation(db, organisation_name, owner_id, now=now, words="homes")
    return add_unit(db, add_property(db, home_of, where, now=now), what, now=now)


def hold_unit(
    db: Session,
    unit: Unit,
    *,
    starts: date,
    ends: date,
    reason: str,
    person_id: int | None,
    now: datetime,
    code: str | None = None,
) -> Hold:
    """Keep a unit from `starts` until the day before `ends`. Raises Refused when it is held in that time."""
    if ends <= starts:
        raise Refused("The hold has to end after it starts.", "ends")
    hold = Hold(
        ref=new_key("h", code=code),
        unit_id=unit.id,
        starts=starts,
        ends=ends,
        reason=reason,
        person_id=person_id,
        created=now,
    )
    try:
        with db.begin_nested():
            db.add(hold)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != HOLDS_APART:
            raise
        raise Refused("This unit is held already in that time.", "starts") from error
    record_unit(db, "hold:added", unit, after=_hold_fields(hold))
    return hold


def _hold_fields(hold: Hold) -> dict[str, Any]:
    return {"hold": hold.ref, "starts": hold.starts, "ends": hold.ends, "reason": hold.reason}


def release_hold(db: Session, hold: Hold) -> None:
    """End a hold: the unit is free again."""
    unit = hold.unit
    db.delete(hold)
    db.flush()
    record_unit(db, "hold:released", unit, before=_hold_fields(hold))


def holds_of(db: Session, unit: Unit, *, today: date) -> list[Hold]:
    """Holds of a unit that run or are to come."""
    return list(db.scalars(select(Hold).where(Hold.unit_id == unit.id, Hold.ends > today).order_by(Hold.starts).limit(50)))


def roles_in(db: Session, organisation: Organisation, person_id: int) -> list[str]:
    """Roles that a person holds in all of an organisation today: whoever is limited to some properties adds none."""
    mine = (
        Membership.organisation_id == organisation.id,
        Membership.person_id == person_id,
        Membership.until.is_(None),
        Membership.limit_id.is_(None),
    )
    return list(db.scalars(select(Membership.role).where(*mine)))


def places(db: Session, *, keep: int | None = None) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(key, name, its settlements as (id, name)) of every island, in the order in which people name them. One query.

    What is retired is left out, but for the settlement `keep`: whoever is there may stay.
    """
    offered = and_(Island.retired.is_(None), Settlement.retired.is_(None))
    rows = db.execute(
        select(Island.ref, Island.name, Settlement.id, Settlement.name)
        .join(Settlement, Settlement.island_id == Island.id)
        .where(or_(offered, Settlement.id == keep))
        .order_by(Island.position, Island.id, Settlement.name)
    )
    grouped: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for ref, island, number, name in rows:
        grouped.setdefault((ref, island), []).append((str(number), name))
    return [(ref, island, settlements) for (ref, island), settlements in grouped.items()]


def island_choices(db: Session) -> list[tuple[str, str]]:
    """(key, name) of every island, for a select."""
    return [(ref, name) for ref, name, _ in places(db)]


def settlement_choices(db: Session, *, keep: int | None = None) -> dict[str, list[tuple[str, str]]]:
    """Island name -> (id, name) of its settlements, for a grouped select; `keep` as in `places`."""
    return {name: settlements for _, name, settlements in places(db, keep=keep)}
