"""Files by which tenants were invited, and what became of each of their rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Base, Lease, LeaseParty
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation

SKIPPED = {
    "joined": "Has a sign-in already",
    "recent": "Was invited less than half an hour ago",
    "no_email": "No e-mail address, here or in this row",
}
"""Why somebody whom a file names was not invited."""


class InvitationFile(Base):
    """One file, whose invitations were made in one transaction. `invited` and `skipped` are how many."""

    __tablename__ = "leasing_invitation_file"
    __table_args__ = (
        CheckConstraint("invited > 0 AND skipped >= 0", name="invited_somebody"),
        Index("ix_leasing_invitation_file_organisation_id_made", "organisation_id", "made", "id"),
        Index("ix_leasing_invitation_file_made_by", "made_by"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    invited: Mapped[int]
    skipped: Mapped[int]
    made: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey(Person.id))

    maker: Mapped[Person] = relationship(Person, lazy="joined", innerjoin=True)


class InvitationRow(Base):
    """A row of such a file: the party whom it names, and their invitation, or why they got none.

    `number` counts as a spreadsheet does. A party that is taken away with its lease takes its row along.
    """

    __tablename__ = "leasing_invitation_row"
    __table_args__ = (
        UniqueConstraint("file_id", "party_id"),
        CheckConstraint("skipped IN ('joined', 'recent', 'no_email')", name="known_reason"),
        CheckConstraint("(invitation_id IS NULL) = (skipped IS NOT NULL)", name="invited_or_skipped"),
        Index("ix_leasing_invitation_row_file_id_number", "file_id", "number", "id"),
        Index("ix_leasing_invitation_row_party_id", "party_id"),
    )

    id: Mapped[Id]
    file_id: Mapped[int] = mapped_column(ForeignKey(InvitationFile.id))
    number: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey(LeaseParty.id, ondelete="CASCADE"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey(TenantInvitation.id), unique=True)
    skipped: Mapped[str | None] = mapped_column(String(8))

    party: Mapped[LeaseParty] = relationship(LeaseParty)
    invitation: Mapped[TenantInvitation | None] = relationship(TenantInvitation)
    lease: Mapped[Lease] = relationship(Lease, secondary=LeaseParty.__table__, viewonly=True, uselist=False)
