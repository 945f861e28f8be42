"""Who may do what with the views of leasing."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webtest import Upload

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.people.services import PersonDetails, register_person
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.testing.site import START
from atlasbahamas.traversal.nodes import Root
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode, AgreementText
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.importing.resources import LeaseImportNode, LeaseImports
from atlasbahamas_plugins.leasing.importing.services import Arriving, import_leases
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import LeaseNode, Leases, MyLease
from atlasbahamas_plugins.leasing.services import Terms
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import UnitNode
from atlasbahamas_plugins.portfolio.services import UnitDetails, add_unit

TENANTS = {
    "tenant": "jerome",
    "co-tenant": "matrix-co-tenant",
    "guarantor": "matrix-guarantor",
    "former-tenant": "matrix-former-tenant",
}
"""Who is bound by the leases that the table is about, and who was by an earlier one of the same landlord. "stranger" is the
tenant of another home."""

BOUND = {
    "Rashad Culmer": "jerome",
    "Denise Knowles": "jerome",
    "Tavares Bullard": "matrix-co-tenant",
    "Alexis Culmer": "matrix-co-tenant",
    "Ernestine Cash": "matrix-guarantor",
    "Nadia Rahming": "matrix-former-tenant",
}
"""Tenants of the demo data -> their accounts."""

LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within outside",
)
READERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within",
)
WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within",
)
# Lists on which a limited manager acts within the limit.
EDITED_LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within outside",
)
# What is all of the organisation's.
TEMPLATE_WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper within outside",
    ok="manager owner admin",
)
OTHERS = "stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside"
PARTIES = who(sign_in="visitor", hidden=f"{OTHERS} former-tenant", ok="tenant co-tenant guarantor", also=TENANTS)
LEFT = who(sign_in="visitor", hidden=f"{OTHERS} tenant co-tenant guarantor", ok="former-tenant", also=TENANTS)
# Without the link of a mail or a message there is nothing to see.
WITH_A_LINK = who(hidden="visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside")


def arrange(db: Session) -> None:
    """Give accounts to those tenants of the demo data who have none, as they would by an invitation."""
    for account in sorted(set(TENANTS.values()) - {"jerome"}):
        details = PersonDetails(name=account.replace("-", " ").title(), user_name=account)
        register_person(db, details, DEMO_PASSWORD, now=START)
    for name, account in BOUND.items():
        person = select(Person.id).where(Person.user_name == account).scalar_subquery()
        db.execute(update(Contact).where(Contact.name == name).values(person_id=person))
    bring_in(db, "Sandyport Mews")
    bring_in(db, "Freeport Gardens")


def bring_in(db: Session, property_name: str) -> None:
    """A file with one lease, of a new unit of a property."""
    above = db.scalars(select(Property).where(Property.name == property_name)).one()
    unit = add_unit(db, above, UnitDetails("Annexe", 1, 1, 100_000, 0, None, False, False), now=START)
    terms = Terms(START.date(), "month_to_month", None, True, 100_000)
    person_id = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    arriving = Arriving(unit, terms, [ContactDetails("Latoya Minnis", phone="+12425550160")], {})
    import_leases(db, above.organisation_id, [arriving], person_id=person_id, now=START, today=START.date())


def lease_of(db: Session, state: str) -> str:
    """The key of a lease of the organisation in question."""
    mine = select(Lease.ref).join(Organisation, Organisation.id == Lease.organisation_id).where(Organisation.name == HERE)
    return str(db.scalars(mine.where(Lease.state == state).order_by(Lease.id).limit(1)).one())


def import_of(db: Session, *, here: bool) -> str:
    """The key of a file of leases, of the organisation in question or of another."""
    of_here = Organisation.name == HERE
    found = select(LeaseImport.ref).join(Organisation, Organisation.id == LeaseImport.organisation_id)
    return str(db.scalars(found.where(of_here if here else ~of_here)).one())


def document_of(db: Session, state: str) -> tuple[str, str]:
    """The keys of a lease in some state that was sent, and of its document."""
    sent = select(Lease.ref, Document.ref).join(Document, Document.lease_id == Lease.id).where(Lease.state == state)
    lease, document = db.execute(sent.order_by(Document.id).limit(1)).one()
    return str(lease), str(document)


def places(db: Session) -> dict[str, str]:
    """Leases in several states, and a unit without any."""
    here = f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()}/"
    free = select(Unit).join(Property, Property.id == Unit.property_id).where(Property.name == "Cable Beach Court")
    unit = db.scalars(free.where(Unit.label == "1A")).one()
    sent, document = document_of(db, "sent")
    signed, signed_document = document_of(db, "signed")
    return {
        "root": "/",
        "draft": f"{here}leases/{lease_of(db, 'draft')}/",
        "sent lease": f"{here}leases/{sent}/",
        "document": f"{here}leases/{sent}/documents/{document}/",
        "signed document": f"{here}leases/{signed}/documents/{signed_document}/",
        "text": f"{here}agreement-text/",
        "leases": f"{here}leases/",
        "files of leases": f"{here}lease-imports/",
        "file of leases": f"{here}lease-imports/{import_of(db, here=True)}/",
        "active lease": f"{here}leases/{lease_of(db, 'active')}/",
        "lease under notice": f"{here}leases/{lease_of(db, 'notice')}/",
        "signed lease": f"{here}leases/{lease_of(db, 'signed')}/",
        "lease of mine": f"/home/leases/{signed}/",
        "document of mine": f"/home/leases/{signed}/documents/{signed_document}/",
        "lease that is over": f"/home/leases/{lease_of(db, 'ended')}/",
        "free unit": f"{here}properties/{unit.property.ref}/units/{unit.ref}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """A lease of another organisation."""
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()
    other = db.scalars(select(Lease.ref).where(Lease.organisation_id != here.id).limit(1)).one()
    document = db.scalars(select(Document.ref)).first()
    return {
        "a draft at home": f"/home/leases/{lease_of(db, 'draft')}/",
        "another organisation's file of leases": f"/portfolio/{here.ref}/lease-imports/{import_of(db, here=False)}/",
        "another organisation's lease": f"/portfolio/{here.ref}/leases/{other}/",
        "another lease's document": f"/portfolio/{here.ref}/leases/{lease_of(db, 'active')}/documents/{document}/",
        "another lease's PDF": f"/portfolio/{here.ref}/leases/{lease_of(db, 'active')}/documents/{document}/pdf",
    }


RECORDED = {
    "name_0": "Perry Rolle",
    "starts": "2026-01-01",
    "kind": "For a fixed term",
    "term_last_day": "2026-12-31",
    "rent_cents": "2,450.00",
    "late_fee_kind": "An amount",
    "late_fee_cents": "75",
    "security": "2,450",
    "clause_words": "No shells on the roof.",
}
WRITTEN = {name: value for name, value in RECORDED.items() if name != "origin"}
FILE = Upload("leases.csv", b"unit,tenants,starts,rent\n1A,Perry Rolle,2026-01-01,2450\n")
PAPER = [("signed.pdf", samples.pdf(), "application/pdf")]

TABLE = Table(
    "leasing",
    places,
    (
        View(Leases, "", LISTS, at="leases"),
        View(Leases, "import", EDITED_LISTS, at="leases"),
        # Whose limit does not reach the unit is told that there is no such unit.
        View(Leases, "import", {**EDITED_LISTS, "outside": "422"}, at="leases", send={"file": FILE}, get=False, shows=True),
        View(Leases, "template.csv", EDITED_LISTS, at="leases"),
        View(LeaseImports, "", EDITED_LISTS, at="files of leases"),
        View(LeaseImportNode, "", WRITERS, at="file of leases"),
        View(LeaseImportNode, "undo", WRITERS, at="file of leases", send={}),
        View(LeaseNode, "", READERS, at="active lease"),
        View(LeaseNode, "end", WRITERS, at="active lease", send={"last_day": "2026-07-31", "reason": "Moving to Exuma"}),
        View(LeaseNode, "keep", WRITERS, at="lease under notice", send={}),
        View(LeaseNode, "cancel", WRITERS, at="signed lease", send={"reason": "They found another home"}),
        View(UnitNode, "lease", WRITERS, at="free unit", send=WRITTEN),
        View(LeaseNode, "edit", WRITERS, at="draft", send={"rent_cents": "2,500", "first": "2,500"}),
        View(LeaseNode, "send", WRITERS, at="draft", send={}),
        View(LeaseNode, "take-back", WRITERS, at="sent lease", send={}),
        View(LeaseNode, "signed-on-paper", WRITERS, at="sent lease", send={"signed_on": "2026-06-01", "copy": PAPER}),
        View(AgreementNode, "", READERS, at="document"),
        View(AgreementNode, "pdf", READERS, at="document"),
        View(AgreementNode, "data", READERS, at="document"),
        View(AgreementNode, "copy", READERS, at="signed document"),
        View(LeaseNode, "signing", READERS, at="sent lease"),
        View(LeaseNode, "ask", WRITERS, at="sent lease", send={}),
        View(LeaseNode, "sign", WRITERS, at="sent lease", send={"full_name": "Keva Thompson", "agrees": True}),
        View(AgreementNode, "certificate", READERS, at="document"),
        View(AgreementNode, "signatures", READERS, at="document"),
        View(Root, "sign-lease", WITH_A_LINK, at="root"),
        View(AgreementText, "", TEMPLATE_WRITERS, at="text", send={"words": "[tenants] rent [unit] for [rent]."}),
        View(MyLease, "", PARTIES, at="lease of mine"),
        View(MyLease, "", LEFT, at="lease that is over"),
        *[
            View(AgreementNode, name, PARTIES, at="document of mine")
            for name in ("", "pdf", "data", "copy", "certificate", "signatures")
        ],
        View(UnitNode, "record-lease", WRITERS, at="free unit", send=RECORDED),
    ),
    crossed,
    TENANTS,
    arrange,
)
