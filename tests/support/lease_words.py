"""The words that leases have to be found by, worked out from the rows, and those that the database has."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.db.words import words_of
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.words import LeaseWord
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

Words = set[tuple[int, int, str]]


def wanted_words(db: Session) -> Words:
    """(organisation, lease, word), by the rows as they are."""
    names: dict[tuple[int, int], list[str]] = {}
    homes = select(Lease.organisation_id, Lease.id, Lease.ref, Unit.label, Property.name)
    homes = homes.join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
    for organisation_id, lease_id, *texts in db.execute(homes):
        names[organisation_id, lease_id] = list(texts)
    people = select(Lease.organisation_id, Lease.id, Contact.name).join(LeaseParty, LeaseParty.lease_id == Lease.id)
    for organisation_id, lease_id, name in db.execute(people.join(Contact, Contact.id == LeaseParty.contact_id)):
        names[organisation_id, lease_id].append(name)
    return {(*lease, word) for lease, texts in names.items() for word in words_of(texts)}


def kept_words(db: Session) -> Words:
    """The same, by the index."""
    rows = db.execute(select(LeaseWord.organisation_id, LeaseWord.lease_id, LeaseWord.word)).all()
    return {(organisation_id, lease_id, word) for organisation_id, lease_id, word in rows}
