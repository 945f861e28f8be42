"""Beneficial owners of a property: whole sets of shares, each from a day on, that the database holds at 100 %.

A set is begun open, filled, and completed in one transaction. From then on it is frozen; a set that was wrong is replaced by
another of the same day, and stays to be read. Only complete sets that were not replaced count, so on every day there are
shares of 100 % together, or, before the first set, none.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, only_where
from atlasbahamas.db.triggers import refusing
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Base, Property

WHOLE = 10_000
"""Hundredths of a percent in a whole property."""


class Ownership(Base):
    """The owners of a property from a day on (local date), as the organisation that has it then knows them."""

    __tablename__ = "portfolio_ownership"
    __table_args__ = (
        CheckConstraint("replaced IS NULL OR complete", name="only_complete_is_replaced"),
        Index(
            "uq_portfolio_ownership_day",
            "property_id",
            "organisation_id",
            "starts",
            unique=True,
            **only_where("replaced IS NULL"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    property_id: Mapped[int] = mapped_column(ForeignKey(Property.id))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    starts: Mapped[date]
    complete: Mapped[bool]
    replaced: Mapped[datetime | None]
    made: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    shares: Mapped[list[Share]] = relationship(back_populates="ownership", order_by="Share.hundredths.desc(), Share.id")


class Share(Base):
    """What a contact owns of a set's property, in hundredths of a percent."""

    __tablename__ = "portfolio_share"
    __table_args__ = (
        UniqueConstraint("ownership_id", "contact_id"),
        CheckConstraint(f"hundredths BETWEEN 1 AND {WHOLE}", name="part_of_the_whole"),
        Index("ix_portfolio_share_contact_id", "contact_id"),
    )

    id: Mapped[Id]
    ownership_id: Mapped[int] = mapped_column(ForeignKey(Ownership.id))
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id))
    hundredths: Mapped[int]

    ownership: Mapped[Ownership] = relationship(back_populates="shares")
    contact: Mapped[Contact] = relationship(Contact, lazy="joined")


_SUM = "(SELECT coalesce(sum(hundredths), 0) FROM portfolio_share WHERE ownership_id = NEW.id)"
_BACK_IN_FORCE = "(OLD.replaced IS NOT NULL AND (NEW.replaced IS NULL OR NEW.replaced <> OLD.replaced))"
_CHANGED = " OR ".join(
    f"NEW.{column} <> OLD.{column}" for column in ("id", "ref", "property_id", "organisation_id", "starts", "made")
)
# What SQLite's REPLACE would take away without asking.
_SET_THERE = """ OR EXISTS (SELECT 1 FROM portfolio_ownership WHERE id = NEW.id OR ref = NEW.ref OR (replaced IS NULL
    AND property_id = NEW.property_id AND organisation_id = NEW.organisation_id AND starts = NEW.starts))"""
_SHARE_THERE = """ OR EXISTS (SELECT 1 FROM portfolio_share WHERE id = NEW.id
    OR (ownership_id = NEW.ownership_id AND contact_id = NEW.contact_id))"""


def _complete(row: str) -> str:
    return f"(SELECT complete FROM portfolio_ownership WHERE id = {row}.ownership_id)"  # noqa: S608


def _locked(row: str) -> str:
    # Somebody who completes the set at this moment is waited for.
    return f" OR (SELECT complete FROM portfolio_ownership WHERE id = {row}.ownership_id FOR SHARE)"  # noqa: S608


_OTHER_ORGANISATION = """(SELECT organisation_id FROM portfolio_contact WHERE id = NEW.contact_id)
    <> (SELECT organisation_id FROM portfolio_ownership WHERE id = NEW.ownership_id)"""

TRIGGERS = (
    refusing(
        "portfolio_ownership_begins_open",
        "portfolio_ownership",
        "portfolio_ownership_begins_open",
        "INSERT",
        "NEW.complete",
        on_sqlite=_SET_THERE,
    ),
    refusing(
        "portfolio_ownership_whole",
        "portfolio_ownership",
        "portfolio_ownership_whole",
        "UPDATE",
        f"NEW.complete AND NOT OLD.complete AND {_SUM} <> {WHOLE}",
    ),
    refusing(
        "portfolio_ownership_frozen",
        "portfolio_ownership",
        "portfolio_ownership_frozen",
        "UPDATE",
        f"OLD.complete AND ({_CHANGED} OR NOT NEW.complete OR {_BACK_IN_FORCE})",
        on_sqlite=" OR NEW.id <> OLD.id",
    ),
    refusing("portfolio_ownership_kept", "portfolio_ownership", "portfolio_ownership_frozen", "DELETE", "OLD.complete"),
    refusing(
        "portfolio_share_added_late",
        "portfolio_share",
        "portfolio_share_frozen",
        "INSERT",
        _complete("NEW"),
        on_postgresql=_locked("NEW"),
        on_sqlite=_SHARE_THERE,
    ),
    refusing(
        "portfolio_share_changed_late",
        "portfolio_share",
        "portfolio_share_frozen",
        "UPDATE",
        f"NEW.id <> OLD.id OR {_complete('OLD')} OR {_complete('NEW')}",
        on_postgresql=_locked("OLD") + _locked("NEW"),
    ),
    refusing(
        "portfolio_share_removed_late",
        "portfolio_share",
        "portfolio_share_frozen",
        "DELETE",
        _complete("OLD"),
        on_postgresql=_locked("OLD"),
    ),
    *(
        refusing(f"portfolio_share_own_{event.lower()}", "portfolio_share", "portfolio_share_own", event, _OTHER_ORGANISATION)
        for event in ("INSERT", "UPDATE")
    ),
)
