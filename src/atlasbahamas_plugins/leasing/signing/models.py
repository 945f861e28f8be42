"""Invitations to sign, and signatures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Line, only_where
from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.linking.models import LinkColumns, TokenColumns
from atlasbahamas_plugins.leasing.models import Base, LeaseParty

ANSWERS = {
    "signed": "Signed",
    "declined": "Said no",
    "replaced": "Replaced by a newer link",
    "withdrawn": "Taken back",
    "expired": "Ran out",
}


class SigningToken(TokenColumns, Base):
    """The digest of the token of a link to sign."""

    __tablename__ = "leasing_signing_token"

    link_id: Mapped[int] = mapped_column(ForeignKey("leasing_signing_link.id"), index=True)


class SigningLink(LinkColumns, Base):
    """A party is asked to sign a document."""

    __tablename__ = "leasing_signing_link"
    purpose, answers, one_open_of, token = "signing", ANSWERS, ("document_id", "party_id"), SigningToken

    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))

    document: Mapped[Document] = relationship(Document)


class Signature(Base):
    """Somebody signed a document by typing their name: a party, or for the landlord (`party_id` None) the member `person_id`.

    `person_id` of a party: they were signed in.

    `digest` and `pdf_digest` are those of what they signed.
    """

    __tablename__ = "leasing_signature"
    __table_args__ = (
        UniqueConstraint("document_id", "party_id"),
        CheckConstraint("name <> ''", name="name_is_typed"),
        CheckConstraint("party_id IS NOT NULL OR person_id IS NOT NULL", name="party_or_member"),
        Index(
            "uq_leasing_signature_landlord",
            "document_id",
            unique=True,
            **only_where("party_id IS NULL"),
        ),
        Index("ix_leasing_signature_party_id", "party_id"),
        Index("ix_leasing_signature_person_id", "person_id"),
    )

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    name: Mapped[Line]
    witness: Mapped[Line]
    digest: Mapped[str] = mapped_column(String(64))
    pdf_digest: Mapped[str] = mapped_column(String(64))
    signed: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(300))

    document: Mapped[Document] = relationship(Document)
    party: Mapped[LeaseParty | None] = relationship(LeaseParty, lazy="joined")


_LAST = "(SELECT max(number) FROM leasing_document WHERE lease_id = NEW.id)"
_NOT_SIGNED = f"""NOT EXISTS (SELECT 1 FROM leasing_document AS sent WHERE sent.lease_id = NEW.id AND sent.number = {_LAST} AND (
    EXISTS (SELECT 1 FROM leasing_signed_copy WHERE document_id = sent.id)
    OR (EXISTS (SELECT 1 FROM leasing_signature WHERE document_id = sent.id AND party_id IS NULL)
        AND NOT EXISTS (SELECT 1 FROM leasing_party WHERE lease_id = NEW.id AND NOT EXISTS
            (SELECT 1 FROM leasing_signature WHERE document_id = sent.id AND party_id = leasing_party.id)))))"""  # noqa: S608

TRIGGERS = (
    *append_only("leasing_signature", "id"),
    refusing(
        "leasing_signature_of_what_was_sent",
        "leasing_signature",
        "leasing_signature_of_what_was_sent",
        "INSERT",
        """NOT EXISTS (SELECT 1 FROM leasing_document AS sent JOIN leasing_lease ON leasing_lease.id = sent.lease_id
        WHERE sent.id = NEW.document_id AND sent.digest = NEW.digest AND sent.pdf_digest = NEW.pdf_digest
        AND leasing_lease.state = 'sent'
        AND sent.number = (SELECT max(number) FROM leasing_document WHERE lease_id = sent.lease_id)
        AND (NEW.party_id IS NULL OR EXISTS
            (SELECT 1 FROM leasing_party WHERE id = NEW.party_id AND lease_id = sent.lease_id)))""",
        on_sqlite=""" OR EXISTS (SELECT 1 FROM leasing_signature WHERE document_id = NEW.document_id
            AND coalesce(party_id, 0) = coalesce(NEW.party_id, 0))""",
    ),
    refusing(
        "leasing_lease_signed_by_all",
        "leasing_lease",
        "leasing_lease_signed_by_all",
        "UPDATE",
        f"OLD.state = 'sent' AND NEW.state IN ('signed', 'active', 'ended') AND {_NOT_SIGNED}",
    ),
)
