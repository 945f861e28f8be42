"""Invitations to tenants: to see their lease with a sign-in of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, only_where
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.models import Base, LeaseParty

ANSWERS = {
    "accepted": "Joined",
    "declined": "Said no",
    "withdrawn": "Taken back",
    "replaced": "Replaced by a newer one",
    "expired": "Ran out",
}


class TenantInvitation(Base):
    """A party of a lease is asked to link their sign-in to it, until `expires`; a party has one that is open at a time.

    `again` is when they asked for a new link after this one ran out; `invited_by_id` is told.
    """

    __tablename__ = "leasing_invitation"
    __table_args__ = (
        CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn', 'replaced', 'expired')", name="known_answer"),
        CheckConstraint("(answer IS NULL) = (answered IS NULL)", name="answer_has_time"),
        CheckConstraint("answer <> 'accepted' OR answered_by_id IS NOT NULL", name="accepted_by_somebody"),
        Index(
            "uq_leasing_invitation_open",
            "party_id",
            unique=True,
            **only_where("answer IS NULL"),
        ),
        Index("ix_leasing_invitation_party_id", "party_id"),
        Index("ix_leasing_invitation_invited_by_id", "invited_by_id"),
        Index("ix_leasing_invitation_answered_by_id", "answered_by_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    party_id: Mapped[int] = mapped_column(ForeignKey(LeaseParty.id))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    sent: Mapped[datetime]
    expires: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(10))
    answered: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    again: Mapped[datetime | None]

    party: Mapped[LeaseParty] = relationship(LeaseParty)


class TenantInvitationToken(Base):
    """The digest of the token of a link; each time an invitation is shown or mailed it gets another."""

    __tablename__ = "leasing_invitation_token"

    id: Mapped[Id]
    invitation_id: Mapped[int] = mapped_column(ForeignKey(TenantInvitation.id), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
