"""Offers of property for sale, what was written about each, and their photos."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Prose
from atlasbahamas.db.triggers import refusing
from atlasbahamas.files.gallery.models import PhotoColumns
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.listings.models import Base
from atlasbahamas_plugins.portfolio.models import PROPERTY_KINDS, Settlement

OFFER_KINDS = {**{kind: title for kind, title in PROPERTY_KINDS.items() if kind != "other"}, "land": "Land", "other": "Other"}
OFFER_STATES = {"new": "New", "talking": "In talks", "listed": "Listed", "closed": "Closed"}
OFFER_TONES = {"new": "sea", "talking": "warn", "listed": "good", "closed": "quiet"}
"""Tone of a state's badge."""
MOVES = {"new": ("talking", "closed"), "talking": ("listed", "closed"), "listed": (), "closed": ()}
"""Where an offer may go from each state. What is no offer at all is closed without a talk."""
ENDED = ("listed", "closed")


def _listed(values: object) -> str:
    return ", ".join(repr(value) for value in values)  # type: ignore[attr-defined]


class Offer(Base):
    """What a visitor offers for sale, and how to reach them (domain.md 3.2). `asking_cents` is None where they named no price.

    `ended` is when it was listed or closed. An erased offer keeps the place, the kind, the price and the dates.
    """

    __tablename__ = "listings_offer"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(OFFER_STATES)})", name="known_state"),
        CheckConstraint(f"kind IN ({_listed(OFFER_KINDS)})", name="known_kind"),
        CheckConstraint("asking_cents > 0", name="price_above_zero"),
        CheckConstraint("erased IS NOT NULL OR (name <> '' AND (email <> '' OR phone <> ''))", name="can_be_reached"),
        CheckConstraint(f"(state IN ({_listed(ENDED)})) = (ended IS NOT NULL)", name="ended_has_its_time"),
        CheckConstraint(
            "erased IS NULL OR (name = '' AND email = '' AND phone = '' AND words = '' AND person_id IS NULL"
            " AND ended IS NOT NULL)",
            name="erased_is_nobody",
        ),
        Index("ix_listings_offer_state", "state", "id"),
        Index("ix_listings_offer_person_id", "person_id"),
        Index("ix_listings_offer_settlement_id", "settlement_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    name: Mapped[Line]
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20))
    settlement_id: Mapped[int] = mapped_column(ForeignKey(Settlement.id))
    kind: Mapped[str] = mapped_column(String(20))
    asking_cents: Mapped[int | None]
    words: Mapped[Prose]
    state: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]
    ended: Mapped[datetime | None]
    erased: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    settlement: Mapped[Settlement] = relationship(Settlement, lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def title(self) -> str:
        """What is offered and where: "Villa in Port Lucaya"."""
        return f"{OFFER_KINDS[self.kind]} in {self.settlement.name}"


class OfferNote(Base):
    """What an administrator wrote about an offer; `state` is what the offer became with it, None where it stayed as it was."""

    __tablename__ = "listings_offer_note"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(OFFER_STATES)})", name="known_state"),
        Index("ix_listings_offer_note_offer_id", "offer_id", "id"),
        Index("ix_listings_offer_note_by_id", "by_id"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey(Offer.id))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    state: Mapped[str | None] = mapped_column(String(20))
    words: Mapped[Prose]

    by: Mapped[Person] = relationship(Person, lazy="joined", innerjoin=True)


class OfferPhoto(PhotoColumns, Base):
    """A photo of what is offered."""

    __tablename__ = "listings_offer_photo"
    plugin, thing = "listings", "offer"

    offer_id: Mapped[int] = mapped_column(ForeignKey(Offer.id))


_MAY_MOVE = " OR ".join(
    f"(OLD.state = '{state}' AND NEW.state IN ({_listed(onward)}))" for state, onward in MOVES.items() if onward
)

TRIGGERS = (
    refusing("listings_offer_begins_new", "listings_offer", "listings_offer_begins_new", "INSERT", "NEW.state <> 'new'"),
    refusing(
        "listings_offer_moves",
        "listings_offer",
        "listings_offer_moves",
        "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_MAY_MOVE})",
    ),
    refusing(
        "listings_offer_stays_erased",
        "listings_offer",
        "listings_offer_stays_erased",
        "UPDATE",
        "OLD.erased IS NOT NULL AND NEW.erased IS NULL",
    ),
)
