"""Loads the demo properties, units, holds and times out of service; what they are is in demo_content.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.demo_content import ORGANISATIONS
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.portfolio import services
from atlasbahamas_plugins.portfolio.bulk.services import Change, Chosen, apply_bulk_edit
from atlasbahamas_plugins.portfolio.demo_content import BULK_EDITS, HOLDS, OUT_OF_SERVICE, PROPERTIES
from atlasbahamas_plugins.portfolio.models import Island, Property, Settlement, Unit
from atlasbahamas_plugins.portfolio.out_of_service.services import OutOfServiceDetails, take_out_of_service


def load_demo(db: Session, *, now: datetime) -> None:
    """Make every demo property with its units, and what occupies them. Deterministic."""
    names = {entry.key: entry.name for entry in ORGANISATIONS}
    units: dict[tuple[str, str], Unit] = {}
    for entry in PROPERTIES:
        organisation = db.scalars(select(Organisation).where(Organisation.name == names[entry.organisation])).one()
        settlement = db.scalars(
            select(Settlement)
            .join(Island, Island.id == Settlement.island_id)
            .where(Island.ref == entry.island, Settlement.ref == entry.settlement)
        ).one()
        where = services.PropertyDetails(entry.name, entry.kind, settlement.id, entry.street, entry.po_box)
        above = services.add_property(db, organisation, where, now=now, code=demo_code(entry.name))
        for unit in entry.units:
            what = services.UnitDetails(
                label=unit.label,
                beds=unit.beds,
                baths=unit.baths,
                rent_cents=unit.rent_cents,
                deposit_cents=unit.deposit_cents,
                area_sqft=unit.area_sqft,
                furnished=unit.furnished,
                pets=unit.pets,
            )
            code = demo_code(f"{entry.name}/{unit.label}")
            units[entry.name, unit.label] = services.add_unit(db, above, what, now=now, code=code)
    today = now.astimezone(NASSAU).date()
    for hold in HOLDS:
        starts = today + timedelta(days=hold.starts_in_days)
        services.hold_unit(
            db,
            units[hold.property_name, hold.unit_label],
            starts=starts,
            ends=starts + timedelta(days=hold.days),
            reason=hold.reason,
            person_id=None,
            now=now,
            code=demo_code(f"{hold.property_name}/{hold.unit_label}/{hold.starts_in_days}"),
        )
    for out in OUT_OF_SERVICE:
        starts = today + timedelta(days=out.starts_in_days)
        take_out_of_service(
            db,
            units[out.property_name, out.unit_label],
            OutOfServiceDetails(starts, starts + timedelta(days=out.days), out.reason),
            person_id=None,
            now=now,
            code=demo_code(f"{out.property_name}/{out.unit_label}/{out.reason}"),
        )
    db.flush()
    for edit in BULK_EDITS:
        person = db.scalars(select(Person).where(Person.user_name == edit.user_name)).one()
        of_property = select(Unit).join(Property).where(Property.name == edit.property_name)
        chosen = db.scalars(of_property).all()
        apply_bulk_edit(
            db,
            chosen[0].property.organisation_id,
            of_property,
            [Chosen(unit.ref, unit.version) for unit in chosen],
            [Change(*edit.change)],
            form_key=demo_code(edit.property_name).rjust(16, "0"),
            person_id=person.id,
            now=now - timedelta(days=edit.days_ago),
            code=demo_code(f"{edit.property_name}/{edit.change}"),
        )
