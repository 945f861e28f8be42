"""Templates, frozen documents, and copies that were signed on paper."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Prose
from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.leasing.models import Base, Lease

FEWEST_LINK_DAYS, MOST_LINK_DAYS = 3, 14
"""For how long links to sign or to join may work (domain.md 3.3)."""


class Template(Base):
    """What an organisation's agreements say, with named blanks in brackets, and for how many days its links work.

    Without a row it is the text that ships.
    """

    __tablename__ = "leasing_template"
    __table_args__ = (CheckConstraint(f"link_days BETWEEN {FEWEST_LINK_DAYS} AND {MOST_LINK_DAYS}", name="link_days_in_range"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), unique=True)
    words: Mapped[Prose]
    link_days: Mapped[int]
    changed: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Document(Base):
    """An agreement as it was when it was sent: never changed again.

    `content` is canonical JSON of the values and of the text that was made of them, `digest` its SHA-256, and `pdf` was made from
    it once, in the same moment. The last one of a lease counts, unless it was taken back: then the lease is a draft.
    """

    __tablename__ = "leasing_document"
    __table_args__ = (
        UniqueConstraint("lease_id", "number"),
        CheckConstraint("number > 0", name="number_above_zero"),
        Index("ix_leasing_document_pdf_id", "pdf_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    number: Mapped[int]
    content: Mapped[Prose]
    digest: Mapped[str] = mapped_column(String(64))
    pdf_id: Mapped[int] = mapped_column(ForeignKey(File.id))
    pdf_digest: Mapped[str] = mapped_column(String(64))
    frozen: Mapped[datetime]

    lease: Mapped[Lease] = relationship(Lease)
    pdf: Mapped[File] = relationship(File, lazy="joined")
    copy: Mapped[SignedCopy | None] = relationship(back_populates="document", lazy="joined")


class SignedCopy(Base):
    """A scan or photo of the paper that everybody signed on a day (local date)."""

    __tablename__ = "leasing_signed_copy"
    __table_args__ = (Index("ix_leasing_signed_copy_file_id", "file_id"),)

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))
    digest: Mapped[str] = mapped_column(String(64))
    signed_on: Mapped[date]
    created: Mapped[datetime]

    document: Mapped[Document] = relationship(back_populates="copy")
    file: Mapped[File] = relationship(File, lazy="joined")


TRIGGERS = (
    *append_only("leasing_document", "id"),
    *append_only("leasing_signed_copy", "id"),
    refusing(
        "leasing_signed_copy_once",
        "leasing_signed_copy",
        "leasing_signed_copy_is_append_only",
        "INSERT",
        "EXISTS (SELECT 1 FROM leasing_signed_copy WHERE document_id = NEW.document_id)",
    ),
    refusing(
        "leasing_document_of_sent",
        "leasing_document",
        "leasing_document_of_sent",
        "INSERT",
        "(SELECT state FROM leasing_lease WHERE id = NEW.lease_id) <> 'draft'",
        on_sqlite=""" OR EXISTS (SELECT 1 FROM leasing_document
            WHERE ref = NEW.ref OR (lease_id = NEW.lease_id AND number = NEW.number))""",
    ),
)
