"""Loads the demo properties, units, holds and photos; what they are is in demo_content.py and demo_photos.py."""

from __future__ import annotations

from datetime import datetime, timedelta
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
from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.portfolio import services
from atlasbahamas_plugins.portfolio.demo_content import HOLDS, PHOTOS, PROPERTIES
from atlasbahamas_plugins.portfolio.demo_photos import paint
from atlasbahamas_plugins.portfolio.models import Island, Property, PropertyPhoto, Settlement, Unit, UnitPhoto

MAX_BYTES = 1024 * 1024


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Make every demo property with its units, the holds, and the photos. Deterministic."""
    names = {entry.key: entry.name for entry in ORGANISATIONS}
    properties: dict[str, Property] = {}
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
        properties[entry.name] = above
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
    for photo in PHOTOS:
        above = properties[photo.property_name]
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
