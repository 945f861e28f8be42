"""Tables of files and their renditions. What a file belongs to is not known here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line
from atlasbahamas.people.models import Base, Person

PICTURE, DOCUMENT = "picture", "document"
_MEASURED = "width IS NOT NULL AND height IS NOT NULL AND width > 0 AND height > 0"


class File(Base):
    """One file of one thing. Its bytes lie in the store under `digest`, the SHA-256 of what is stored, and may be shared.

    `name` is what the uploader called it, cleaned, for downloads only. `expires`: nothing holds this file yet, and it goes
    away then; whoever attaches it to a thing clears that. `width` and `height` are pixels, of pictures only.
    """

    __tablename__ = "file"
    __table_args__ = (
        CheckConstraint(f"kind IN ('{PICTURE}', '{DOCUMENT}')", name="known_kind"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint(f"(kind = '{PICTURE}') = ({_MEASURED})", name="pictures_have_a_size"),
        Index("ix_file_digest", "digest"),
        Index("ix_file_person_id", "person_id"),
        Index("ix_file_expires", "expires"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Line]
    width: Mapped[int | None]
    height: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    created: Mapped[datetime]
    expires: Mapped[datetime | None]

    renditions: Mapped[list[Rendition]] = relationship(
        order_by="Rendition.width", passive_deletes=True, cascade="all, delete-orphan"
    )


class Rendition(Base):
    """A picture made smaller, `width` pixels wide. Made by a job; until it is there a larger one is served."""

    __tablename__ = "file_rendition"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint("size > 0", name="not_empty"),
        Index("ix_file_rendition_digest", "digest"),
    )

    file_id: Mapped[int] = mapped_column(ForeignKey(File.id, ondelete="CASCADE"), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    height: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
