"""Who may do what with the views of leasing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webtest import Upload

from atlasbahamas.files.services import copy_file
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.people.services import PersonDetails, register_person
from atlasbahamas.security.keys import Keys
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.testing.site import START
from atlasbahamas.traversal.nodes import Root
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode, AgreementText
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.importing.resources import LeaseImportNode, LeaseImports
from atlasbahamas_plugins.leasing.importing.services import Arriving, import_leases
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile
from atlasbahamas_plugins.leasing.inviting.resources import InvitationFileNode, InvitationFiles
from atlasbahamas_plugins.leasing.inviting.services import Named, invite_from_file
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionPhoto
from atlasbahamas_plugins.leasing.leaving.resources import (
    DeductionNode,
    DeductionPhotoNode,
    DeductionPhotos,
    Deductions,
    MoveOutNode,
)
from atlasbahamas_plugins.leasing.leaving.services import (
    DeductionDetails,
    add_deduction,
    number_of,
    send_statement,
    statement_content,
)
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import Notice, Serving
from atlasbahamas_plugins.leasing.notices.resources import NoticeNode, ServingNode
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served, give_notice
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.papers.resources import PaperNode, Papers
from atlasbahamas_plugins.leasing.resources import LeaseNode, Leases, MyLease
from atlasbahamas_plugins.leasing.settings import Span
from atlasbahamas_plugins.leasing.signing.links import ask_for_signatures
from atlasbahamas_plugins.leasing.signing.models import SigningLink
from atlasbahamas_plugins.leasing.statements.models import StatementLink
from atlasbahamas_plugins.leasing.statements.services import make_links
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.leasing.tenancy.services import invite_parties
from atlasbahamas_plugins.leasing.writing.services import Terms
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import UnitNode
from atlasbahamas_plugins.portfolio.services import UnitDetails, add_unit
from authorisation.former_landlord import (
    COMING,
    EMPTY,
    FORMER_LANDLORD,
    GOING,
    LEAVING,
    LINKED,
    STAYING,
    THEIRS,
    hand_over_a_house,
    lease_of_house,
    unit_of_house,
)

TENANTS = {
    "tenant": "jerome",
    "co-tenant": "matrix-co-tenant",
    "guarantor": "matrix-guarantor",
    "former-tenant": "matrix-former-tenant",
}
"""Who is bound by the leases that the table is about, and who was by an earlier one of the same landlord. "stranger" is the
tenant of another home."""

ALL = {**TENANTS, **FORMER_LANDLORD}
"""What only this table knows of. Each of its lines is about the former landlord."""

BOUND = {
    "Rashad Culmer": "jerome",
    "Denise Knowles": "jerome",
    "Tavares Bullard": "matrix-co-tenant",
    "Alexis Culmer": "matrix-co-tenant",
    "Ernestine Cash": "matrix-guarantor",
    "Nadia Rahming": "matrix-former-tenant",
    "Matrix Going": "matrix-co-tenant",
    "Matrix Leaving": "jerome",
    "Matrix Leaving Too": "matrix-co-tenant",
    "Matrix Vouching": "matrix-guarantor",
}
"""Tenants of the demo data -> their accounts."""

LISTS = who(
    sign_in="visitor",
    hidden="stranger former other former-landlord",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within outside",
    also=FORMER_LANDLORD,
)
READERS = who(
    sign_in="visitor",
    hidden="stranger former other outside former-landlord",
    forbidden="maintenance",
    ok="viewer leasing bookkeeper manager owner admin within",
    also=FORMER_LANDLORD,
)
WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other outside former-landlord",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within",
    also=FORMER_LANDLORD,
)
# Lists on which a limited manager acts within the limit.
EDITED_LISTS = who(
    sign_in="visitor",
    hidden="stranger former other former-landlord",
    forbidden="viewer maintenance bookkeeper",
    ok="leasing manager owner admin within outside",
    also=FORMER_LANDLORD,
)
# What is all of the organisation's.
TEMPLATE_WRITERS = who(
    sign_in="visitor",
    hidden="stranger former other former-landlord",
    forbidden="viewer maintenance leasing bookkeeper within outside",
    ok="manager owner admin",
    also=FORMER_LANDLORD,
)
OTHERS = "stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside former-landlord"
PARTIES = who(sign_in="visitor", hidden=f"{OTHERS} former-tenant", ok="tenant co-tenant guarantor", also=ALL)
SIGNERS = who(sign_in="visitor", hidden=f"{OTHERS} guarantor former-tenant", ok="tenant co-tenant", also=ALL)
LEFT = who(sign_in="visitor", hidden=f"{OTHERS} tenant co-tenant guarantor", ok="former-tenant", also=ALL)
ANSWERING = who(sign_in="visitor", hidden=f"{OTHERS} former-tenant", forbidden="guarantor", ok="tenant co-tenant", also=ALL)
# Without the link of a mail or a message there is nothing to see.
WITH_A_LINK = who(hidden=f"visitor {OTHERS}", also=FORMER_LANDLORD)
# Whoever had the house keeps the leases of their own time; the new landlord is not told of them.
KEPT = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner within outside",
    ok="former-landlord admin",
    also=FORMER_LANDLORD,
)


def _give_notice(db: Session, label: str) -> Lease:
    """The tenants of a home get a notice and a statement, which the demo data does not have."""
    lease, today = lease_of_house(db, label, HERE), START.date()
    details = NoticeDetails("landlord", today, today + timedelta(days=90), "The house is to be mended.")
    served = Served("door", "Keva Thompson", today)
    give_notice(db, None, lease, details, served, least=Span(months=1), now=START, today=today)  # type: ignore[arg-type]
    add_deduction(db, lease, DeductionDetails("cleaning", "The oven", "It was clean.", 9000), now=START)
    send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=None, now=START)
    return lease


def arrange(db: Session) -> None:
    """Give accounts to those tenants of the demo data who have none, as they would by an invitation; and notice to some."""
    hand_over_a_house(db)
    _give_notice(db, LEAVING)
    linked = _give_notice(db, LINKED)
    for account in sorted(set(TENANTS.values()) - {"jerome"}):
        details = PersonDetails(name=account.replace("-", " ").title(), user_name=account)
        register_person(db, details, DEMO_PASSWORD, now=START)
    for name, account in BOUND.items():
        person = select(Person.id).where(Person.user_name == account).scalar_subquery()
        db.execute(update(Contact).where(Contact.name == name).values(person_id=person))
    keva, before = db.scalars(select(Person.id).where(Person.user_name == "keva")).one(), START - timedelta(hours=1)
    sent = db.scalars(select(Lease).where(Lease.ref == lease_of(db, "sent"))).one()
    ask_for_signatures(db, sent, by_id=keva, keys=Keys(["matrix"]), now=before)
    invite_parties(db, lease_of_house(db, STAYING, HERE), by_id=keva, now=before)
    make_links(db, linked, by_id=keva, keys=Keys(["matrix"]), now=before)
    links = ((SigningLink, "s-matrix1"), (TenantInvitation, "ti-matrix1"), (StatementLink, "fs-matrix1"))
    for model, ref in links:
        db.scalars(select(model).order_by(model.id.desc()).limit(1)).one().ref = ref
    invite_from_a_file(db, "Sandyport Mews", "Kendra Sturrup", keva)
    invite_from_a_file(db, "Freeport Gardens", "Shavonne Grant", keva)
    bring_in(db, "Sandyport Mews")
    bring_in(db, "Freeport Gardens")
    at_home = select(Lease).join(Document).where(Lease.state == "signed").order_by(Lease.id).limit(1)
    put_beside(db, db.scalars(at_home).one(), "paper-matrix1")
    put_beside(db, db.scalars(at_home).one(), "paper-matrix2", shared=False)
    put_beside(db, lease_of_house(db, STAYING, THEIRS), "paper-matrix3")
    unsent = DeductionDetails("cleaning", "The oven", "It was not clean.", 9000)
    add_deduction(db, lease_of_house(db, GOING, HERE), unsent, now=START)


def put_beside(db: Session, lease: Lease, ref: str, *, shared: bool = True) -> None:
    """A document beside a lease, with the file of another one's."""
    scan = db.scalars(select(Paper).order_by(Paper.id).limit(1)).one().file
    file = copy_file(db, scan, now=START)
    db.add(Paper(ref=ref, lease_id=lease.id, file=file, title="A scan", shared=shared, person_id=None, created=START))
    db.flush()


def bring_in(db: Session, property_name: str) -> None:
    """A file with one lease, of a new unit of a property."""
    above = db.scalars(select(Property).where(Property.name == property_name)).one()
    unit = add_unit(db, above, UnitDetails("Annexe", 1, 1, 100_000, 0, None, False, False), now=START)
    terms = Terms(START.date(), "month_to_month", None, True, 100_000)
    person_id = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    arriving = Arriving(unit, terms, [ContactDetails("Latoya Minnis", phone="+12425550160")], {})
    import_leases(db, above.organisation_id, [arriving], person_id=person_id, now=START, today=START.date())


def invite_from_a_file(db: Session, property_name: str, tenant: str, person_id: int) -> None:
    """A file that invites one tenant of a property."""
    above = db.scalars(select(Property).where(Property.name == property_name)).one()
    mine = select(Lease).where(Lease.organisation_id == above.organisation_id)
    label = db.scalars(select(Unit.label).join(Lease).join(LeaseParty).join(Contact).where(Contact.name == tenant)).one()
    named = Named(2, "", property_name, label, tenant, "matrix@example.net")
    invite_from_file(db, above.organisation_id, mine, [named], by_id=person_id, now=START)


def lease_of(db: Session, state: str) -> str:
    """The key of a lease of the organisation in question."""
    mine = select(Lease.ref).join(Organisation, Organisation.id == Lease.organisation_id).where(Organisation.name == HERE)
    return str(db.scalars(mine.where(Lease.state == state).order_by(Lease.id).limit(1)).one())


def import_of(db: Session, *, here: bool) -> str:
    """The key of a file of leases, of the organisation in question or of another."""
    of_here = Organisation.name == HERE
    found = select(LeaseImport.ref).join(Organisation, Organisation.id == LeaseImport.organisation_id)
    return str(db.scalars(found.where(of_here if here else ~of_here)).one())


def invitations_of(db: Session, *, here: bool) -> str:
    """The key of a file by which tenants were invited, of the organisation in question or of another."""
    of_here = Organisation.name == HERE
    found = select(InvitationFile.ref).join(Organisation, Organisation.id == InvitationFile.organisation_id)
    return str(db.scalars(found.where(of_here if here else ~of_here)).one())


def document_of(db: Session, state: str) -> tuple[str, str]:
    """The keys of a lease in some state that was sent, and of its document."""
    sent = select(Lease.ref, Document.ref).join(Document, Document.lease_id == Lease.id).where(Lease.state == state)
    lease, document = db.execute(sent.order_by(Document.id).limit(1)).one()
    return str(lease), str(document)


def notice_of(db: Session, unit_label: str) -> tuple[str, str]:
    """The keys of a lease and of its notice."""
    of_unit = select(Lease.ref, Notice.ref).join(Notice, Notice.lease_id == Lease.id).join(Unit, Unit.id == Lease.unit_id)
    lease, notice = db.execute(of_unit.where(Unit.label == unit_label).order_by(Notice.id).limit(1)).one()
    return str(lease), str(notice)


def proof_of(db: Session, notice: str) -> str:
    """The key of the proof that a notice was served."""
    return db.scalars(select(Serving.ref).join(Notice).where(Notice.ref == notice)).one()


def linked_move_out(db: Session) -> str:
    """The key of the lease whose tenant has a link to the statement."""
    return lease_of_house(db, LINKED, HERE).ref


def deduction_of(db: Session, lease: str) -> tuple[str, str | None]:
    """The keys of a deduction of a lease, and of a photo of it."""
    first = select(Deduction.ref, DeductionPhoto.ref).outerjoin(DeductionPhoto, DeductionPhoto.deduction_id == Deduction.id)
    first = first.join(Lease, Lease.id == Deduction.lease_id).where(Lease.ref == lease).order_by(Deduction.id).limit(1)
    return tuple(db.execute(first).one())  # type: ignore[return-value]


def places(db: Session) -> dict[str, str]:
    """Leases in several states, and a unit without any."""
    here = f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()}/"
    theirs = f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == THEIRS)).one()}/"
    unit = unit_of_house(db, EMPTY)
    staying, going, coming = (lease_of_house(db, label, HERE).ref for label in (STAYING, GOING, COMING))
    kept, given = lease_of_house(db, STAYING, THEIRS).ref, lease_of_house(db, GOING, THEIRS)
    their_notice = db.scalars(select(Notice.ref).where(Notice.lease_id == given.id)).one()
    sent, document = document_of(db, "sent")
    signed, signed_document = document_of(db, "signed")
    leaving, notice = notice_of(db, LEAVING)
    over, letter = notice_of(db, "No 1")
    proof = proof_of(db, letter)
    unsent = lease_of(db, "notice")
    (draft, picture), (sent_item, sent_picture) = deduction_of(db, unsent), deduction_of(db, over)
    move_out = f"{here}leases/{unsent}/move-out/"
    photos_sent = f"leases/{over}/move-out/deductions/{sent_item}/photos/"
    return {
        "move-out": move_out,
        "move-out that is over": f"{here}leases/{over}/move-out/",
        "my move-out": f"/home/leases/{leaving}/move-out/",
        "my move-out that is over": f"/home/leases/{over}/move-out/",
        "deductions": f"{move_out}deductions/",
        "deduction": f"{move_out}deductions/{draft}/",
        "photos": f"{move_out}deductions/{draft}/photos/",
        "photo": f"{move_out}deductions/{draft}/photos/{picture}/",
        "photos that were sent": f"/home/{photos_sent}",
        "photo that was sent": f"/home/{photos_sent}{sent_picture}/",
        "move-out with links": f"{here}leases/{linked_move_out(db)}/move-out/",
        "deduction that was sent": f"{here}leases/{leaving}/move-out/deductions/{deduction_of(db, leaving)[0]}/",
        "deduction to answer": f"/home/leases/{leaving}/move-out/deductions/{deduction_of(db, leaving)[0]}/",
        "root": "/",
        "notice": f"{here}leases/{leaving}/notices/{notice}/",
        "notice to me": f"/home/leases/{leaving}/notices/{notice}/",
        "lease I leave": f"/home/leases/{leaving}/",
        "proof": f"{here}leases/{over}/notices/{letter}/proofs/{proof}/",
        "proof of mine": f"/home/leases/{over}/notices/{letter}/proofs/{proof}/",
        "draft": f"{here}leases/{lease_of(db, 'draft')}/",
        "sent lease": f"{here}leases/{sent}/",
        "document": f"{here}leases/{sent}/documents/{document}/",
        "signed document": f"{here}leases/{signed}/documents/{signed_document}/",
        "papers": f"{here}leases/{signed}/papers/",
        "paper": f"{here}leases/{signed}/papers/paper-matrix1/",
        "paper that is not shared": f"{here}leases/{signed}/papers/paper-matrix2/",
        "paper of mine": f"/home/leases/{signed}/papers/paper-matrix1/",
        "text": f"{here}agreement-text/",
        "leases": f"{here}leases/",
        "leases from a file": f"{here}leases/",
        "files of leases": f"{here}lease-imports/",
        "file of leases": f"{here}lease-imports/{import_of(db, here=True)}/",
        "files of invitations": f"{here}invitation-files/",
        "file of invitations": f"{here}invitation-files/{invitations_of(db, here=True)}/",
        "active lease": f"{here}leases/{staying}/",
        "lease under notice": f"{here}leases/{going}/",
        "signed lease": f"{here}leases/{coming}/",
        "former landlord's leases": f"{theirs}leases/",
        "former landlord's lease": f"{theirs}leases/{kept}/",
        "former landlord's notice": f"{theirs}leases/{given.ref}/notices/{their_notice}/",
        "former landlord's document": f"{theirs}leases/{kept}/documents/d-matrix1/",
        "former landlord's papers": f"{theirs}leases/{kept}/papers/",
        "former landlord's paper": f"{theirs}leases/{kept}/papers/paper-matrix3/",
        "lease to sign": f"/home/leases/{sent}/",
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
    (leaving, notice), (_, letter) = notice_of(db, LEAVING), notice_of(db, "No 1")
    draft, _ = deduction_of(db, lease_of(db, "notice"))
    theirs = f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == THEIRS)).one()}/leases"
    staying, kept = (lease_of_house(db, STAYING, landlord).ref for landlord in (HERE, THEIRS))
    signed, _ = document_of(db, "signed")
    going, noticed = lease_of_house(db, GOING, HERE).ref, f"/portfolio/{here.ref}/leases/{leaving}/notices/{notice}"
    left, taken = lease_of_house(db, LEAVING, THEIRS).ref, deduction_of(db, leaving)[0]
    return {
        "the new landlord's lease, by the former one": f"{theirs}/{staying}/",
        "the former landlord's lease, by the new one": f"/portfolio/{here.ref}/leases/{kept}/",
        "the new landlord's notice, by the former one": f"{theirs}/{left}/notices/{notice}/",
        "the new landlord's deduction, by the former one": f"{theirs}/{left}/move-out/deductions/{taken}/edit",
        "the former landlord's document, by the new one": f"/portfolio/{here.ref}/leases/{staying}/documents/d-matrix1/",
        "another organisation's file of invitations": f"/portfolio/{here.ref}/invitation-files/{invitations_of(db, here=False)}/",
        "a deduction of another lease": f"/portfolio/{here.ref}/leases/{leaving}/move-out/deductions/{draft}/edit",
        "a deduction that was not sent": f"/home/leases/{going}/move-out/deductions/{deduction_of(db, going)[0]}/photos/",
        "a notice of another lease": f"/portfolio/{here.ref}/leases/{lease_of(db, 'active')}/notices/{notice}/",
        "a proof of another notice": f"{noticed}/proofs/{proof_of(db, letter)}/photo",
        "a draft at home": f"/home/leases/{lease_of(db, 'draft')}/",
        "another organisation's file of leases": f"/portfolio/{here.ref}/lease-imports/{import_of(db, here=False)}/",
        "another organisation's lease": f"/portfolio/{here.ref}/leases/{other}/",
        "a document that is not shared, at home": f"/home/leases/{signed}/papers/paper-matrix2/file",
        "a paper of another lease": f"/portfolio/{here.ref}/leases/{lease_of(db, 'active')}/papers/paper-matrix1/file",
        "the former landlord's paper, by the new one": f"/portfolio/{here.ref}/leases/{staying}/papers/paper-matrix3/file",
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
DEDUCTION = {
    "kind": "Cleaning",
    "words": "The oven",
    "reason": "It was clean when they moved in.",
    "cents": "95",
    "wear_cents": "10",
}
SERVED = {
    "way": "hand",
    "served_by": "Keva Thompson",
    "served_on": "2026-06-01",
    "photo": Upload("door.jpg", samples.picture(), "image/jpeg"),
}
NOTICE = {**SERVED, "giver": "landlord", "given": "2026-06-01", "last_day": "2026-12-31", "words": "The house is to be sold."}
INVITED = Upload("tenants.csv", b"property,unit,tenant,email\nSandyport Mews,No 4,Tavares Bullard,t@example.net\n")
FILE = Upload("leases.csv", b"unit,tenants,starts,rent\n1A,Perry Rolle,2026-01-01,2450\n")
PAPER = [("signed.pdf", samples.pdf(), "application/pdf")]
PAPERS = {"title": "The agreement as it was signed", "papers": PAPER}

TABLE = Table(
    "leasing",
    places,
    (
        View(Leases, "", LISTS, at="leases"),
        View(Leases, "import", EDITED_LISTS, at="leases"),
        # Whose limit does not reach the unit is told that there is no such unit.
        View(
            Leases,
            "import",
            {**EDITED_LISTS, "outside": "422"},
            at="leases from a file",
            send={"file": FILE},
            get=False,
            shows=True,
        ),
        View(Leases, "template.csv", EDITED_LISTS, at="leases"),
        View(Leases, "invite", EDITED_LISTS, at="leases"),
        View(
            Leases,
            "invite",
            {**EDITED_LISTS, "outside": "422"},
            at="leases from a file",
            send={"file": INVITED},
            get=False,
            shows=True,
        ),
        View(Leases, "tenants.csv", EDITED_LISTS, at="leases"),
        View(InvitationFiles, "", EDITED_LISTS, at="files of invitations"),
        View(InvitationFileNode, "", WRITERS, at="file of invitations"),
        View(Leases, "", KEPT, at="former landlord's leases"),
        View(LeaseNode, "", KEPT, at="former landlord's lease"),
        View(LeaseNode, "sign-ins", KEPT, at="former landlord's lease"),
        View(NoticeNode, "", KEPT, at="former landlord's notice"),
        *[View(AgreementNode, name, KEPT, at="former landlord's document") for name in ("", "pdf", "data", "copy")],
        View(Papers, "add", KEPT, at="former landlord's papers", send=PAPERS),
        View(PaperNode, "file", KEPT, at="former landlord's paper"),
        View(PaperNode, "remove", KEPT, at="former landlord's paper", send={}),
        View(Papers, "add", WRITERS, at="papers", send=PAPERS),
        View(PaperNode, "file", READERS, at="paper"),
        View(PaperNode, "file", READERS, at="paper that is not shared"),
        View(PaperNode, "file", PARTIES, at="paper of mine"),
        View(PaperNode, "remove", WRITERS, at="paper", send={}),
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
        View(LeaseNode, "renew", WRITERS, at="active lease", send={"kind": "Month to month"}),
        View(LeaseNode, "rent", WRITERS, at="active lease", send={"rent_cents": "3,555"}),
        View(LeaseNode, "withdraw-link", WRITERS, at="sent lease", send={"link": "s-matrix1"}),
        View(LeaseNode, "sign-ins", READERS, at="sent lease"),
        View(LeaseNode, "invite", WRITERS, at="active lease", send={}),
        View(LeaseNode, "withdraw-invitation", WRITERS, at="active lease", send={"link": "ti-matrix1"}),
        View(Root, "tenant-invitation", WITH_A_LINK, at="root"),
        View(Root, "lease-copy", WITH_A_LINK, at="root"),
        View(MyLease, "sign", SIGNERS, at="lease to sign", send={"full_name": "My Own Name", "agrees": True}),
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
        View(LeaseNode, "give-notice", WRITERS, at="active lease", send=NOTICE),
        View(
            MyLease, "give-notice", ANSWERING, at="lease I leave", send={"last_day": "2026-12-31", "words": "We found a house."}
        ),
        View(NoticeNode, "", READERS, at="notice"),
        View(NoticeNode, "", PARTIES, at="notice to me"),
        View(NoticeNode, "serve", WRITERS, at="notice", send=SERVED),
        View(NoticeNode, "read", ANSWERING, at="notice to me", send={}),
        View(ServingNode, "photo", READERS, at="proof"),
        View(ServingNode, "photo", LEFT, at="proof of mine"),
        View(MoveOutNode, "", READERS, at="move-out"),
        View(MoveOutNode, "", PARTIES, at="my move-out"),
        View(MoveOutNode, "", LEFT, at="my move-out that is over"),
        View(MoveOutNode, "data", READERS, at="move-out that is over"),
        View(MoveOutNode, "data", LEFT, at="my move-out that is over"),
        View(MoveOutNode, "date", WRITERS, at="move-out", send={"day": "2026-07-01"}),
        View(MoveOutNode, "meter", WRITERS, at="move-out", send={"name": "BPL 55-0102", "reading": "48213", "day": "2026-06-01"}),
        View(MoveOutNode, "keys", WRITERS, at="move-out", send={"count": "2", "day": "2026-06-01"}),
        View(MoveOutNode, "vacant", WRITERS, at="move-out", send={"day": "2026-06-01"}),
        View(MoveOutNode, "send", WRITERS, at="move-out", send={}),
        View(Deductions, "new", WRITERS, at="deductions", send=DEDUCTION),
        View(DeductionNode, "edit", WRITERS, at="deduction", send={"cents": "250"}),
        View(DeductionNode, "remove", WRITERS, at="deduction", send={}),
        View(
            DeductionNode, "answer", ANSWERING, at="deduction to answer", send={"agrees": "no", "words": "It was dirty before."}
        ),
        View(DeductionNode, "write-answer", WRITERS, at="deduction that was sent", send={"agrees": "yes"}),
        View(MoveOutNode, "pdf", READERS, at="move-out that is over"),
        View(MoveOutNode, "pdf", LEFT, at="my move-out that is over"),
        View(MoveOutNode, "links", WRITERS, at="move-out that is over"),
        View(MoveOutNode, "make-links", WRITERS, at="move-out with links", send={}),
        View(MoveOutNode, "withdraw-link", WRITERS, at="move-out with links", send={"link": "fs-matrix1"}),
        View(Root, "final-statement", WITH_A_LINK, at="root"),
        View(Root, "statement-pdf", WITH_A_LINK, at="root"),
        View(Root, "statement-photo", WITH_A_LINK, at="root"),
        View(DeductionPhotos, "", READERS, at="photos"),
        View(DeductionPhotos, "", LEFT, at="photos that were sent"),
        View(DeductionPhotos, "add", WRITERS, at="photos", send={"photos": [("wall.jpg", samples.picture(), "image/jpeg")]}),
        View(DeductionPhotos, "order", WRITERS, at="photos", send={"ref": "p-none1"}, get=False),
        *[View(DeductionPhotoNode, size, READERS, at="photo") for size in ("small", "medium", "large", "full")],
        *[View(DeductionPhotoNode, size, LEFT, at="photo that was sent") for size in ("small", "medium", "large", "full")],
        View(DeductionPhotoNode, "edit", WRITERS, at="photo", send={"caption": "The screen"}),
        View(DeductionPhotoNode, "remove", WRITERS, at="photo", send={}),
        *[View(DeductionPhotoNode, name, WRITERS, at="photo", send={}, get=False) for name in ("up", "down", "cover")],
        View(UnitNode, "record-lease", WRITERS, at="free unit", send=RECORDED),
    ),
    crossed,
    ALL,
    arrange,
)
