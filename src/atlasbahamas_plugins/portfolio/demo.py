"""Loads the demo properties and units with all that hangs on them; what they are is in demo_content.py and demo_photos.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.gallery.services import Album, add_photos, set_caption
from atlasbahamas.files.models import PICTURE
from atlasbahamas.files.services import keep_upload, make_renditions
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import prepare
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.demo_content import ORGANISATIONS
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.portfolio import services
from atlasbahamas_plugins.portfolio.bulk.services import Change, Chosen, apply_bulk_edit
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.demo_content import BULK_EDITS, HANDOVERS, HOLDS, OUT_OF_SERVICE, OWNERS, PHOTOS, PROPERTIES
from atlasbahamas_plugins.portfolio.demo_photos import paint
from atlasbahamas_plugins.portfolio.handover.models import Handover
from atlasbahamas_plugins.portfolio.handover.services import former_property
from atlasbahamas_plugins.portfolio.models import Island, Property, PropertyPhoto, Settlement, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.services import OutOfServiceDetails, take_out_of_service
from atlasbahamas_plugins.portfolio.owners.services import ShareLine, set_owners

MAX_BYTES = 1024 * 1024
Units = dict[tuple[str, str], Unit]


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Make every demo property with its units, what occupies them, whose they are, and their photos. Deterministic."""
    today = now.astimezone(NASSAU).date()
    units = _load_properties(db, now)
    _load_what_occupies(db, units, today, now)
    _load_bulk_edits(db, now)
    _load_owners(db, today, now)
    _load_handovers(db, today, now)
    _load_photos(db, store, units, now)


def _load_properties(db: Session, now: datetime) -> Units:
    names = {entry.key: entry.name for entry in ORGANISATIONS}
    units: Units = {}
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
    return units


def _load_what_occupies(db: Session, units: Units, today: date, now: datetime) -> None:
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


def _load_bulk_edits(db: Session, now: datetime) -> None:
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


def _load_handovers(db: Session, today: date, now: datetime) -> None:
    """Offers that wait, and a property that was handed over: rows only, so that nobody is told of what never happened."""
    names = {row.name: row for row in db.scalars(select(Organisation))}
    for entry in HANDOVERS:
        above = db.scalars(select(Property).where(Property.name == entry.property_name)).one()
        giver, taker = names[entry.giver], names[entry.taker]
        owner = select(Membership.person_id).where(Membership.organisation_id == giver.id, Membership.role == "owner")
        by, at = db.scalars(owner.limit(1)).one(), now - timedelta(days=2)
        handover = Handover(
            ref=new_key("y", code=demo_code(f"{above.name}/{giver.name}")),
            property_id=above.id,
            property_name=above.name,
            giver=giver,
            taker=taker,
            day=today + timedelta(days=entry.days),
            offered=at,
            offered_by=by,
        )
        if entry.days < 0:
            handover.answer, handover.answered, handover.answered_by, handover.done = "accepted", at, by, at
            db.add(former_property(db, handover, above, ref=new_key("z", code=demo_code(above.name))))
        db.add(handover)
        db.flush()


def _load_owners(db: Session, today: date, now: datetime) -> None:
    for entry in OWNERS:
        above = db.scalars(select(Property).where(Property.name == entry.property_name)).one()
        lines = []
        for name, email, hundredths in entry.shares:
            contact = add_contact(db, above.organisation_id, ContactDetails(name, email), now=now, code=demo_code(name))
            lines.append(ShareLine(contact.id, "", hundredths))
        starts = date(today.year - entry.years_ago, 1, 1)
        set_owners(db, above, starts, lines, person_id=None, now=now, code=demo_code(f"{above.name}/{starts.year}"))


def _load_photos(db: Session, store: Store, units: Units, now: datetime) -> None:
    for photo in PHOTOS:
        above = db.scalars(select(Property).where(Property.name == photo.property_name)).one()
        if photo.unit_label is None:
            album = Album(PropertyPhoto, above, above.organisation_id)
        else:
            album = Album(UnitPhoto, units[photo.property_name, photo.unit_label], above.organisation_id)
        picture = BytesIO(paint(photo.view, photo.seed))
        upload = prepare(picture, f"{photo.view}.jpg", kinds=(PICTURE,), max_bytes=MAX_BYTES)
        file = keep_upload(db, store, upload, person_id=None, now=now)
        make_renditions(db, store, file.id)
        (added,) = add_photos(db, store, album, [file], person_id=None, now=now).photos
        set_caption(db, album, added, photo.caption)
