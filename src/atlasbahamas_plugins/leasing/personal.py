"""A person's own data in leasing: the leases that bind them, as whoever wrote them down knows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.leasing.agreements.models import Document, Template
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.importing.services import opening_of
from atlasbahamas_plugins.leasing.models import Clause, Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import WITH_PARTIES, whole_lease
from atlasbahamas_plugins.leasing.signing.models import Signature
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int) -> Rows:
    """Each lease that names them: what was agreed, from when until when. And what they signed for a landlord."""
    mine = (
        select(Lease, LeaseParty.role, Organisation.name)
        .join(LeaseParty, LeaseParty.lease_id == Lease.id)
        .join(Contact, Contact.id == LeaseParty.contact_id)
        .join(Organisation, Organisation.id == Lease.organisation_id)
        .where(is_contact_of(db, person_id))
        .order_by(Lease.id)
        .options(*WITH_PARTIES)
    )
    signed = select(Signature, Lease.ref).join(Document, Document.id == Signature.document_id)
    signed = signed.join(Lease, Lease.id == Document.lease_id).where(Signature.person_id == person_id).order_by(Signature.id)
    kept = ("name", "witness", "signed", "address", "agent", "digest")
    signatures = [{"lease": ref, **{name: getattr(row, name) for name in kept}} for row, ref in db.execute(signed).unique()]
    return {
        "leasing_signature": signatures,
        "leasing_import": _imports(db, person_id),
        "leasing_lease": [_row(db, lease, role, name) for lease, role, name in db.execute(mine).unique()],
    }


def _row(db: Session, lease: Lease, role: str, organisation: str) -> dict[str, Any]:
    whole = whole_lease(db, lease)
    opening = opening_of(db, lease)
    names = ("ref", "state", "origin", "kind", "starts", "term_last_day", "last_day", "since", "period", "due_day")
    return {
        "organisation": organisation,
        "property": whole.unit.property.name,
        "unit": whole.unit.label,
        "your_part": role,
        **{name: getattr(whole, name) for name in names},
        "rents": [{"from": term.starts, "cents": term.cents} for term in whole.rents],
        "to_move_in": [{"kind": deposit.kind, "cents": deposit.cents} for deposit in whole.deposits],
        "what_else_was_agreed": [clause.words for clause in whole.clauses],
        "paid_to_when_brought_in": opening.paid_to if opening else None,
        "owed_when_brought_in_cents": opening.balance_cents if opening else None,
    }


def _imports(db: Session, person_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(LeaseImport, Organisation.name)
        .join(Organisation, Organisation.id == LeaseImport.organisation_id)
        .where(or_(LeaseImport.made_by == person_id, LeaseImport.undone_by == person_id))
        .order_by(LeaseImport.id)
    )
    return [
        {
            "organisation": name,
            "leases": row.leases,
            "made": row.made,
            "made_by_you": row.made_by == person_id,
            "undone": row.undone,
            "undone_by_you": row.undone_by == person_id,
        }
        for row, name in rows
    ]


def erase(db: Session, leaving: Leaving) -> None:
    """A lease stays, for it has another side; where its words name them, a pseudonym stands in their place.

    Its parties are contacts: what those are called is the portfolio's, which is asked as well.
    """
    theirs = select(LeaseParty.lease_id).join(Contact, Contact.id == LeaseParty.contact_id)
    bound = Lease.id.in_(theirs.where(is_contact_of(db, leaving.person_id)))
    for lease in db.scalars(select(Lease).where(or_(bound, leaving.named_within(Lease.organisation_id, Lease.reason)))):
        lease.reason = leaving.redact_line(lease.reason)
    clauses = select(Clause).join(Lease, Lease.id == Clause.lease_id)
    for clause in db.scalars(clauses.where(or_(bound, leaving.named_within(Lease.organisation_id, Clause.words)))):
        clause.words = leaving.redact(clause.words)
    for template in db.scalars(select(Template).where(leaving.named_within(Template.organisation_id, Template.words))):
        template.words = leaving.redact(template.words)
    db.flush()
