"""Contacts of an organisation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import Id, Key, Line
from atlasbahamas.db.triggers import refusing
from atlasbahamas.people.models import Organisation, Person, name_key
from atlasbahamas_plugins.portfolio.models import Base


class Contact(Base):
    """Somebody whom an organisation knows: an owner of what it manages, later a tenant or a vendor (domain.md 3.1, 3.3).

    Name and ways to reach them are what the organisation wrote down. `person_id` is set when the contact turns out to be a
    person with a sign-in; nothing depends on it.
    """

    __tablename__ = "portfolio_contact"
    __table_args__ = (
        CheckConstraint("email = '' OR email LIKE '%_@_%'", name="email_has_at"),
        Index("ix_portfolio_contact_organisation_id_name", "organisation_id", "name", "id"),
        Index("ix_portfolio_contact_person_id", "person_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[Line]
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def name_key(self) -> str:
        """What makes two names the same."""
        return name_key(self.name)


TRIGGERS = (
    refusing(
        "portfolio_contact_stays",
        "portfolio_contact",
        "portfolio_contact_stays",
        "UPDATE",
        "NEW.organisation_id <> OLD.organisation_id",
    ),
)
