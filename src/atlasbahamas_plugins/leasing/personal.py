"""A person's own data in leasing: the leases that bind them, as whoever wrote them down knows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import Organisation
from atlasbahamas.personal.leaving import Leaving, Rows
from atlasbahamas_plugins.leasing.agreements.models import Document, Template
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionAnswer, DeductionPhoto, MoveOutStep, Statement
from atlasbahamas_plugins.leasing.leaving.resources import SENT
from atlasbahamas_plugins.leasing.models import Clause, Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import Notice, Serving
from atlasbahamas_plugins.leasing.notices.services import notices_of
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.services import WITH_PARTIES, whole_lease
from atlasbahamas_plugins.leasing.signing.models import Signature, SigningLink
from atlasbahamas_plugins.leasing.statements.models import StatementLink
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import is_contact_of


def export(db: Session, person_id: int) -> Rows:
    """Each lease that names them: what was agreed, from when until when. And what they signed, asked for and answered."""
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
        "leasing_move_out_step": _written_by(db, MoveOutStep, person_id, ("kind", "day", "name", "reading", "count", "created")),
        "leasing_statement": _written_by(db, Statement, person_id, ("sent", "held_cents", "taken_cents", "digest")),
        "leasing_deduction_answer": _written_down(db, person_id),
        "leasing_signing_link": _asked(db, person_id),
        "leasing_statement_link": _shown(db, person_id),
        "leasing_invitation": _invitations(db, person_id),
        "leasing_lease": [_row(db, lease, role, name, person_id) for lease, role, name in db.execute(mine).unique()],
        "leasing_paper": _papers(db, person_id),
        "leasing_import": _imports(db, person_id),
        "leasing_invitation_file": _invitation_files(db, person_id),
    }


def _asked(db: Session, person_id: int) -> list[dict[str, Any]]:
    """Whom they asked to sign, by the leases that it was about."""
    links = select(SigningLink.sent, SigningLink.answer, Lease.ref).join(Document, Document.id == SigningLink.document_id)
    links = links.join(Lease, Lease.id == Document.lease_id).where(SigningLink.asked_by_id == person_id)
    return [{"lease": ref, "sent": sent, "answer": answer} for sent, answer, ref in db.execute(links.order_by(SigningLink.id))]


def _shown(db: Session, person_id: int) -> list[dict[str, Any]]:
    """For whom they made links to a final statement, by the leases that it was about."""
    links = select(StatementLink.sent, StatementLink.answer, Lease.ref)
    links = links.join(LeaseParty, LeaseParty.id == StatementLink.party_id).join(Lease, Lease.id == LeaseParty.lease_id)
    mine = links.where(StatementLink.asked_by_id == person_id).order_by(StatementLink.id)
    return [{"lease": ref, "sent": sent, "answer": answer} for sent, answer, ref in db.execute(mine)]


def _written_down(db: Session, person_id: int) -> list[dict[str, Any]]:
    """What tenants said to them about deductions. The words are the tenants'."""
    written = select(DeductionAnswer, Deduction.words, Lease.ref).join(Deduction, Deduction.id == DeductionAnswer.deduction_id)
    mine = written.join(Lease, Lease.id == Deduction.lease_id).where(DeductionAnswer.written_by_id == person_id)
    rows = db.execute(mine.order_by(DeductionAnswer.id))
    return [{"lease": ref, "to": to, "way": row.way, "written": row.created} for row, to, ref in rows]


def _invitations(db: Session, person_id: int) -> list[dict[str, Any]]:
    """Invitations that they sent to tenants, or accepted as one."""
    mine = or_(TenantInvitation.invited_by_id == person_id, TenantInvitation.answered_by_id == person_id)
    rows = select(TenantInvitation, Lease.ref).join(LeaseParty, LeaseParty.id == TenantInvitation.party_id)
    rows = rows.join(Lease, Lease.id == LeaseParty.lease_id).where(mine).order_by(TenantInvitation.id)
    return [
        {"lease": ref, "by_you": row.invited_by_id == person_id, "sent": row.sent, "answer": row.answer, "answered": row.answered}
        for row, ref in db.execute(rows)
    ]


def _row(db: Session, lease: Lease, role: str, organisation: str, person_id: int) -> dict[str, Any]:
    whole = whole_lease(db, lease)
    opening = whole.opening
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
        "documents": _shared_papers(db, lease),
        "notices": [_notice(notice) for notice in notices_of(db, lease)],
        "final_statement": _statement(db, lease),
        "answers": _answers(db, lease, person_id),
    }


def _papers(db: Session, person_id: int) -> list[dict[str, Any]]:
    """What they put beside leases themselves."""
    mine = select(Paper, Lease.ref).join(Lease, Lease.id == Paper.lease_id).where(Paper.person_id == person_id)
    rows = db.execute(mine.order_by(Paper.id))
    return [{"lease": ref, "title": row.title, "shared": row.shared, "added": row.created} for row, ref in rows]


def _shared_papers(db: Session, lease: Lease) -> list[dict[str, Any]]:
    """What they see at their lease; the rest is the landlord's."""
    rows = db.scalars(select(Paper).where(Paper.lease_id == lease.id, Paper.shared).order_by(Paper.id))
    return [{"title": row.title, "file": row.file.name, "added": row.created} for row in rows]


def _written_by(
    db: Session, model: type[MoveOutStep | Statement], person_id: int, names: tuple[str, ...]
) -> list[dict[str, Any]]:
    rows = select(model, Lease.ref).join(Lease, Lease.id == model.lease_id).where(model.person_id == person_id)
    return [{"lease": ref, **{name: getattr(row, name) for name in names}} for row, ref in db.execute(rows.order_by(model.id))]


def _statement(db: Session, lease: Lease) -> str | None:
    return db.scalar(select(Statement.content).where(Statement.lease_id == lease.id))


def _answers(db: Session, lease: Lease, person_id: int) -> list[dict[str, Any]]:
    """What they said themselves; what others did is theirs."""
    said = select(DeductionAnswer, Deduction.words).join(Deduction, Deduction.id == DeductionAnswer.deduction_id)
    said = said.join(LeaseParty, LeaseParty.id == DeductionAnswer.party_id).join(Contact, Contact.id == LeaseParty.contact_id)
    mine = said.where(Deduction.lease_id == lease.id, is_contact_of(db, person_id)).order_by(DeductionAnswer.id)
    return [
        {"to": to, "agrees": row.agrees, "words": row.words, "way": row.way, "said": row.created} for row, to in db.execute(mine)
    ]


def _notice(notice: Notice) -> dict[str, Any]:
    names = ("giver", "given", "last_day", "words", "taken_back")
    served = [{"way": row.way, "by": row.served_by, "on": row.served_on} for row in notice.servings]
    return {**{name: getattr(notice, name) for name in names}, "served": served}


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


def _invitation_files(db: Session, person_id: int) -> list[dict[str, Any]]:
    sent = select(InvitationFile, Organisation.name).join(Organisation, Organisation.id == InvitationFile.organisation_id)
    mine = sent.where(InvitationFile.made_by == person_id).order_by(InvitationFile.id)
    kept = ("invited", "skipped", "made")
    return [{"organisation": name, **{each: getattr(row, each) for each in kept}} for row, name in db.execute(mine)]


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
    papers = select(Paper).join(Lease, Lease.id == Paper.lease_id)
    for paper in db.scalars(papers.where(or_(bound, leaving.named_within(Lease.organisation_id, Paper.title)))):
        paper.title = leaving.redact_line(paper.title)
    notices = select(Notice).join(Lease, Lease.id == Notice.lease_id)
    for notice in db.scalars(notices.where(or_(bound, leaving.named_within(Lease.organisation_id, Notice.words)))):
        notice.words = leaving.redact(notice.words)
    servings = select(Serving).join(Notice, Notice.id == Serving.notice_id).join(Lease, Lease.id == Notice.lease_id)
    for serving in db.scalars(servings.where(or_(bound, leaving.named_within(Lease.organisation_id, Serving.served_by)))):
        serving.served_by = leaving.redact_line(serving.served_by)
    _erase_from_move_outs(db, leaving, bound)
    for template in db.scalars(select(Template).where(leaving.named_within(Template.organisation_id, Template.words))):
        template.words = leaving.redact(template.words)
    db.flush()


def _erase_from_move_outs(db: Session, leaving: Leaving, bound: ColumnElement[bool]) -> None:
    """What was sent stays as it was sent, as an agreement does; drafts and answers lose the name."""
    drafts = select(Deduction).join(Lease, Lease.id == Deduction.lease_id).where(~SENT)
    within = leaving.named_within(Lease.organisation_id, Deduction.words, Deduction.reason)
    for deduction in db.scalars(drafts.where(or_(bound, within))):
        deduction.words, deduction.reason = leaving.redact_line(deduction.words), leaving.redact(deduction.reason)
    photos = select(DeductionPhoto).join(Deduction, Deduction.id == DeductionPhoto.deduction_id)
    photos = photos.join(Lease, Lease.id == Deduction.lease_id).where(~SENT)
    for photo in db.scalars(photos.where(or_(bound, leaving.named_within(Lease.organisation_id, DeductionPhoto.caption)))):
        photo.caption = leaving.redact_line(photo.caption)
    answers = select(DeductionAnswer).join(Deduction, Deduction.id == DeductionAnswer.deduction_id)
    answers = answers.join(Lease, Lease.id == Deduction.lease_id)
    for answer in db.scalars(answers.where(or_(bound, leaving.named_within(Lease.organisation_id, DeductionAnswer.words)))):
        answer.words = leaving.redact(answer.words)
    db.flush()
