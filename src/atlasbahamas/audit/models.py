"""Tables of the audit: entries, the details that hang on them by a digest, and the releases that let a detail go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import Id, Prose
from atlasbahamas.db.triggers import append_only
from atlasbahamas.people.models import Base, Organisation, Person

CHANGE = "change"
ORIGIN = "origin"
PARTS = (CHANGE, ORIGIN)
REASONS = ("erasure", "retention")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class AuditEntry(Base):
    """One thing that was done. Holds ids and names of things only, so it stays whole when a person is erased.

    `change_digest` and `origin_digest` are SHA-256 over the salt and content of the entry's details; None where it has none.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("id > 0", name="id_above_zero"),
        CheckConstraint("(about_kind IS NULL) = (about_ref IS NULL)", name="about_is_whole"),
        Index("ix_audit_entry_organisation_id", "organisation_id", "id"),
        Index("ix_audit_entry_person_id", "person_id", "id"),
        Index("ix_audit_entry_about", "about_ref", "about_kind", "id"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    action: Mapped[str] = mapped_column(String(120))
    about_kind: Mapped[str | None] = mapped_column(String(40))
    about_ref: Mapped[str | None] = mapped_column(String(80))
    request_id: Mapped[str] = mapped_column(String(64))
    change_digest: Mapped[str | None] = mapped_column(String(64))
    origin_digest: Mapped[str | None] = mapped_column(String(64))


class AuditDetail(Base):
    """What of an entry is personal or free text, as canonical JSON: `change` (before, after, note), `origin` (address, agent)."""

    __tablename__ = "audit_detail"
    __table_args__ = (CheckConstraint(_one_of("part", PARTS), name="known_part"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey(AuditEntry.id), primary_key=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    content: Mapped[Prose]


class AuditRelease(Base):
    """Says that a detail was let go, when and why. Without it the database deletes no detail."""

    __tablename__ = "audit_release"
    __table_args__ = (
        CheckConstraint(_one_of("part", PARTS), name="known_part"),
        CheckConstraint(_one_of("reason", REASONS), name="known_reason"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey(AuditEntry.id), primary_key=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


_RELEASED = "EXISTS (SELECT 1 FROM audit_release WHERE entry_id = OLD.entry_id AND part = OLD.part)"

TRIGGERS = (
    *append_only("audit_entry", "id"),
    *append_only("audit_detail", "entry_id", "part", deletable_if=_RELEASED),
    *append_only("audit_release", "entry_id", "part"),
)
