"""A person's own data in the portfolio: what they wrote down here, and what organisations wrote down of them as a contact."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.models import CHANGE, AuditDetail, AuditEntry
from atlasbahamas.audit.services import release
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving, Rows
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share


def export(db: Session, person_id: int) -> Rows:
    """What they wrote down, with where; and what organisations know of them."""
    return {
        "portfolio_hold": _of_units(db, Hold, person_id),
        "portfolio_out_of_service": _of_units(db, OutOfService, person_id),
        "portfolio_bulk_edit": _bulk_edits(db, person_id),
        "portfolio_ownership": _ownerships(db, person_id),
        "portfolio_handover": _handovers(db, person_id),
        "portfolio_contact": _contacts(db, person_id),
        "portfolio_share": _shares(db, person_id),
    }


def _of_units(db: Session, model: type[Hold | OutOfService], person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(model, Unit.label, Property.name)
        .join(Unit, Unit.id == model.unit_id)
        .join(Property, Property.id == Unit.property_id)
        .where(model.person_id == person_id)
        .order_by(model.id)
    )
    names = ("ref", "starts", "ends", "reason", "created")
    return [{"property": above, "unit": label, **{name: getattr(row, name) for name in names}} for row, label, above in rows]


def _bulk_edits(db: Session, person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(BulkEdit, Organisation.name)
        .join(Organisation, Organisation.id == BulkEdit.organisation_id)
        .where(or_(BulkEdit.made_by == person_id, BulkEdit.undone_by == person_id))
        .order_by(BulkEdit.id)
    )
    return [
        {
            "organisation": name,
            "words": row.words,
            "made": row.made,
            "made_by_you": row.made_by == person_id,
            "undone": row.undone,
            "undone_by_you": row.undone_by == person_id,
        }
        for row, name in rows
    ]


def _ownerships(db: Session, person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Ownership, Property.name)
        .join(Property, Property.id == Ownership.property_id)
        .where(Ownership.made_by == person_id)
        .order_by(Ownership.id)
    )
    return [{"ref": row.ref, "property": name, "starts": row.starts, "made": row.made} for row, name in rows]


def _handovers(db: Session, person_id: int) -> list[dict[str, Any]]:
    theirs = or_(Handover.offered_by == person_id, Handover.answered_by == person_id)
    return [
        {
            "property": row.property_name,
            "from": row.giver.name,
            "to": row.taker.name,
            "day": row.day,
            "offered_by_you": row.offered_by == person_id,
            "answer": row.answer,
            "answered_by_you": row.answered_by == person_id,
        }
        for row in db.scalars(select(Handover).where(theirs).order_by(Handover.id))
    ]


def _contacts(db: Session, person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Contact, Organisation.name)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(is_contact_of(db, person_id))
        .order_by(Contact.id)
    )
    names = ("name", "email", "phone", "created")
    return [{"organisation": name, **{each: getattr(row, each) for each in names}} for row, name in rows]


def _shares(db: Session, person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Share.hundredths, Ownership.starts, Property.name, Organisation.name)
        .join(Contact, Contact.id == Share.contact_id)
        .join(Ownership, Ownership.id == Share.ownership_id)
        .join(Property, Property.id == Ownership.property_id)
        .join(Organisation, Organisation.id == Ownership.organisation_id)
        .where(is_contact_of(db, person_id), Ownership.complete, Ownership.replaced.is_(None))
        .order_by(Share.id)
    )
    return [
        {"organisation": name, "property": above, "from": starts, "hundredths_of_a_percent": hundredths}
        for hundredths, starts, above, name in rows
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """What they wrote down stays, by nobody in particular; in a text that names them a pseudonym stands in their place.

    A contact who is this person stays as an owner without a name, and so do the shares: they still make a whole.
    """
    holds = db.scalars(select(Hold).where(Hold.person_id == leaving.person_id)).all()
    times_out = db.scalars(select(OutOfService).where(OutOfService.person_id == leaving.person_id)).all()
    rows: list[Hold | OutOfService] = [*holds, *times_out]
    for row in rows:
        row.person_id, row.reason = None, leaving.redact_line(row.reason)
    for ownership in db.scalars(select(Ownership).where(Ownership.made_by == leaving.person_id)):
        ownership.made_by = None
    contacts = db.scalars(select(Contact).where(is_contact_of(db, leaving.person_id))).all()
    where_known = sorted({contact.organisation_id for contact in contacts})
    for contact in contacts:
        contact.person_id, contact.name, contact.email, contact.phone = None, PSEUDONYM, "", ""
    db.flush()
    _redact(db, leaving)
    refs = [contact.ref for contact in contacts]
    about_them = and_(AuditEntry.about_kind == "contact", AuditEntry.about_ref.in_(refs))
    # The core lets go of what names them where they were members; where they are a contact is known here.
    named = and_(AuditEntry.organisation_id.in_(where_known), leaving.mentioned_in_json(AuditDetail.content, ascii_only=False))
    release(db, CHANGE, or_(about_them, named), reason="erasure", now=leaving.now)


LINES: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Property, ("name", "street", "amenities_more", "notes")),
    (Hold, ("reason",)),
    (OutOfService, ("reason",)),
    (PropertyPhoto, ("caption",)),
    (UnitPhoto, ("caption",)),
)
"""What an organisation writes about a property and what hangs on it."""
TO_PROPERTY = {Hold: Hold.unit_id, OutOfService: OutOfService.unit_id, UnitPhoto: UnitPhoto.unit_id}


def _redact(db: Session, leaving: Leaving) -> None:
    """Put the pseudonym into whatever names them in the texts of their organisations."""
    for model, names in LINES:
        found = select(model)
        if model in TO_PROPERTY:
            found = found.join(Unit, Unit.id == TO_PROPERTY[model]).join(Property, Property.id == Unit.property_id)
        elif model is PropertyPhoto:
            found = found.join(Property, Property.id == PropertyPhoto.property_id)
        columns = [getattr(model, name) for name in names]
        for row in db.scalars(found.where(leaving.named_within(Property.organisation_id, *columns))):
            for name in names:
                text = getattr(row, name)
                setattr(row, name, leaving.redact(text) if name == "notes" else leaving.redact_line(text))
    handed = or_(*[leaving.named_within(side, Handover.property_name) for side in (Handover.from_id, Handover.to_id)])
    for handover in db.scalars(select(Handover).where(handed)):
        handover.property_name = leaving.redact_line(handover.property_name)
    belonged = select(Membership.organisation_id).where(Membership.person_id == leaving.person_id)
    for kept in db.scalars(select(FormerProperty).where(FormerProperty.organisation_id.in_(belonged))):
        kept.name, facts = leaving.redact_line(kept.name), leaving.redact(kept.facts)
        if facts != kept.facts:
            kept.facts = facts
    db.flush()
