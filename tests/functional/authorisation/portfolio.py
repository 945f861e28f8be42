"""Who may do what with the portfolio's views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import Upload

from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.bulk.resources import BulkEditNode, BulkEdits
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.resources import ContactNode, Contacts
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.handover.resources import FormerProperties, FormerPropertyNode, HandoverNode, Handovers
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Settlement, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService
from atlasbahamas_plugins.portfolio.out_of_service.resources import OutOfServiceNode, TimesOutOfService
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share
from atlasbahamas_plugins.portfolio.owners.resources import Owners
from atlasbahamas_plugins.portfolio.places.models import Utility
from atlasbahamas_plugins.portfolio.places.resources import (
    IslandNode,
    Islands,
    SettlementNode,
    Settlements,
    Utilities,
    UtilityNode,
)
from atlasbahamas_plugins.portfolio.resources import (
    HoldNode,
    Holds,
    LetHome,
    Properties,
    PropertyNode,
    PropertyPhotoNode,
    PropertyPhotos,
    UnitNode,
    UnitPhotoNode,
    UnitPhotos,
    Units,
    UnitsOfProperty,
)

SIGNED_IN = who(
    sign_in="visitor", ok="stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside"
)
# On a property, or below one.
MEMBERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    ok="viewer maintenance leasing bookkeeper manager owner admin within",
)
EDITORS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance leasing bookkeeper",
    ok="manager owner admin within",
)
HOLDERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within",
)
OWNER_READERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance leasing",
    ok="bookkeeper manager owner admin within",
)
MENDERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer leasing bookkeeper",
    ok="maintenance manager owner admin within",
)
# Lists of the organisation, of which limited members see their part.
LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    ok="viewer maintenance leasing bookkeeper manager owner admin within outside",
)
EDITED_LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper",
    ok="manager owner admin within outside",
)
# Of a property, what only an owner does with it.
GIVERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance leasing bookkeeper manager within",
    ok="owner admin",
)
OWNERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper manager within outside",
    ok="owner admin",
)
# What is all of the organisation's.
ADDERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper within outside",
    ok="manager owner admin",
)
KEEPERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing within outside",
    ok="bookkeeper manager owner admin",
)
ADMINS = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner within outside",
    ok="admin",
)


def _handover(db: Session, side: Any) -> str:
    waits = select(Handover.ref).join(Organisation, Organisation.id == side).where(Handover.answer.is_(None))
    return str(db.scalars(waits.where(Organisation.name == HERE)).one())


def _former(db: Session) -> tuple[str, int]:
    """The key of a property that the organisation in question had, and the number of that property."""
    mine = select(FormerProperty.ref, FormerProperty.property_id).join(FormerProperty.organisation)
    ref, property_id = db.execute(mine.where(Organisation.name == HERE)).one()
    return ref, property_id


def places(db: Session) -> dict[str, str]:
    """A unit with a hold and photos, and what is above it; a time out of service and owners, wherever those are."""
    hold, unit, above, organisation, of_property, of_unit = db.execute(
        select(Hold.ref, Unit.ref, Property.ref, Organisation.ref, PropertyPhoto.ref, UnitPhoto.ref)
        .join(Unit, Unit.id == Hold.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .join(Organisation, Organisation.id == Property.organisation_id)
        .join(PropertyPhoto, PropertyPhoto.property_id == Property.id)
        .join(UnitPhoto, UnitPhoto.unit_id == Unit.id)
        .where(Organisation.name == HERE)
        .order_by(Hold.id)
        .limit(1)
    ).one()
    here = f"/portfolio/{organisation}/"
    out = db.scalars(
        select(OutOfService)
        .join(Unit, Unit.id == OutOfService.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .join(Organisation, Organisation.id == Property.organisation_id)
        .where(Organisation.name == HERE)
    ).first()
    assert out is not None
    settlement = db.scalars(select(Settlement).where(Settlement.ref == "duncan-town")).one()
    of_here = Organisation.id == BulkEdit.organisation_id
    edit = db.scalars(select(BulkEdit.ref).join(Organisation, of_here).where(Organisation.name == HERE)).one()
    owned, contact = db.execute(
        select(Property.ref, Contact.ref)
        .join(Organisation, Organisation.id == Property.organisation_id)
        .join(Ownership, Ownership.property_id == Property.id)
        .join(Share, Share.ownership_id == Ownership.id)
        .join(Contact, Contact.id == Share.contact_id)
        .where(Organisation.name == HERE)
        .order_by(Share.id)
        .limit(1)
    ).one()
    out_of_service = f"{here}properties/{out.unit.property.ref}/units/{out.unit.ref}/out-of-service/"
    return {
        "let": "/let/",
        "properties": f"{here}properties/",
        "property": f"{here}properties/{above}/",
        "units": f"{here}units/",
        "units of property": f"{here}properties/{above}/units/",
        "unit": f"{here}properties/{above}/units/{unit}/",
        "holds": f"{here}properties/{above}/units/{unit}/holds/",
        "islands": "/admin/islands/",
        "island": f"/admin/islands/{settlement.island_id}/",
        "settlements": f"/admin/islands/{settlement.island_id}/settlements/",
        "settlement": f"/admin/islands/{settlement.island_id}/settlements/{settlement.id}/",
        "utilities": "/admin/utilities/",
        "utility": f"/admin/utilities/{db.scalars(select(Utility.id)).first()}/",
        "handovers": f"{here}handovers/",
        "offer by us": f"{here}handovers/{_handover(db, Handover.from_id)}/",
        "offer to us": f"{here}handovers/{_handover(db, Handover.to_id)}/",
        "former properties": f"{here}former-properties/",
        "former property": f"{here}former-properties/{_former(db)[0]}/",
        "contacts": f"{here}contacts/",
        "contact": f"{here}contacts/{contact}/",
        "owners": f"{here}properties/{owned}/owners/",
        "bulk edits": f"{here}bulk-edits/",
        "bulk edit": f"{here}bulk-edits/{edit}/",
        "times out of service": out_of_service,
        "out of service": f"{out_of_service}{out.ref}/",
        "hold": f"{here}properties/{above}/units/{unit}/holds/{hold}/",
        "photos of property": f"{here}properties/{above}/photos/",
        "photo of property": f"{here}properties/{above}/photos/{of_property}/",
        "photos of unit": f"{here}properties/{above}/units/{unit}/photos/",
        "photo of unit": f"{here}properties/{above}/units/{unit}/photos/{of_unit}/",
    }


FILE = Upload("units.csv", b"label,beds,baths,rent\n12C,1,1,900\n")


def crossed(db: Session) -> dict[str, str]:
    """Things of another organisation, of another property, of another unit."""
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    of_others = select(Property.ref).where(Property.organisation_id != here.id)
    properties = list(db.scalars(select(Property).where(Property.organisation_id == here.id).order_by(Property.id)))
    first, second = (
        db.scalars(select(Unit).where(Unit.property_id == above.id).order_by(Unit.id)).first() for above in properties[:2]
    )
    assert first is not None
    assert second is not None
    hold = db.scalars(select(Hold.ref).where(Hold.unit_id != first.id).limit(1)).one()
    photo = db.scalars(select(PropertyPhoto.ref).where(PropertyPhoto.property_id != second.property_id).limit(1)).one()
    of_unit = db.scalars(select(UnitPhoto.ref).where(UnitPhoto.unit_id != first.id).limit(1)).one()
    start = f"/portfolio/{here.ref}/properties"
    out = db.scalars(select(OutOfService.ref).where(OutOfService.unit_id != first.id).limit(1)).one()
    contact = db.scalars(select(Contact.ref).where(Contact.organisation_id != here.id).limit(1)).one()
    edit = db.scalars(select(BulkEdit.ref).where(BulkEdit.organisation_id != here.id).limit(1)).one()
    settlement = db.scalars(select(Settlement).order_by(Settlement.id).limit(1)).one()
    former, property_id = _former(db)
    was_ours, elsewhere = db.execute(
        select(Property.ref, Organisation.ref)
        .join(Organisation, Organisation.id == Property.organisation_id)
        .where(Property.id == property_id)
    ).one()
    return {
        "another island's settlement": f"/admin/islands/{settlement.island_id + 1}/settlements/{settlement.id}/edit",
        "another unit's time out of service": f"{start}/{first.property.ref}/units/{first.ref}/out-of-service/{out}/edit",
        "a former property of somebody else": f"/portfolio/{elsewhere}/former-properties/{former}/",
        "a former property as a property": f"{start}/{was_ours}/",
        "somebody else's handover": f"/portfolio/{elsewhere}/handovers/{_handover(db, Handover.to_id)}/",
        "another organisation's contact": f"/portfolio/{here.ref}/contacts/{contact}/edit",
        "another organisation's bulk edit": f"/portfolio/{here.ref}/bulk-edits/{edit}/",
        "another organisation's property": f"{start}/{db.scalars(of_others.limit(1)).one()}/",
        "another property's unit": f"{start}/{first.property.ref}/units/{second.ref}/",
        "another unit's hold": f"{start}/{first.property.ref}/units/{first.ref}/holds/{hold}/release",
        "another property's photo": f"{start}/{second.property.ref}/photos/{photo}/full",
        "another unit's photo": f"{start}/{first.property.ref}/units/{first.ref}/photos/{of_unit}/full",
        "a property's photo as a unit's": f"{start}/{first.property.ref}/units/{first.ref}/photos/{photo}/full",
    }


OTHERS = f"bethel-family-homes-{demo_code('bethel')}"
PHOTO = [("porch.jpg", samples.picture(seed=9), "image/jpeg")]
WHERE = {"name": "Conch Row", "kind": "House", "settlement": "Staniel Cay", "street": "By the dock", "po_box": "EX-29001"}
WHAT = {"beds": "2", "baths": "1", "area_sqft": "900", "rent_cents": "1,850.00", "deposit_cents": "1850", "label": "12B"}

TABLE = Table(
    "portfolio",
    places,
    (
        View(Islands, "", ADMINS, at="islands"),
        View(Islands, "new", ADMINS, at="islands", send={"name": "Hog Cay", "position": "30"}),
        View(IslandNode, "", ADMINS, at="island"),
        View(IslandNode, "edit", ADMINS, at="island", send={"name": "Great Ragged Island"}),
        View(IslandNode, "retire", ADMINS, at="island", send={}),
        View(IslandNode, "restore", ADMINS, at="island", send={}),
        View(IslandNode, "delete", ADMINS, at="island", send={}),
        View(Settlements, "", ADMINS, at="settlements"),
        View(Settlements, "new", ADMINS, at="settlements", send={"name": "Duncan Town North"}),
        View(SettlementNode, "edit", ADMINS, at="settlement", send={"name": "Duncan Town South"}),
        View(SettlementNode, "retire", ADMINS, at="settlement", send={}),
        View(SettlementNode, "restore", ADMINS, at="settlement", send={}),
        View(SettlementNode, "delete", ADMINS, at="settlement", send={}),
        View(Utilities, "", ADMINS, at="utilities"),
        View(Utilities, "new", ADMINS, at="utilities", send={"name": "Spanish Wells Power", "kind": "Electricity"}),
        View(UtilityNode, "edit", ADMINS, at="utility", send={"name": "BPL"}),
        View(UtilityNode, "retire", ADMINS, at="utility", send={}),
        View(UtilityNode, "restore", ADMINS, at="utility", send={}),
        View(PropertyNode, "hand-over", GIVERS, at="property", send={"to": OTHERS, "day": "2031-01-01"}),
        View(Handovers, "", OWNERS, at="handovers"),
        View(HandoverNode, "", OWNERS, at="offer to us"),
        View(HandoverNode, "accept", OWNERS, at="offer to us", send={}),
        View(HandoverNode, "decline", OWNERS, at="offer to us", send={}),
        View(HandoverNode, "withdraw", OWNERS, at="offer by us", send={}),
        View(FormerProperties, "", KEEPERS, at="former properties"),
        View(FormerPropertyNode, "", KEEPERS, at="former property"),
        View(Contacts, "", KEEPERS, at="contacts"),
        View(Contacts, "new", ADDERS, at="contacts", send={"name": "Coral Holdings Ltd"}),
        View(ContactNode, "edit", ADDERS, at="contact", send={"name": "Coral Holdings Ltd"}),
        View(Owners, "", OWNER_READERS, at="owners"),
        View(Owners, "change", EDITORS, at="owners", send={"starts": "2031-01-01"}),
        View(Units, "bulk", EDITED_LISTS, at="units", send={"rent_how": "raise", "rent_amount": "50"}, shows=True),
        View(UnitsOfProperty, "bulk", EDITORS, at="units of property", send={"pets": "Pets welcome"}, shows=True),
        View(BulkEdits, "", EDITED_LISTS, at="bulk edits"),
        View(BulkEditNode, "", EDITORS, at="bulk edit"),
        View(BulkEditNode, "undo", EDITORS, at="bulk edit", send={}),
        View(LetHome, "", SIGNED_IN, at="let", send={**WHERE, **WHAT}),
        View(Properties, "", LISTS, at="properties"),
        View(Properties, "new", ADDERS, at="properties", send={**WHERE, "notes": "Key at the shop"}),
        View(PropertyNode, "", MEMBERS, at="property"),
        View(PropertyNode, "edit", EDITORS, at="property", send={**WHERE, "notes": "Key at the shop"}),
        View(PropertyNode, "archive", EDITORS, at="property", send={}),
        View(PropertyNode, "restore", EDITORS, at="property", send={}),
        View(Units, "", LISTS, at="units"),
        View(UnitsOfProperty, "new", EDITORS, at="units of property", send=WHAT),
        View(
            UnitsOfProperty, "several", EDITORS, at="units of property", send={"count": "3", "prefix": "Apt", "rent_cents": "900"}
        ),
        View(UnitsOfProperty, "import", EDITORS, at="units of property", send={"file": FILE}, shows=True),
        View(UnitsOfProperty, "template.csv", EDITORS, at="units of property"),
        View(UnitNode, "", MEMBERS, at="unit"),
        View(UnitNode, "edit", EDITORS, at="unit", send=WHAT),
        View(UnitNode, "archive", EDITORS, at="unit", send={}),
        View(UnitNode, "restore", EDITORS, at="unit", send={}),
        View(
            Holds,
            "new",
            HOLDERS,
            at="holds",
            send={"starts": "2031-01-01", "ends": "2031-02-01", "reason": "For a cousin"},
        ),
        View(HoldNode, "release", HOLDERS, at="hold", send={}),
        View(TimesOutOfService, "new", MENDERS, at="times out of service", send={"starts": "2031-01-01", "reason": "A new roof"}),
        View(OutOfServiceNode, "edit", MENDERS, at="out of service", send={"reason": "A new roof"}),
        View(OutOfServiceNode, "end", MENDERS, at="out of service", send={}),
        View(PropertyPhotos, "", MEMBERS, at="photos of property"),
        View(PropertyPhotos, "add", EDITORS, at="photos of property", send={"photos": PHOTO}),
        View(PropertyPhotos, "order", EDITORS, at="photos of property", send={"ref": "p-none1"}, get=False),
        View(PropertyPhotoNode, "small", MEMBERS, at="photo of property"),
        View(PropertyPhotoNode, "medium", MEMBERS, at="photo of property"),
        View(PropertyPhotoNode, "large", MEMBERS, at="photo of property"),
        View(PropertyPhotoNode, "full", MEMBERS, at="photo of property"),
        View(PropertyPhotoNode, "edit", EDITORS, at="photo of property", send={"caption": "The porch"}),
        View(PropertyPhotoNode, "remove", EDITORS, at="photo of property", send={}),
        View(PropertyPhotoNode, "up", EDITORS, at="photo of property", send={}, get=False),
        View(PropertyPhotoNode, "down", EDITORS, at="photo of property", send={}, get=False),
        View(PropertyPhotoNode, "cover", EDITORS, at="photo of property", send={}, get=False),
        View(UnitPhotos, "", MEMBERS, at="photos of unit"),
        View(UnitPhotos, "add", EDITORS, at="photos of unit", send={"photos": PHOTO}),
        View(UnitPhotos, "order", EDITORS, at="photos of unit", send={"ref": "p-none1"}, get=False),
        View(UnitPhotoNode, "small", MEMBERS, at="photo of unit"),
        View(UnitPhotoNode, "medium", MEMBERS, at="photo of unit"),
        View(UnitPhotoNode, "large", MEMBERS, at="photo of unit"),
        View(UnitPhotoNode, "full", MEMBERS, at="photo of unit"),
        View(UnitPhotoNode, "edit", EDITORS, at="photo of unit", send={"caption": "The porch"}),
        View(UnitPhotoNode, "remove", EDITORS, at="photo of unit", send={}),
        View(UnitPhotoNode, "up", EDITORS, at="photo of unit", send={}, get=False),
        View(UnitPhotoNode, "down", EDITORS, at="photo of unit", send={}, get=False),
        View(UnitPhotoNode, "cover", EDITORS, at="photo of unit", send={}, get=False),
    ),
    crossed,
)
