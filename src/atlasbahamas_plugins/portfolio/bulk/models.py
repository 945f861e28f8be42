"""Bulk edits: what each of them changed, so that it can be undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.portfolio.models import Base, Unit

FIELDS = {"rent_cents": "Rent", "deposit_cents": "Deposit", "furnished": "Furnished", "pets": "Pets"}
"""What can be changed in bulk."""


class BulkEdit(Base):
    """One change of many units, done in one transaction.

    `form_key` comes from the form and is unique in the organisation: the same form sent twice is done once. `digest` is the
    SHA-256 of what was asked for, so that the same key cannot stand for something else. `words` say what was done.
    """

    __tablename__ = "portfolio_bulk_edit"
    __table_args__ = (
        UniqueConstraint("organisation_id", "form_key"),
        CheckConstraint("(undone IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        CheckConstraint("undone >= made", name="undone_after_made"),
        Index("ix_portfolio_bulk_edit_organisation_id_made", "organisation_id", "made", "id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    form_key: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    words: Mapped[Line]
    units: Mapped[int]
    made: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    undone: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    maker: Mapped[Person] = relationship(Person, foreign_keys=made_by, lazy="joined", innerjoin=True)


class BulkEditItem(Base):
    """One field of one unit: what it was and what it became (cents, or 0 and 1 for no and yes).

    `label` is what the unit was called then. `version` is the unit's version after the edit: as long as it is that, nothing of
    the unit was changed since. `restored` says what the undo did with it; NULL before that.
    """

    __tablename__ = "portfolio_bulk_edit_item"
    __table_args__ = (
        UniqueConstraint("bulk_edit_id", "unit_id", "field"),
        CheckConstraint(f"field IN ({', '.join(repr(field) for field in FIELDS)})", name="known_field"),
        CheckConstraint("before_value <> after_value", name="something_changed"),
        Index("ix_portfolio_bulk_edit_item_unit_id", "unit_id"),
    )

    id: Mapped[Id]
    bulk_edit_id: Mapped[int] = mapped_column(ForeignKey(BulkEdit.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    label: Mapped[str] = mapped_column(String(300))
    field: Mapped[str] = mapped_column(String(20))
    before_value: Mapped[int]
    after_value: Mapped[int]
    version: Mapped[int]
    restored: Mapped[bool | None]

    bulk_edit: Mapped[BulkEdit] = relationship(BulkEdit)
