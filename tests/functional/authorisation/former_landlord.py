"""A former landlord for the table of leasing: the owner of an organisation whose house, with its leases, is HERE's from today on.

Each side has its own leases of the house (docs/decisions/0018): those that ended with the handover stay the former landlord's,
with what hung on them; those that go on are the new landlord's, with whatever comes of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.people.services import PersonDetails, create_organisation, register_person
from atlasbahamas.testing.authorisation import HERE
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.agreements.models import Document, SignedCopy
from atlasbahamas_plugins.leasing.handover.services import LeasesGoOn
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served, give_notice
from atlasbahamas_plugins.leasing.services import move_lease
from atlasbahamas_plugins.leasing.settings import Span
from atlasbahamas_plugins.leasing.tenancy.services import invite_parties
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, bind, record_lease, write_draft
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.handover.services import accept_handover, offer_property
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import Property, Settlement, Unit
from atlasbahamas_plugins.portfolio.services import PropertyDetails, UnitDetails, add_property, add_unit

FORMER_LANDLORD = {"former-landlord": "matrix-former-landlord"}
THEIRS = "Matrix Former Estates"
HOUSE = "Matrix Changed Hands"
STAYING, GOING, COMING, EMPTY = "Staying", "Going", "Coming", "Empty"
"""Units of the house: let, under notice, let from a later day, and free."""

LEAVING, LINKED = "Left of the pool", "Right of the pool"
"""Units of the house whose tenants get notice by the new landlord; the second ones have no sign-in, and links."""

TENANTS = {
    STAYING: (("primary", "Matrix Staying"), ("tenant", "Matrix Staying Too")),
    GOING: (("primary", "Matrix Going"),),
    COMING: (("primary", "Matrix Coming"),),
    LEAVING: (("primary", "Matrix Leaving"), ("tenant", "Matrix Leaving Too"), ("guarantor", "Matrix Vouching")),
    LINKED: (("primary", "Matrix Without A Sign-in"),),
}
TODAY = START.date()


def hand_over_a_house(db: Session) -> None:
    """Let a house to people, and hand it over with them; whoever is limited to some houses of the new landlord gets it too."""
    owner = register_person(
        db, PersonDetails("Matrix Former Landlord", user_name="matrix-former-landlord"), DEMO_PASSWORD, now=START
    )
    giver = create_organisation(db, THEIRS, owner.id, now=START)
    settlement = db.scalars(select(Settlement.id).order_by(Settlement.id).limit(1)).one()
    house = add_property(db, giver, PropertyDetails(HOUSE, "house", settlement, "Bay Street"), now=START)
    for label in (STAYING, GOING, COMING, LEAVING, LINKED, EMPTY):
        unit = add_unit(db, house, UnitDetails(label, 1, 1, 100_000), now=START)
        if label in TENANTS:
            _let(db, unit)
    _keep_something(db, owner.id)
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    handover = offer_property(db, house, here.ref, TODAY, person_id=owner.id, now=START, today=TODAY)
    accept_handover(db, handover, here.id, [LeasesGoOn()], person_id=keva, now=START, today=TODAY)
    limits = select(Membership.limit_id).join(Person, Person.id == Membership.person_id)
    limit_id = db.scalars(limits.where(Person.user_name == "matrix-within")).one()
    db.add(LimitedProperty(limit_id=limit_id, property_id=house.id, organisation_id=here.id))
    db.flush()


def _let(db: Session, unit: Unit) -> None:
    parties = [PartyLine(None, ContactDetails(name), role) for role, name in TENANTS[unit.label]]
    starts = TODAY + timedelta(days=20 if unit.label == COMING else -300)
    details = LeaseDetails(Terms(starts, "month_to_month", None, True, 100_000), parties, {"security": 100_000})
    if unit.label == STAYING:
        _let_on_paper(db, write_draft(db, unit, details, now=START))
    else:
        record_lease(db, unit, "oral", details, now=START, today=TODAY)


def _let_on_paper(db: Session, lease: Lease) -> None:
    """With a document and a signed copy, whose files are those of the demo data."""
    document = Document(ref="d-matrix1", lease_id=lease.id, **_like(db, Document, "lease_id"))
    db.add(document)
    db.flush()
    db.add(SignedCopy(document_id=document.id, **_like(db, SignedCopy, "document_id")))
    move_lease(db, lease, "sent", "signed_on_paper", origin="printed")
    bind(db, lease, today=TODAY)


def _like(db: Session, model: type[Any], *but: str) -> dict[str, Any]:
    first = db.scalars(select(model).order_by(model.id).limit(1)).one()
    columns = {column.key for column in inspect(model).column_attrs} - {"id", "ref", *but}
    return {name: getattr(first, name) for name in columns}


def _keep_something(db: Session, person_id: int) -> None:
    """A notice and an invitation of the former landlord's time."""
    details = NoticeDetails("landlord", TODAY, TODAY + timedelta(days=90), "The house is to be mended.")
    served = Served("door", "Somebody", TODAY)
    going = lease_of_house(db, GOING, THEIRS)
    give_notice(db, None, going, details, served, least=Span(months=1), now=START, today=TODAY)  # type: ignore[arg-type]
    invite_parties(db, lease_of_house(db, STAYING, THEIRS), by_id=person_id, now=START)


def lease_of_house(db: Session, label: str, landlord: str) -> Lease:
    """The lease of a unit of the house that is the one's or the other's."""
    of_house = select(Lease).join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
    of_house = of_house.join(Organisation, Organisation.id == Lease.organisation_id)
    return db.scalars(of_house.where(Property.name == HOUSE, Unit.label == label, Organisation.name == landlord)).one()


def unit_of_house(db: Session, label: str) -> Unit:
    """A unit of the house."""
    found = select(Unit).join(Property, Property.id == Unit.property_id).where(Property.name == HOUSE, Unit.label == label)
    return db.scalars(found).one()
